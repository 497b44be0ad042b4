"""Lines that stores take: JSON whatever is in a record, nothing lost, nothing too long, ids that stay."""

import json
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from connectors.logstores import render
from connectors.logstores.jsoncolumns import cut
from tests.connectors.logbatches import NOON_NS, TRACE, batch, record

MOST = 4_000
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
maybe = st.none() | text


def indented(value: dict[str, str]) -> str:
    """As one would write it by hand: over more than one line."""
    return json.dumps(value, indent=1)


records = st.lists(
    st.fixed_dictionaries(
        {
            "place": st.integers(0, 2**31 - 1),
            "timestamp_ns": st.none() | st.integers(0, 2**62),
            "severity": st.none() | st.integers(0, 24),
            "body": st.none() | text | st.text('ab\n"\\\0é😀', max_size=3 * MOST),
            "attributes": st.none() | st.dictionaries(text, maybe, max_size=3).map(json.dumps),
            "resource": st.none() | st.dictionaries(text, text, max_size=2).map(indented),
            **dict.fromkeys(("severity_text", "scope", "service", "pod", "event_name"), maybe),
            "trace_id": st.none() | st.just(TRACE),
            "span_id": st.none() | st.just("b7ad6b7169203331"),
            "flags": st.none() | st.integers(0, 255),
            "duration_ns": st.none() | st.integers(0, 2**60),
        }
    ),
    min_size=1,
    max_size=8,
)


def documents(rows: pa.RecordBatch, index: str | None = None) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    lines = b"".join(
        bytes(block.data) for block in render.bulk(rows, index=index, most=MOST, now_ns=NOON_NS)
    ).split(b"\n")
    assert lines.pop() == b""
    values = [json.loads(line) for line in lines]
    return list(zip(values[::2], values[1::2], strict=True))


def pushed(rows: pa.RecordBatch) -> list[tuple[dict[str, str], list[Any]]]:
    found = []
    for block in render.loki(rows, most=MOST, now_ns=NOON_NS):
        assert block.streams is not None
        assert list(block.streams) == sorted(block.streams)
        for at, stream in enumerate(block.streams):
            line = block.heads[stream] + bytes(block.part(at, at + 1))[:-1] + b"]}"
            value = json.loads(line)
            found.append((value["stream"], value["values"][0]))
    return found


@given(records)
def test_every_record_is_a_document_with_its_fields(given_records: list[dict[str, Any]]) -> None:
    rows = [record(at, **fields) for at, fields in enumerate(given_records)]
    made = documents(batch(rows), index='x"y')
    assert len(made) == len(rows)
    for one, (action, document) in zip(rows, made, strict=True):
        assert action["create"]["_index"] == 'x"y'
        identity = f"otlp_logs-0-{one['offset']}-{one['place']}"
        assert action["create"]["_id"] == document["log.record.uid"] == identity
        body = one["body"] or ""
        if "cut" in document:
            kept = document["message"].removesuffix("…")
            assert body.startswith(kept)
            assert len(kept.encode()) + document["cut"] == len(body.encode())
        else:
            assert document["message"] == body
        for name in ("severity_text", "scope", "pod", "event_name", "trace_id", "span_id"):
            assert document.get(name) == one[name]
        assert document.get("trace_flags") == one["flags"]
        assert document.get("duration_ns") == one["duration_ns"]
        assert document["service"] == (render.UNKNOWN_SERVICE if one["service"] is None else one["service"])
        for name in ("attributes", "resource"):
            assert document.get(name) == (None if one[name] is None else json.loads(one[name]))
        assert all(len(json.dumps(document[name]).encode()) < 7 * MOST for name in document)


@given(records)
def test_every_record_is_in_the_stream_of_its_service_and_severity(
    given_records: list[dict[str, Any]],
) -> None:
    rows = {at: record(at, **fields) for at, fields in enumerate(given_records)}
    made = pushed(batch(list(rows.values())))
    assert len(made) == len(rows)
    for labels, (time, _, metadata) in made:
        one = rows[int(metadata["log_record_uid"].split("-")[2])]
        assert set(labels) == {"service", "severity"}
        assert labels["service"] == (render.UNKNOWN_SERVICE if one["service"] is None else one["service"])
        assert int(time) == (one["observed_ns"] if one["timestamp_ns"] is None else one["timestamp_ns"])
        assert all(isinstance(value, str) for value in metadata.values())
        assert metadata.get("trace_id") == one["trace_id"]
        took = one["duration_ns"]
        assert metadata.get("duration_ns") == (None if took is None else str(took))


def test_a_document_to_the_letter() -> None:
    one = record(7, severity=18, severity_text="err", trace_id=TRACE, attributes='{"order.id":42}')
    assert documents(batch([one])) == [
        (
            {"create": {"_id": "otlp_logs-0-7-0"}},
            {
                "@timestamp": "2025-11-29T12:00:00.000000007Z",
                "message": "order 7 accepted",
                "severity": "ERROR",
                "severity_number": 18,
                "service": "orders",
                "severity_text": "err",
                "trace_id": TRACE,
                "observed_timestamp": "2025-11-29T12:00:01.000000000Z",
                "attributes": {"order.id": 42},
                "log.record.uid": "otlp_logs-0-7-0",
            },
        )
    ]


def test_a_record_without_any_time_has_that_of_writing() -> None:
    ((_, document),) = documents(batch([record(1, timestamp_ns=None, observed_ns=None)]))
    assert document["@timestamp"] == "2025-11-29T12:00:00.000000000Z"


def test_places_of_files_are_told_apart_by_time() -> None:
    today, tomorrow = (
        render.record_ids(batch([record(1, timestamp_ns=at)], "logs", -1)).to_pylist() for at in (5, 6)
    )
    assert today == [b"logs--1-1-0-5"]
    assert today != tomorrow


def test_what_a_store_would_drop_is_cut_and_marked() -> None:
    many = json.dumps({f"k{at}": at for at in range(500)})
    rows = [
        record(1, attributes=many),
        record(2, body='"' * 10_000, attributes='{"a":"' + "x" * 9_000 + '"}'),
    ]
    (_, first), (_, second) = documents(batch(rows))
    assert first["attributes"]["text"].startswith('{"k0": 0')
    assert second["message"].endswith("…")
    assert second["cut"] == 10_000 - len(second["message"]) + 1
    assert len(second["attributes"]["text"]) < MOST
    by_offset = {value[2]["log_record_uid"]: value for _, value in pushed(batch(rows))}
    assert len(by_offset["otlp_logs-0-2-0"][1]) < MOST
    assert int(by_offset["otlp_logs-0-2-0"][2]["cut"]) > 0
    assert "cut" not in by_offset["otlp_logs-0-1-0"][2]


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(5, 200))
def test_a_text_that_is_cut_fits_and_is_a_beginning(whole: str, most: int) -> None:
    token, gone = cut(whole, most)
    assert len(token) <= most
    kept = json.loads(token)
    assert kept == whole if gone == 0 else whole.startswith(kept.removesuffix("…"))
    assert len(whole.encode()) - gone == len((kept if gone == 0 else kept.removesuffix("…")).encode())


def test_large_batches_are_rendered_in_pieces_and_nothing_is_lost(monkeypatch: Any) -> None:
    monkeypatch.setattr(render, "_MOST_BYTES", 5_000)
    rows = batch([record(at) for at in range(200)])
    blocks = list(render.bulk(rows, index=None, most=MOST, now_ns=0))
    assert len(blocks) > 1
    assert sum(map(len, blocks)) == 200
    assert b"".join(bytes(block.data) for block in blocks).count(b"create") == 200
