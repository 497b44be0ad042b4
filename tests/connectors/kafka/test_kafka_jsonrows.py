"""Batches as JSON: what is read back is what was in the batch."""

import json
import math
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kafka.jsonrows import JSON_TEXTS, json_rows, text_column
from schemas.spans import SPANS

TEXT = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    [
        pa.field("metric_id", TEXT),
        pa.field('a "name"\\ü', pa.string()),
        pa.field("timestamp", pa.timestamp("us", tz="UTC")),
        pa.field("value", pa.float64()),
        pa.field("seq", pa.int64()),
        pa.field("kind", pa.uint8()),
        pa.field("error", pa.bool_()),
        pa.field("key", pa.binary()),
        pa.field("tags", TEXT),
        pa.field("row", pa.string()),
    ]
)
texts = st.text() | st.sampled_from(['"', "\\", "\x00\x1f\x7f", "\u2028é𝄞", "null", '{"a":1}'])
documents = st.dictionaries(texts, st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | texts)
rows = st.fixed_dictionaries(
    {
        "metric_id": st.none() | texts,
        'a "name"\\ü': st.none() | texts,
        "timestamp": st.none() | st.datetimes(datetime(1970, 1, 1), datetime(9999, 1, 1)),  # noqa: DTZ001
        "value": st.none() | st.floats(),
        "seq": st.none() | st.integers(-(2**63), 2**63 - 1),
        "kind": st.none() | st.integers(0, 255),
        "error": st.none() | st.booleans(),
        "key": st.none() | texts.map(str.encode),
        "tags": st.none() | documents.map(json.dumps),
        "row": st.none() | documents.map(lambda row: json.dumps(row, ensure_ascii=False)),
    }
)


def expected(name: str, value: Any) -> Any:
    """How a value reads after a trip through JSON."""
    match value:
        case datetime():
            return value.replace(tzinfo=UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        case bytes():
            return value.decode()
        case float() if math.isnan(value):
            return "NaN"
        case float() if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        case str() if name in JSON_TEXTS:
            return json.loads(value)
    return value


@given(st.lists(rows, max_size=8))
def test_what_is_read_back_is_what_was_in_the_batch(given_rows: list[dict[str, Any]]) -> None:
    batch = pa.RecordBatch.from_pylist(given_rows, schema=SCHEMA)
    found = [json.loads(row) for row in json_rows(batch)]
    assert found == [{name: expected(name, v) for name, v in row.items()} for row in given_rows]


@given(st.text())
def test_tags_that_are_no_json_are_a_text(tags: str) -> None:
    """An update is not held against the contract: its tags are whatever the application wrote."""
    batch = pa.RecordBatch.from_pydict({"tags": pa.array([tags]).dictionary_encode()})
    [row] = [json.loads(row)["tags"] for row in json_rows(batch)]
    try:
        assert row == json.loads(tags) or tags in ("NaN", "Infinity", "-Infinity")
    except ValueError:
        assert row == tags


def test_json_too_deep_to_be_read_is_a_text() -> None:
    deep = "[" * 100_000
    batch = pa.RecordBatch.from_pydict({"row": pa.array([deep])})
    assert json.loads(json_rows(batch)[0]) == {"row": deep}


def test_a_span_has_all_its_columns() -> None:
    span = {
        "trace_id": "ab",
        "span_id": "cd",
        "parent_id": None,
        "name": "GET /",
        "kind": 2,
        "start_ns": 1,
        "end_ns": 2,
        "error": True,
        "service": "s",
        "pod": None,
        "follows": False,
        "attributes": '{"http.status_code": 500}',
    }
    batch = pa.RecordBatch.from_pylist([span], schema=SPANS)
    assert [json.loads(row) for row in json_rows(batch)] == [span | {"attributes": {"http.status_code": 500}}]


def test_bytes_that_are_no_utf8_are_shown() -> None:
    batch = pa.RecordBatch.from_pydict({"key": pa.array([b"\xffk"])})
    assert json.loads(json_rows(batch)[0]) == {"key": "\\xffk"}


def test_no_rows_no_messages() -> None:
    assert json_rows(pa.RecordBatch.from_pylist([], schema=SCHEMA)) == []


@pytest.mark.parametrize("kind", [TEXT, pa.string(), pa.binary()])
def test_keys_of_messages(kind: pa.DataType) -> None:
    values = pa.array(["é", None, ""]).cast(pa.binary() if kind == pa.binary() else pa.string())
    column = values.dictionary_encode() if kind is TEXT else values
    batch = pa.RecordBatch.from_pydict({"id": column})
    assert text_column(batch, "id") == ["é".encode(), None, b""]
