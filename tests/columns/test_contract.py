"""The contract: column checks give the JSON Schema's verdict on every row, and one reason."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from columns.contract import ContractCheck, document
from columns.decode import decode_records
from schemas.batches import EVENTS
from schemas.contract import Contract, ContractError
from schemas.records import RawRecords

COMMITTED_US = 1_700_000_000_000_000
GOOD = {
    "seq": 1,
    "metric_id": "p:m",
    "timestamp": "2023-11-14T22:13:20.000000Z",
    "value": 1.0,
    "tags": '{"a":"b"}',
}
CONTRACT = Contract.load()


def split(rows: list[Any], contract: Contract = CONTRACT) -> tuple[list[int], dict[int, str]]:
    """(places of the rows that keep the contract, reason by place of the others)."""
    source = {"name": "db", "ts_us": COMMITTED_US, "lsn": 1}
    values = [json.dumps({"op": "c", "after": row, "source": source}).encode() for row in rows]
    places = list(range(len(rows)))
    records = RawRecords("metrics.events", 0, places, [0] * len(rows), [None] * len(rows), list(values))
    (batch,) = decode_records(records, events_table="metrics.events").batches
    events, refused, reasons = ContractCheck(contract).split(batch)
    assert events.schema.equals(EVENTS, check_metadata=False)
    return events.column("offset").to_pylist(), dict(
        zip(refused.column("offset").to_pylist(), reasons, strict=True)
    )


TIMES = st.sampled_from(
    [
        GOOD["timestamp"],
        "2000-01-01T00:00:00.000000Z",
        "1999-12-31T23:59:59.999999Z",
        "2023-11-15T22:13:20.000000Z",  # a day after the commit
        "2023-11-15T22:13:20.000001Z",
        "1970-01-01T00:00:00Z",
        "2023-11-14T22:13:20+01:00",
        "2023-11-14",
        "soon",
        "",
    ]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
)
TAGS = st.sampled_from(
    ["{}", '{"a":1}', '{"a":null}', '{"a":[1]}', '{"a":{}}', "[]", '"x"', "5", "null", "true", "{", ""]
)
ROWS = st.fixed_dictionaries(
    {},
    optional={
        "seq": st.integers(0, 99),
        "metric_id": st.sampled_from(["p:m", "", "x" * 300]) | SCALARS,
        "timestamp": TIMES | SCALARS,
        "value": st.sampled_from(["NaN", "Infinity", "-Infinity", "abc", [1]]) | SCALARS,
        "tags": TAGS | SCALARS | st.just({"a": 1}),
    },
)


@settings(max_examples=300)
@given(st.lists(ROWS | st.just(GOOD) | st.just([1]), min_size=1, max_size=6))
def test_the_verdict_is_the_json_schemas(rows: list[Any]) -> None:
    kept, refused = split(rows)
    shown = [document(msgspec.json.decode(json.dumps(row)), COMMITTED_US) for row in rows]
    assert kept == [i for i, doc in enumerate(shown) if CONTRACT.reference.is_valid(doc)]
    assert sorted([*kept, *refused]) == list(range(len(rows)))
    assert all(refused.values())


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ({"metric_id": ""}, "metric_id_empty"),
        ({"metric_id": None}, "metric_id_null"),
        ({"metric_id": 5}, "metric_id_type"),
        ({"tags": "[]"}, "tags_array"),
        ({"tags": '{"a":{"b":1}}'}, "tags_nested"),
        ({"tags": None}, "tags_null"),
        ({"tags": "5"}, "tags_number"),
        ({"tags": '"x"'}, "tags_string"),
        ({"timestamp": "1970-01-01T00:00:00Z"}, "timestamp_1970"),
        ({"timestamp": "2024-12-31T00:00:00Z"}, "timestamp_future"),
        ({"timestamp": None}, "timestamp_null"),
        ({"timestamp": "soon"}, "timestamp_malformed"),
        ({"value": "Infinity"}, "value_infinite"),
        ({"value": "NaN"}, "value_nan"),
        ({"value": None}, "value_null"),
        ({"value": "abc"}, "value_type"),
        ({"metric_id": None, "value": None}, "metric_id_null"),
    ],
)
def test_each_failure_has_its_reason(field: dict[str, Any], reason: str) -> None:
    assert split([GOOD, GOOD | field]) == ([0], {1: reason})


def test_a_contract_of_ones_own(tmp_path: Path) -> None:
    schema = json.loads(json.dumps(CONTRACT.schema))
    schema["properties"]["value"] |= {"exclusiveMinimum": 1}
    schema["properties"]["tags"] |= {"required": ["team"]}
    path = tmp_path / "own.json"
    path.write_text(json.dumps(schema))
    good = GOOD | {"value": 2.0, "tags": '{"team":"a"}'}
    kept, refused = split([good, good | {"value": 1.0}, good | {"tags": "{}"}], Contract.load(path))
    assert (kept, refused) == ([0], {1: "contract", 2: "contract"})


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{", "no JSON"),
        ("[]", "is an object"),
        ('{"type":"nonsense"}', "no valid JSON Schema"),
        ('{"oneOf":[{}]}', "'oneOf'"),
        ('{"properties":{"value":{"type":"number"}}}', "'metric_id' must be required"),
        ('{"properties":{"tags":{"properties":{"a":{"$ref":"#/nope"}}}}}', "nope"),
        ('{"properties":{"unit":{}}}', "'unit'"),
        ('{"properties":{"value":{"multipleOf":2}}}', "'multipleOf'"),
        (None, "No such file"),
    ],
)
def test_a_contract_that_cannot_be_used_is_named(tmp_path: Path, content: str | None, problem: str) -> None:
    path = tmp_path / "own.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ContractError, match=problem) as raised:
        Contract.load(path)
    assert "own.json" in str(raised.value)
