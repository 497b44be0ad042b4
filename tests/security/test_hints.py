"""Hints are rare: each line that has one is looked at on its own, which is what all of it costs."""

from collections import Counter
from pathlib import Path

import pyarrow as pa

from logs.decode import Reading, decode_documents
from security.detectors import ALL, Scanner

_SAMPLE = Path(__file__).parents[2] / "samples/trainticket/logs.otlp.jsonl.zst"
_MOST = 0.02  # of the lines of a system that logs nothing personal
_MOST_OF_A_KIND = 0.005


def test_few_harmless_lines_have_a_hint() -> None:
    with pa.input_stream(_SAMPLE) as stream:
        documents = stream.read().splitlines()
    batch = decode_documents(documents, list(range(len(documents))), Reading()).batch
    lines = [body.encode() for body in batch.column("body").to_pylist() if "eyJ" not in body]
    scanner = Scanner(ALL)

    suspects = [scanner.suspects(line) for line in lines]
    kinds = Counter(scanner.kinds[number].name for found in suspects for number in found)

    assert sum(map(bool, suspects)) < _MOST * len(lines), kinds.most_common(5)
    assert all(lines_of < _MOST_OF_A_KIND * len(lines) for lines_of in kinds.values()), kinds.most_common(5)
