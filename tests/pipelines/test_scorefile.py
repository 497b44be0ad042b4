"""``traceo score``: a series in a CSV file with score and label, by any detector, and errors that help."""

import csv
import io
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anomaly.detector import DetectorError, Scores, detector_named
from connectors.errors import InputError
from pipelines.scorefile import score_file

BEGIN = datetime(2023, 1, 29, 8, 41, tzinfo=UTC)


@dataclass
class Above:
    """A detector of one's own: what is above 10 is an anomaly."""

    name: str = "above"
    history: int = 2
    warm_up: int = 2
    threshold: float = 10.0

    def score(self, history: np.ndarray, values: np.ndarray) -> Scores:
        return Scores(values, history[:, -1])


class NoDetector:
    """Lacks all that a detector has."""


OWN = f"{__name__}:Above"


def score(path: Path, text: str | bytes, detector: str = OWN) -> tuple[list[dict[str, str]], dict[str, int]]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    out = io.StringIO()
    counts = score_file(path, detector_named(detector), out)
    return list(csv.DictReader(io.StringIO(out.getvalue()))), counts


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "series.csv"


def labels(rows: list[dict[str, str]]) -> list[str]:
    return [row["label"] for row in rows]


def bumpy(length: int = 90, spike: int = 80) -> str:
    """A minute-by-minute wave with noise, and three samples far out of line from ``spike`` on."""
    dice = np.random.default_rng(7)
    values = 50 + 5 * np.sin(np.arange(length) / 6) + dice.normal(0, 1, length)
    values[spike : spike + 3] += 400
    lines = [f"{(BEGIN + timedelta(minutes=i)).isoformat()},{value:.4f}" for i, value in enumerate(values)]
    return "timestamp,value\n" + "\n".join(lines) + "\n"


def test_each_line_gets_a_score_and_a_label_in_its_order(file: Path) -> None:
    text = (
        "value,host,timestamp\n3,a,2023-01-29T08:43:00Z\n1,b,2023-01-29T08:41:00Z\n,c,2023-01-29T08:44:00Z\n"
    )
    text += "nan,c,2023-01-29T08:42:30Z\n20,c,2023-01-29T08:45:00Z\n2,c,2023-01-29T08:42:00Z\n"
    rows, counts = score(file, text)
    assert list(rows[0]) == ["timestamp", "value", "score", "label"]
    assert [row["value"] for row in rows] == ["3", "1", "", "nan", "20", "2"]
    assert labels(rows) == ["normal", "warm_up", "missing", "missing", "anomaly", "warm_up"]
    assert [row["score"] for row in rows] == ["3", "1", "", "", "20", "2"]
    assert rows[0]["timestamp"] == "2023-01-29T08:43:00Z"
    assert counts == {"normal": 1, "warm_up": 2, "missing": 2, "anomaly": 1}


@pytest.mark.parametrize(
    "stamp",
    [
        lambda at: at.isoformat(),
        lambda at: at.strftime("%Y-%m-%d %H:%M:%S"),
        lambda at: at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        lambda at: at.astimezone().isoformat(),
        lambda at: str(at.timestamp()),
        lambda at: str(int(at.timestamp())),
        lambda at: str(int(at.timestamp() * 1000)),
        lambda at: str(int(at.timestamp() * 1_000_000)),
        lambda at: str(int(at.timestamp()) * 1_000_000_000),
        lambda at: f"{at.timestamp():e}".replace("e+09", "e9"),
    ],
)
def test_times_are_iso_or_numbers_since_the_epoch(file: Path, stamp: Callable[[datetime], str]) -> None:
    """The lines come backwards, so that only who understands the times scores them in their order."""
    times = [BEGIN + timedelta(hours=h) for h in range(4)]
    lines = [f"{stamp(at)},{value}" for at, value in zip(times, (1, 2, 3, 20), strict=True)]
    rows, _ = score(file, "timestamp,value\n" + "\n".join(reversed(lines)))
    assert labels(rows) == ["anomaly", "normal", "warm_up", "warm_up"]


@pytest.fixture
def _far_from_greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("_far_from_greenwich")
def test_a_time_without_a_zone_is_utc_and_others_are_converted(file: Path) -> None:
    eight, half_past_eight = "2023-01-29T10:00:00+02:00", "2023-01-29T08:30:00"
    text = f"timestamp,value\n{half_past_eight},30\n{eight},1\n2023-01-29T07:59:59Z,2\n"
    assert labels(score(file, text)[0]) == ["anomaly", "warm_up", "warm_up"]


@pytest.mark.parametrize("text", ["\ufefftimestamp,value\r\n1,2\r\n", 'timestamp,value\n"1","2"\n'])
def test_what_spreadsheets_write_is_read(file: Path, text: str) -> None:
    rows, counts = score(file, text)
    assert (rows[0]["value"], counts) == ("2", {"warm_up": 1})


def test_a_file_without_any_value_has_nothing_but_missing_ones(file: Path) -> None:
    assert score(file, "timestamp,value\n1,\n2,inf\n3\n")[1] == {"missing": 3}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "column 'timestamp' is missing; wanted: timestamp,value"),
        ("timestamp,v\n1,2\n", "column 'value' is missing"),
        ("timestamp;value\n1;2\n", "column 'timestamp' is missing"),
        ("timestamp,value\n", "no line with a value"),
        ("timestamp,value\n1,2\n1,many\n", r"series\.csv:3: 'many' is no value"),
        ("timestamp,value\nsoon,2\n", r"series\.csv:2: 'soon' is no timestamp \(ISO 8601, or a number\)"),
        ("timestamp,value\n,2\n", r":2: '' is no timestamp"),
        ("timestamp,value\nnan,2\n", r":2: 'nan' is no timestamp"),
        ("timestamp,value\ninf,2\n", r":2: 'inf' is no timestamp"),
        ("timestamp,value\n1e300,2\n", r":2: '1e300' is no timestamp"),
        ("timestamp,value\n2023-02-30T00:00:00Z,2\n", ":2: '2023-02-30"),
        (b"timestamp,value\n1,\xff\n", "no CSV in UTF-8"),
        (b"timestamp,value\n1,\x00\n", "series.csv"),
        ('timestamp,value\n1,"' + "9" * 200_000, "no CSV in UTF-8: field larger"),
    ],
)
def test_what_is_wrong_names_the_line_and_the_fix(file: Path, text: str | bytes, problem: str) -> None:
    with pytest.raises(InputError, match=problem) as raised:
        score(file, text)
    assert str(file) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nosuch\.csv: No such file"):
        score_file(tmp_path / "nosuch.csv", detector_named("robust"), io.StringIO())
    with pytest.raises(InputError, match="Is a directory"):
        score_file(tmp_path, detector_named("robust"), io.StringIO())


@pytest.mark.parametrize(
    "detector",
    ["robust", "beam:RobustZScore", "beam:ZScore", "beam:IQR", "sklearn:LocalOutlierFactor",
     "sklearn:IsolationForest"],
)  # fmt: skip
def test_every_detector_finds_what_is_far_out_of_line(file: Path, detector: str) -> None:
    rows, counts = score(file, bumpy(), detector)
    found = {number for number, label in enumerate(labels(rows)) if label == "anomaly"}
    assert found & {80, 81, 82}
    assert counts["warm_up"] == 30
    assert len(found - set(range(78, 86))) <= 12
    assert all(row["score"] for row in rows)


@pytest.mark.parametrize("detector", ["robust", "beam:RobustZScore", "sklearn:LocalOutlierFactor"])
def test_a_flat_series_is_normal(file: Path, detector: str) -> None:
    text = "timestamp,value\n" + "".join(f"{minute * 60},5\n" for minute in range(70))
    assert score(file, text, detector)[1] == {"normal": 40, "warm_up": 30}


def test_the_same_series_gets_the_same_scores_in_any_order(file: Path) -> None:
    head, *lines = bumpy().splitlines()
    forward = score(file, "\n".join([head, *lines]), "robust")[0]
    backward = score(file, "\n".join([head, *reversed(lines)]), "robust")[0]
    assert backward == forward[::-1]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("nosuch", "no such detector"),
        ("", "no such detector"),
        ("beam:NoSuch", "Beam's detectors here are"),
        ("sklearn:NoSuch", "scikit-learn models here are"),
        ("no.such.module:Class", "No module named 'no'"),
        (f"{__name__}:Absent", "Absent"),
        (f"{__name__}:NoDetector", "has not what"),
        ("os:getcwd", "has not what"),
        ("os:sep", "callable"),
    ],
)
def test_a_detector_that_cannot_be_used_is_one_line(name: str, problem: str) -> None:
    with pytest.raises(DetectorError, match=problem) as raised:
        detector_named(name)
    assert repr(name) in str(raised.value)
    assert "\n" not in str(raised.value)


CELLS = st.sampled_from(["", "1", "2.5", "-3e3", "20", "inf", "x", "2023-01-29T08:41:00Z", "1e18", '"', "é"])


@given(st.lists(st.tuples(CELLS, CELLS), max_size=8))
def test_any_file_is_scored_line_by_line_or_refused(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str]]
) -> None:
    file = tmp_path_factory.mktemp("score") / "a.csv"
    text = "timestamp,value\n" + "".join(f"{stamp},{value}\n" for stamp, value in cells)
    try:
        rows, counts = score(file, text)
    except InputError as error:
        assert str(file) in str(error)
        return
    assert Counter(labels(rows)) == Counter(counts)
    if '"' not in text:
        assert [(row["timestamp"], row["value"]) for row in rows] == cells
