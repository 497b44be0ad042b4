"""A set on disk: read back as it was, and a tool's findings in its lines measure as the detectors' own."""

import json
from pathlib import Path

import pytest

from security.evaluation.case import Event
from security.evaluation.figures import AIMS, digest, stored
from security.evaluation.generate import lookalikes, negatives, positives
from security.evaluation.measure import Found, measure
from security.evaluation.reallines import real_events
from security.evaluation.store import EVENTS, LINES, TRUTH, SetError, read_findings, read_set, write_set
from security.evaluation.topics import TOPICS

NAMED = {topic.name: topic for topic in TOPICS}


@pytest.fixture
def events() -> list[Event]:
    wanted = [NAMED[name] for name in ("email", "private_key", "postal_address", "person_name")]
    return [*positives(1, 40, wanted), *lookalikes(1, 10, wanted), *negatives(1, 30)]


def test_a_set_is_read_back_as_it_was(events: list[Event], tmp_path: Path) -> None:
    lines = write_set(tmp_path, events)
    assert lines == sum(event.text.count("\n") + 1 for event in events)
    numbered = read_set(tmp_path)
    assert [event.text for _, event in numbered] == [event.text for event in events]
    for (_, found), event in zip(numbered, events, strict=True):
        assert found.lookalike == event.lookalike
        assert [(one.kind, one.whole) for one in found.truth] == [
            (one.kind, one.whole) for one in event.truth
        ]
        assert [bool(one.pieces) for one in found.truth] == [bool(one.pieces) for one in event.truth]


def test_truth_says_line_and_characters(events: list[Event], tmp_path: Path) -> None:
    write_set(tmp_path, events)
    lines = (tmp_path / LINES).read_text().split("\n")
    rows = [json.loads(line) for line in (tmp_path / TRUTH).read_text().splitlines()]
    mails = {lines[row["line"] - 1][row["start"] : row["end"]] for row in rows if row["kind"] == "email"}
    assert sum("@" in mail for mail in mails) > 20
    assert all(0 <= row["start"] < row["end"] <= len(lines[row["line"] - 1]) for row in rows)


def test_findings_of_a_tool_measure_as_those_in_memory(events: list[Event], tmp_path: Path) -> None:
    write_set(tmp_path, events)
    numbered = read_set(tmp_path)
    findings = tmp_path / "findings.jsonl"
    with findings.open("w") as out:
        for line in (tmp_path / TRUTH).read_text().splitlines():
            row = json.loads(line)
            out.write(
                json.dumps(
                    {name: row[name] for name in ("line", "start", "end", "kind")} | {"category": "pii"}
                )
                + "\n"
            )
    measured = measure([event for _, event in numbered], read_findings(findings, numbered), NAMED)
    for name, tally in measured.tallies.items():
        if tally.cases:
            assert tally.found == tally.cases, name
            assert tally.false_finds == 0


@pytest.mark.parametrize("missing", [LINES, TRUTH, EVENTS])
def test_a_folder_that_is_no_set_is_said(events: list[Event], tmp_path: Path, missing: str) -> None:
    write_set(tmp_path, events[:3])
    (tmp_path / missing).unlink()
    with pytest.raises(SetError, match=missing):
        read_set(tmp_path)


def test_a_row_that_is_none_is_said_with_its_line_and_not_quoted(events: list[Event], tmp_path: Path) -> None:
    write_set(tmp_path, events[:3])
    (tmp_path / "f.jsonl").write_text(
        '{"line": 1, "start": 0, "end": 3, "kind": "email", "category": "pii"}\nsecret\n'
    )
    with pytest.raises(SetError, match="line 2: a row needs line") as error:
        read_findings(tmp_path / "f.jsonl", read_set(tmp_path))
    assert "secret" not in str(error.value)


def test_tokens_in_real_lines_are_truth_and_all_else_is_harmless() -> None:
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4eXoifQ.c2lnbmF0dXJl"  # noqa: S105  {"alg":"HS256"}, {"sub":"xyz"}
    request = {
        "resourceLogs": [{"scopeLogs": [{"logRecords": [{"body": {"stringValue": f"TOKEN: {token} of x"}}]}]}]
    }
    first, second = real_events([json.dumps(request), "com.example.service.Handler started"])
    assert first.text[slice(*first.truth[0].whole)] == token
    assert second.truth == ()
    measured = measure([first, second], lambda text: [Found(0, 3, "x", "pii")], {})
    assert (measured.tallies["jwt"].false_finds, measured.negative_finds.total()) == (1, 1)


def test_the_published_figures_are_of_the_kinds_that_are_measured() -> None:
    figures = stored()
    assert figures["held_out"] and figures["seed"] == 7
    assert {kind["kind"] for kind in figures["kinds"]} == set(NAMED)
    for kind in figures["kinds"]:
        assert kind["cases"] >= 300
        assert 0 <= kind["found"] <= kind["cases"]
        assert kind["aim"] in AIMS
        for name in ("recall", "precision"):
            share = kind[name]
            assert share["share"] is None or share["low"] <= share["share"] <= share["high"]
    assert figures["negatives"]["lines"] >= 20_000
    assert figures["real"]["tokens"] == 46
    assert len(figures["detectors"]) == 64


def test_the_digest_changes_with_a_declaration_and_not_with_the_order() -> None:
    from security.detectors import BASIC

    assert digest(BASIC) == digest(BASIC[::-1])
    assert digest(BASIC) != digest(BASIC[1:])
