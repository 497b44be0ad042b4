"""What is asked of whole columns: where a pattern is in many texts that are looked at as one."""

import pyarrow as pa
import re2
from hypothesis import given
from hypothesis import strategies as st

from logs.columns import places_with, searcher
from logs.decode import decode_documents
from schemas.logs import LogRefusal
from tests.logs.logdocuments import otlp, otlp_record

PATTERN = "ab+|é="
texts = st.lists(st.one_of(st.none(), st.text("abé= \n", max_size=6)), max_size=8)


@given(texts, st.integers(0, 3))
def test_no_text_with_a_match_is_left_out(rows: list[str | None], skipped: int) -> None:
    column = pa.array(rows, pa.string()).slice(skipped)
    places = places_with(column, searcher(PATTERN)).tolist()
    having = [place for place, text in enumerate(rows[skipped:]) if text and re2.search(PATTERN, text)]
    assert set(having) <= set(places)
    assert places == sorted(set(places))


def test_a_match_over_two_texts_hides_none() -> None:
    assert places_with(pa.array(["xa", "bab", None, "", "ab", "b"]), searcher("ab")).tolist() == [0, 1, 4]


def test_attributes_with_a_nul_are_no_json() -> None:
    records = [otlp_record(attributes=[{"key": name, "value": {"stringValue": "v"}}]) for name in "ab"]
    broken = otlp(*records).replace(b'"a"', b'"\0"')
    found = decode_documents([otlp(*records), broken], [0, 1])
    assert len(found.batch) == len(records)
    assert [(one.document, one.kind) for one in found.refused] == [(1, LogRefusal.NO_DOCUMENT)]
