"""Grouping accuracy and cost of the template miner: on the sample, and on a labelled mix.

    python -m tests.bench.templates --lines 50000

GA: share of the lines whose group is exactly the lines of one statement (Zhu et al., Tools and benchmarks for
automated log parsing, ICSE-SEIP 2019). FGA: the F1 of groups that are exact (Jiang et al., A large-scale
evaluation for log parsing techniques, ISSTA 2024). The truth of the sample is the place in the code that each
of its lines names, which is only left in the line as a word among others.
"""

import argparse
import json
import re
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import pyarrow as pa

from logs.drain import Miner
from logs.headlines import headlines
from logs.shapes import shapes_of
from tests.conftest import SAMPLE
from tests.logs.labelled import lines

ROWS = 1000


class Score(NamedTuple):
    """Shares of 1, counts, and processor time."""

    ga: float
    fga: float
    found: int
    true: int
    micros: float


def grouping(found: Sequence[str], true: Sequence[str]) -> tuple[float, float]:
    """GA and FGA."""
    groups, statements = Counter(found), Counter(true)
    both = Counter(zip(found, true, strict=True))
    exact = [n for (group, statement), n in both.items() if n == groups[group] == statements[statement]]
    precision, recall = len(exact) / len(groups), len(exact) / len(statements)
    return sum(exact) / len(found), 2 * precision * recall / max(precision + recall, 1e-9)


def mined(texts: Sequence[str], rows: int = ROWS) -> list[str]:
    """The template of each text, as a reader sees it who follows what is replaced."""
    miner, ids, into = Miner(), [], {}
    for begin in range(0, len(texts), rows):
        shapes = shapes_of(headlines(pa.array(texts[begin : begin + rows]))).dictionary_encode()
        found = miner.learn(shapes.dictionary.to_pylist())
        into |= {old: new.id for new in miner.found() for old in new.replaces}
        ids += [found[code] for code in shapes.indices.to_pylist()]
    return [last(i, into) for i in ids]


def last(template: str, into: dict[str, str]) -> str:
    """The template that stands for ``template`` in the end."""
    passed = set()
    while template in into and template not in passed:
        passed.add(template)
        template = into[template]
    return template


def score(
    texts: Sequence[str], true: Sequence[str], services: Sequence[str] | None = None, rows: int = ROWS
) -> Score:
    """What the miner makes of ``texts``; of two services a template is two, as for all that counts them."""
    begin = time.process_time()
    found = mined(texts, rows)
    micros = (time.process_time() - begin) / len(texts) * 1e6
    if services is not None:
        found = [f"{service}|{template}" for service, template in zip(services, found, strict=True)]
    return Score(*grouping(found, true), len(set(found)), len(set(true)), micros)


def sample() -> tuple[list[str], list[str]]:
    """The bodies of the sample's logs, and the place in the code of each."""
    with pa.input_stream(str(SAMPLE / "logs.otlp.jsonl.zst"), compression="zstd") as stream:
        documents = [json.loads(line) for line in stream.read().splitlines()]
    records: list[Any] = [
        record
        for document in documents
        for resource in document["resourceLogs"]
        for scope in resource["scopeLogs"]
        for record in scope["logRecords"]
    ]
    texts = [record["body"]["stringValue"] for record in records]
    return texts, [found[0] if (found := re.search(r"\S+#\d+", text)) else "" for text in texts]


def main() -> None:
    """Print a line a set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    mix = lines(chosen.lines, seed=chosen.seed)
    of_mix = ([line.text for line in mix], [line.statement for line in mix], [line.service for line in mix])
    for name, of in {"sample": sample(), "mix": of_mix}.items():
        print(f"{name}: {len(of[0])} lines, {score(*of)}")  # noqa: T201


if __name__ == "__main__":
    main()
