"""The exposition of a result: whatever is in its events, Prometheus' own parser reads the same out of it."""

import json
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from columns.exemplars import EXEMPLAR
from connectors.errors import InputError
from connectors.openmetrics import exposition
from tests.captures import event, series, write_lines
from tests.conftest import Ingest
from tests.traces.spandocuments import CHILD, TRACE, otlp, otlp_span

CLEAN = pa.schema(
    [
        pa.field("metric_id", pa.dictionary(pa.int32(), pa.string())),
        pa.field("timestamp", pa.timestamp("us", tz="UTC")),
        pa.field("value", pa.float64()),
        pa.field("tags", pa.dictionary(pa.int32(), pa.string())),
        *EXEMPLAR,
    ]
)
NO_EXEMPLAR = dict.fromkeys(field.name for field in EXEMPLAR)


def row(
    metric_id: str = "pod-1:cpu", /, minute: int = 0, value: float = 1.0, explained: str = "", **tags: Any
) -> dict[str, Any]:
    """A clean event; ``explained``: the span id of its exemplar."""
    at = datetime(2023, 11, 14, 22, minute, tzinfo=UTC)
    explanation = {
        "exemplar_trace_id": TRACE,
        "exemplar_span_id": explained,
        "exemplar_at": at.replace(microsecond=250_000),
        "exemplar_value": 0.125,
    }
    sample = {"metric_id": metric_id, "timestamp": at, "value": value, "tags": json.dumps(tags)}
    return sample | (explanation if explained else NO_EXEMPLAR)


def write_result(folder: Path, *files: list[dict[str, Any]]) -> Path:
    (folder / "clean").mkdir(parents=True, exist_ok=True)
    (folder / "summary.json").write_text("{}")
    for number, rows in enumerate(files):
        pq.write_table(pa.Table.from_pylist(rows, CLEAN), folder / "clean" / f"part-{number:05d}.parquet")
    return folder


def samples(result: Path) -> list[Sample]:
    families = text_string_to_metric_families(exposition(result).decode())
    return [sample for family in families for sample in family.samples]


def one(found: list[Sample], name: str, **labels: str) -> Sample:
    (sample,) = [s for s in found if s.name == name and labels.items() <= s.labels.items()]
    return sample


def exemplar(sample: Sample) -> tuple[dict[str, str], float, float] | None:
    """Labels, value and time of the exemplar of ``sample``."""
    told = sample.exemplar
    return None if told is None else (told.labels, told.value, float(told.timestamp or 0))


def test_each_series_has_its_newest_value_and_the_number_of_its_samples(tmp_path: Path) -> None:
    result = write_result(
        tmp_path,
        [
            row(minute=2, value=2.0),
            row(minute=1, value=1.0),
            row("pod-2:cpu", minute=0, value=7.5, pod="pod-2"),
        ],
        [row(minute=4, value=4.0), row(minute=3, value=3.0)],
        [row(minute=0, value=0.0)],
    )
    found = samples(result)
    assert len(found) == 4
    assert one(found, "cpu", metric_id="pod-1:cpu").value == 4.0
    assert one(found, "cpu_samples_total", metric_id="pod-1:cpu").value == 5
    assert one(found, "cpu", metric_id="pod-2:cpu", pod="pod-2").value == 7.5
    assert all(sample.timestamp is None for sample in found)


def test_the_exemplar_is_that_of_the_newest_explained_sample(tmp_path: Path) -> None:
    result = write_result(
        tmp_path,
        [row(minute=2, explained="2" * 16), row(minute=1, explained="1" * 16), row(minute=3)],
        [row(minute=0, explained="3" * 16), row("pod-2:cpu")],
    )
    found = samples(result)
    at = datetime(2023, 11, 14, 22, 2, 0, 250_000, tzinfo=UTC).timestamp()
    expected = ({"trace_id": TRACE, "span_id": "2" * 16}, 0.125, at)
    assert exemplar(one(found, "cpu_samples_total", metric_id="pod-1:cpu")) == expected
    assert exemplar(one(found, "cpu_samples_total", metric_id="pod-2:cpu")) is None


def test_what_the_ingest_job_writes_is_what_prometheus_reads(ingest: Ingest, tmp_path: Path) -> None:
    begin = int(datetime(2023, 11, 14, 22, 0, tzinfo=UTC).timestamp()) * 10**9
    lines = [series(0, "pod-1:cpu"), *(event(i, minute=i, at=i, value=i / 3) for i in range(1, 5))]
    spans = tmp_path / "spans.jsonl"
    span = otlp_span(startTimeUnixNano=str(begin + 90 * 10**9), endTimeUnixNano=str(begin + 90_200_000_000))
    spans.write_bytes(otlp(span, service_name="s", k8s_pod_name="pod-1"))
    ingest(write_lines(tmp_path / "in.jsonl", lines), spans=(str(spans),))
    found = samples(tmp_path / "out")
    assert one(found, "cpu", pod="pod-1").value == 4 / 3
    counter = one(found, "cpu_samples_total", pod="pod-1")
    assert counter.value == 4
    assert exemplar(counter) == ({"trace_id": TRACE, "span_id": CHILD}, 0.2, begin / 10**9 + 90.2)


def test_the_labels_of_an_exemplar_are_within_the_limit(tmp_path: Path) -> None:
    """OpenMetrics allows 128 characters of names and values together; its parser refuses more."""
    found = samples(write_result(tmp_path, [row(explained="f" * 16)]))
    told = one(found, "cpu_samples_total").exemplar
    assert told is not None
    assert sum(len(name) + len(text) for name, text in told.labels.items()) <= 128


@pytest.mark.parametrize("text", ['say "hi"', "two\nlines", "back\\slash", "\\n", "é 漢 ", "a,b={}#", ""])
def test_any_text_survives_as_a_label(tmp_path: Path, text: str) -> None:
    found = samples(write_result(tmp_path, [row(f"{text}pod:cpu", note=text)]))
    sample = one(found, "cpu")
    assert sample.labels == {"metric_id": f"{text}pod:cpu", "note": text}


def test_series_that_differ_in_their_ids_alone_are_two(tmp_path: Path) -> None:
    found = samples(write_result(tmp_path, [row("a:cpu", pod="p"), row("b:cpu", value=2.0, pod="p")]))
    assert [s.labels["metric_id"] for s in found if s.name == "cpu"] == ["a:cpu", "b:cpu"]
    assert one(found, "cpu", metric_id="b:cpu", pod="p").value == 2.0


def test_names_that_are_no_names_become_some_and_none_is_lost(tmp_path: Path) -> None:
    tags = {"a.b": 1, "a-b": 2, "a_b": 3, "1st": True, "__name__": "x", "metric_id": "own", "none": None}
    found = samples(write_result(tmp_path, [row("p:http.server-time", **tags), row("q:2xx")]))
    sample = one(found, "http_server_time")
    assert sample.labels["metric_id"] == "p:http.server-time"
    assert sorted(sample.labels.values()) == ["1", "2", "3", "own", "p:http.server-time", "true", "x"]
    assert not any(label.startswith("__") for label in sample.labels)
    assert one(found, "_2xx").labels == {"metric_id": "q:2xx"}


def test_the_metric_is_what_the_tags_call_it(tmp_path: Path) -> None:
    found = samples(write_result(tmp_path, [row("p:x", metric="latency_ms", pod="p")]))
    assert one(found, "latency_ms").labels == {"metric_id": "p:x", "pod": "p"}


def test_a_metric_that_is_called_as_the_counter_of_another_gets_on_with_it(tmp_path: Path) -> None:
    names = ["cpu", "cpu_samples", "cpu_samples_total", "cpu_samples_created"]
    found = samples(write_result(tmp_path, [row(f"p:{name}", value=i) for i, name in enumerate(names)]))
    assert [one(found, name).value for name in names] == [0, 1, 2, 3]
    assert len(found) == 2 * len(names)
    assert len({(s.name, s.labels["metric_id"]) for s in found}) == len(found)


def test_labels_are_those_of_the_newest_sample(tmp_path: Path) -> None:
    result = write_result(
        tmp_path, [row(minute=1, node="old")], [row(minute=2, node="new")], [row(node="first")]
    )
    assert {sample.labels["node"] for sample in samples(result)} == {"new"}


ROWS = st.builds(
    row,
    st.text(max_size=8),
    minute=st.integers(0, 59),
    value=st.floats(allow_nan=False, allow_infinity=False),
    explained=st.sampled_from(["", CHILD]),
)
TAGS = st.dictionaries(
    st.text(max_size=6), st.text(max_size=6) | st.integers() | st.booleans() | st.none(), max_size=4
)


@given(st.lists(st.tuples(ROWS, TAGS), max_size=6))
def test_any_result_can_be_read_by_prometheus(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[dict[str, Any], dict[str, Any]]]
) -> None:
    rows = [event | {"tags": json.dumps(tags)} for event, tags in drawn]
    found = samples(write_result(tmp_path_factory.mktemp("result"), rows))
    ids = {event["metric_id"] for event in rows}
    assert sorted(s.labels["metric_id"] for s in found) == sorted([*ids, *ids])
    counters = [s for s in found if s.name.endswith("_total") and s.exemplar is not None]
    explained = {event["metric_id"] for event in rows if event["exemplar_span_id"]}
    assert {s.labels["metric_id"] for s in counters} == explained
    assert all(math.isfinite(s.value) for s in found)


def test_a_result_without_clean_events_is_an_exposition_without_samples(tmp_path: Path) -> None:
    assert exposition(write_result(tmp_path)) == b"# EOF\n"


def test_what_is_no_result_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no result with clean events"):
        exposition(tmp_path)
    (tmp_path / "summary.json").write_text("{}")  # as the job of traces leaves it
    with pytest.raises(InputError, match="no result with clean events"):
        exposition(tmp_path)


def test_a_damaged_an_old_and_an_avro_result_are_named(tmp_path: Path) -> None:
    result = write_result(tmp_path, [row()])
    file = result / "clean" / "part-00000.parquet"
    pq.write_table(pq.read_table(file).drop_columns("exemplar_at"), file)
    exposition(result)  # it is not asked for where nothing is explained
    pq.write_table(pq.read_table(file).drop_columns("exemplar_trace_id"), file)
    with pytest.raises(InputError, match="exemplar_trace_id"):
        exposition(result)
    file.write_bytes(b"PAR1 no")
    with pytest.raises(InputError, match="run the job again"):
        exposition(result)
    file.rename(file.with_suffix(".avro"))
    with pytest.raises(InputError, match="--format parquet"):
        exposition(result)
