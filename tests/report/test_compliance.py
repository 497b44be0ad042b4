"""The compliance report: the figures of the result, and not one of the values."""

import html
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from columns.redact import _NAMES, _TEXTS
from connectors.errors import InputError
from report.cleantext import clean
from report.compliance import COLUMNS, UNKNOWN, Measure, _Counted, _named, compliance_of
from report.compliancepage import render, write_compliance
from report.drawings import floor_of, heat_table, interval
from schemas.logs import LOGS
from security.detectors import ALL, BASIC
from security.evaluation import figures
from tests.report.logresults import BIDI, LONG, PLANTED, hostile, night, planted, run
from tests.report.results import EVIL

PAGES = ("report.html", "compliance.html", "compliance.json")


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return planted(tmp_path_factory.mktemp("planted"))


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return night(tmp_path_factory.mktemp("night"))


def written_ways(value: str) -> set[str]:
    """How a value may stand in a page or in JSON."""
    ways = {value, html.escape(value), quote(value), quote(value, safe=""), json.dumps(value)[1:-1]}
    return ways | {way.lower() for way in ways}


@pytest.mark.parametrize("name", PAGES)
def test_no_value_is_in_it(secrets: Path, name: str) -> None:
    page = (secrets / name).read_text()
    for value, _ in PLANTED.values():
        for way in written_ways(value):
            assert way not in page
    for part in ("quentin", "osterhagen", "qolbert"):  # what tells most of several values
        assert part not in page.lower()


def test_all_that_was_planted_is_counted(secrets: Path) -> None:
    found = compliance_of(secrets)
    assert found.values > 4 * len(PLANTED)
    assert {"pii", "pci", "secret"} <= found.by_category.keys()
    for counts in (found.by_kind, found.by_category, found.by_source, found.by_field, found.by_action):
        assert sum(counts.values()) == found.values
    assert sum(n for of in found.by_source_and_category.values() for n in of.values()) == found.values
    assert 0 < found.records_with_findings <= found.records
    assert found.unread == len(PLANTED)  # the lines that were cut off


def test_what_a_policy_keeps_is_not_shown_either(tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('[[rule]]\nkind = "email"\naction = "keep"\n')
    out = planted(tmp_path, redact_policy=str(policy))
    assert "quentin.osterhagen" in str(pq.read_table(out / "logs").to_pylist())
    for name in PAGES:
        assert "osterhagen" not in (out / name).read_text()
    assert compliance_of(out).redaction["policy_sha256"] in (out / "compliance.html").read_text()


@pytest.mark.parametrize("name", PAGES[:2])
def test_no_text_can_be_markup(evil: Path, name: str) -> None:
    page = (evil / name).read_text()
    assert re.findall(r"<script[^>]*>", page) == ['<script type="application/json" id="data">', "<script>"]
    assert page.count("</script") == 2
    assert "<img" not in page
    assert EVIL not in page
    assert html.escape(EVIL)[:60] in page
    assert LONG[:1000] not in page
    assert LONG[:100] in page
    assert not {"\u202e", "\u2066", "\x1b"} & set(page)
    assert "\\u202egnp.tpircs" in page
    assert " style=" not in page
    assert len(page) < 1_000_000


def test_names_are_cleaned() -> None:
    assert clean("pods of jane.roe@example.org") == "pods of j***@example.org"
    assert clean(BIDI) == "\\u202egnp.tpircs\\u2066"
    assert clean("a\nb\tc") == "a b c"
    assert len(clean(LONG * 10)) == 120
    assert clean("ts-order-service") == "ts-order-service"


def test_the_page_has_the_figures_of_the_file(result: Path) -> None:
    page = (result / "compliance.html").read_text()
    found = json.loads((result / "compliance.json").read_text())
    assert found["values"] == found["by_kind"]["email"] + sum(
        n for kind, n in found["by_kind"].items() if kind != "email"
    )
    assert f"{found['values']:,} values hidden in {found['records_with_findings']:,} of" in page
    assert found["by_source_and_category"]["mail"] == {"pii": 30}
    assert found["records"] == found["written"] + found["unread"] + found["dropped"]
    assert "no_log_document 1" in page
    assert f">{found['kinds_looked_for']:,}<" in page
    assert found["kinds_looked_for"] == sum(found["kinds_looked_for_by_category"].values())
    assert set(found["not_measured"]) | {one["kind"] for one in found["measures"]} == {k.name for k in ALL}
    assert found["security"]["findings"] == sum(found["security"]["by_rule"].values()) > 0
    assert found["security"]["incidents"] > 0


def test_kinds_are_grouped_by_aim_the_weakest_first(result: Path) -> None:
    found = compliance_of(result)
    weakest = [min(one.recall, one.precision or 1.0) for one in found.measures if one.precision is not None]
    assert weakest == sorted(weakest)
    page = render(found)
    for aim, least in figures.AIMS.items():
        if any(one.aim == aim for one in found.measures):
            assert f"{least:.0%} is to be reached, and is by" in page
    assert page.count('<svg class="interval') == sum(
        1 + (one.precision is not None) for one in found.measures
    )


def test_it_is_said_whether_the_detectors_are_those_that_were_measured(result: Path) -> None:
    found = compliance_of(result)
    assert found.measured_with["detectors_now"] == figures.digest(ALL)
    for changed in (True, False):
        page = render(
            msgspec.structs.replace(found, measured_with=found.measured_with | {"changed": changed})
        )
        assert ("Detectors have changed since" in page) is changed
        assert ("are those that were measured" in page) is not changed


def test_kinds_that_no_figure_is_of_are_named(result: Path) -> None:
    found = compliance_of(result)
    page = render(msgspec.structs.replace(found, measures=[], not_measured=["email", "jwt"]))
    assert "No figures come with this version" in page
    assert '<li class="id">email</li><li class="id">jwt</li>' in page
    never = Measure(
        kind="email", category="pii", aim="fixed", least=0.99, cases=3,
        precision=None, precision_interval=(0.0, 1.0), recall=0.0, recall_interval=(0.0, 0.6),
    )  # fmt: skip
    assert "nothing was found" in render(msgspec.structs.replace(found, measures=[never]))


def test_columns_that_are_looked_at_are_those_that_are_named() -> None:
    assert set(COLUMNS) == set(LOGS.names) & (_NAMES | _TEXTS)


def test_a_run_with_basic_kinds_claims_no_others(tmp_path: Path) -> None:
    out = run(tmp_path, ['{"message": "hello"}'], redact_kinds="basic")
    found = compliance_of(out)
    assert found.kinds_looked_for == len({kind.name for kind in BASIC})
    assert {one.kind for one in found.measures} <= {kind.name for kind in BASIC}
    assert found.values == 0
    assert "Nothing to hide in 1 record" in (out / "compliance.html").read_text()


def test_findings_in_avro_are_counted_too(tmp_path: Path) -> None:
    out = run(tmp_path, ['{"message": "to jane@example.org", "service": "mail"}'], format="avro")
    found = compliance_of(out)
    assert found.by_source_and_category == {"mail": {"pii": 1}}
    assert found.records_with_findings == 1


@pytest.mark.parametrize(
    ("summary", "said"),
    [
        (None, "no result of the logs job"),
        ('{"job": "ingest"}', "a result of the ingest job"),
        ("{", "no summary"),
    ],
)
def test_what_is_no_result_of_logs_is_refused(tmp_path: Path, summary: str | None, said: str) -> None:
    if summary is not None:
        (tmp_path / "summary.json").write_text(summary)
    with pytest.raises(InputError, match=said):
        write_compliance(tmp_path)


def test_shades_and_intervals_tell_more_from_less() -> None:
    rows: dict[str, dict[str, int]] = {"a": {"pii": 1, "pci": 10_000}, "<b>": {"pii": 100}}
    drawn = heat_table("service", rows, [("pii", "personal"), ("pci", "cards")])
    shades: list[Any] = re.findall(r"heat-(\d)\">([\d,]+)", drawn)
    assert shades == [("1", "1"), ("5", "10,000"), ("3", "100")]
    assert "&lt;b&gt;" in drawn
    assert '<td class="number none">' in drawn
    kinds = [interval(s, b, 0.95, 0.8).split('"')[1] for s, b in (
        (0.99, (0.97, 1.0)), (0.94, (0.9, 0.97)), (0.85, (0.8, 0.9)),
    )]  # fmt: skip
    assert kinds == ["interval good", "interval near", "interval below"]
    assert floor_of([0.73, 0.99]) == 0.7
    assert floor_of([]) == 0.9


def test_a_record_is_counted_once_wherever_its_findings_are_cut() -> None:
    rows = [
        {"kind": "email", "category": "pii", "field": "body", "action": "mask", "tier": "pattern"}
        | {"topic": "logs", "partition": 0, "offset": offset, "place": 0, "source": None}
        for offset in (1, 2, 3, 1, 2, 4)
    ]
    whole = pa.RecordBatch.from_pylist(rows)
    for cut in range(len(rows)):
        counted = _Counted()
        counted.add(whole.slice(0, cut))
        counted.add(whole.slice(cut))
        assert (counted.records, counted.by["source"]) == (4, {UNKNOWN: 6})


def test_names_without_end_are_counted_in_bounded_memory() -> None:
    counted = _Counted()
    row = {"kind": "k", "category": "pii", "action": "mask", "tier": "pattern", "topic": "t", "partition": 0}
    for start in range(0, 60_000, 10_000):
        rows = [
            row | {"field": f"f{n}", "source": f"s{n}", "offset": n, "place": 0}
            for n in range(start, start + 10_000)
        ]
        counted.add(pa.RecordBatch.from_pylist(rows))
    named = _named(counted.by["field"])
    assert len(counted.by["field"]) == len(counted.by["source"]) == 20_001
    assert len(named) == 201
    assert sum(named.values()) == counted.records == 60_000
