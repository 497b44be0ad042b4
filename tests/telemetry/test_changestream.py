"""The declarations: names that Prometheus takes, each once, and each given by somebody."""

import re
from collections import Counter

from telemetry.changestream import DECLARED, Kind
from tests.conftest import ROOT

UNITS = ("seconds", "bytes", "ratio")


def test_names_are_taken_once_and_tell_their_unit() -> None:
    stored = Counter(series for metric in DECLARED for series in metric.series)
    assert len(stored) > 40
    assert max(stored.values()) == 1
    for metric in DECLARED:
        assert re.fullmatch(r"traceo(_[a-z0-9]+)+", metric.name)
        assert metric.help.endswith(".")
        assert metric.unit in ("", *UNITS)
        assert metric.name.endswith(UNITS) == bool(metric.unit), metric.name
        assert metric.name.endswith(metric.unit)
        assert not metric.name.endswith("_total")


def test_no_label_is_one_that_prometheus_gives() -> None:
    for metric in DECLARED:
        assert not {"job", "instance", "le"} & set(metric.labels), metric.name


def test_a_family_has_the_declared_name_and_labels() -> None:
    for metric in DECLARED:
        if metric.kind is not Kind.HISTOGRAM:
            values = tuple("x" for _ in metric.labels)
            (sample,) = metric.family([(values, 1.0)]).samples
            assert sample.name == metric.series[0]
            assert tuple(sample.labels) == metric.labels


def test_what_the_watcher_should_give_it_gives() -> None:
    """Each metric that no worker gives is named in a probe, or in what asks the probes."""
    texts = "".join(path.read_text() for path in (ROOT / "runners" / "watch").glob("*.py"))
    source = (ROOT / "telemetry" / "changestream.py").read_text()
    of_the_watcher = source[source.index("# The watcher itself") : source.index("# The job's workers")]
    constants = re.findall(r"^([A-Z_]+): Final", of_the_watcher, re.M)
    assert len(constants) > 30
    assert [name for name in constants if not re.search(rf"\b{name}\b", texts)] == []
