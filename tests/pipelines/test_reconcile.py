"""Every number that leaves a step is accounted for at the next one; a difference says where."""

import pytest

from connectors.sinks import FileWritten
from pipelines.reconcile import Tally, reconcile
from pipelines.summary import Unbalanced, check_balance
from schemas.names import SPANS_TOPIC, Output

TOPIC = "db.metrics.events"
READ = {(TOPIC, 0): 10}


def tally(**changes: int) -> Tally:
    counts = {
        "decode.passed": 8,
        "decode.dead": 2,
        "replays.passed": 7,
        "replays.replay": 1,
        "redact.passed": 7,
        "redact.masked": 99,
        "changes.passed": 6,
        "changes.change": 1,
        "contract.passed": 5,
        "contract.dead": 1,
        "references.passed": 5,
        "duplicates.passed": 4,
        "duplicates.duplicate": 1,
        "score.normal": 2,
        "score.warm_up": 1,
        "score.anomaly": 1,
    } | {name.replace("__", "."): n for name, n in changes.items()}
    return [((name.split(".")[0], TOPIC, 0, name.split(".")[1], ""), n) for name, n in counts.items()]


def files(**rows: int) -> list[FileWritten]:
    counts = {"clean": 4, "dead": 3, "changes": 1, "duplicates": 1, "verdicts": 1} | rows
    return [FileWritten(Output(name), "p", n, 1, {f"{TOPIC}/0": n}) for name, n in counts.items()]


def problems(found: Tally, written: list[FileWritten]) -> list[str]:
    return [line.problem() for line in reconcile(found, written, READ, "metrics.events") if line.difference]


def test_a_balanced_run_has_no_difference() -> None:
    assert problems(tally(), files()) == []


@pytest.mark.parametrize("step", ["replays", "redact", "changes", "contract", "references", "duplicates"])
def test_one_record_that_is_lost_is_named_with_its_step(step: str) -> None:
    lost = {
        name: n
        for (name, n) in (
            (f"{step}__passed", dict((f"{k[0]}__{k[3]}", v) for k, v in tally())[f"{step}__passed"] - 1),
        )
    }
    assert problems(tally(**lost), files())[0].startswith(f"{step}, {TOPIC}/0:")


@pytest.mark.parametrize("output", ["clean", "dead", "changes", "duplicates"])
def test_one_row_that_is_not_written_is_named(output: str) -> None:
    written = {"clean": 4, "dead": 3, "changes": 1, "duplicates": 1}[output] - 1
    assert problems(tally(), files(**{output: written})) == [
        f"write, {TOPIC}/0: {written + 1} in, {written} accounted for"
    ]


def test_a_sample_that_is_not_scored_and_a_verdict_that_is_not_written_are_named() -> None:
    assert problems(tally(score__normal=1), files()) == [f"score, {TOPIC}/0: 4 in, 3 accounted for"]
    assert problems(tally(), files(verdicts=0)) == ["write, (all)/0: 1 in, 0 accounted for"]


def test_spans_are_accounted_for_up_to_the_join_and_events_go_through_it() -> None:
    def lines(joined: int, known: int, late: int) -> list[str]:
        spans = [
            ((step, SPANS_TOPIC, -1, result, ""), n)
            for step, result, n in (
                ("decode", "passed", 9),
                ("decode", "dead", 1),
                ("redact", "passed", 9),
                ("join", "passed", known),
                ("join", "late_span", late),
            )
        ]
        found = tally(join__passed=joined) + spans
        read = READ | {(SPANS_TOPIC, -1): 10}
        written = [
            *files(),
            FileWritten(Output.DEAD, "p", 1, 1, {f"{SPANS_TOPIC}/-1": 1}),
            FileWritten(Output.LATE_SPANS, "p", 2, 1, {f"{SPANS_TOPIC}/-1": 2}),
        ]
        checked = reconcile(found, written, read, "metrics.events", with_spans=True)
        return [line.problem() for line in checked if line.difference]

    assert lines(joined=4, known=7, late=2) == []
    assert lines(joined=4, known=6, late=2) == [f"join, {SPANS_TOPIC}/-1: 9 in, 8 accounted for"]
    assert lines(joined=3, known=7, late=2)[0] == f"join, {TOPIC}/0: 4 in, 3 accounted for"
    assert lines(joined=4, known=8, late=1) == [f"write, {SPANS_TOPIC}/-1: 1 in, 2 accounted for"]


def test_each_table_of_each_end_of_a_transaction_is_judged_and_each_loss_is_written() -> None:
    ends = "db.transaction"
    told = [
        ((step, ends, 0, result, reason), n)
        for step, result, reason, n in (
            ("decode", "control", "", 20),
            ("decode", "ended", "", 9),
            ("transactions", "replay", "", 2),
            ("transactions", "complete", "", 6),
            ("transactions", "incomplete", "", 1),
            ("transactions", "loss", "missing", 1),
            ("transactions", "unended", "", 5),
        )
    ]

    def lines(found: Tally, written: int) -> list[str]:
        made = [*files(), FileWritten(Output.LOSSES, "p", written, 1)]
        checked = reconcile(tally() + found, made, READ | {(ends, 0): 20}, "metrics.events")
        return [line.problem() for line in checked if line.difference]

    assert lines(told, 1) == []
    assert lines(told, 0) == ["write, (all)/0: 1 in, 0 accounted for"]
    assert lines([*told[:3], *told[4:]], 1) == [f"transactions, {ends}/0: 9 in, 3 accounted for"]


def test_a_row_that_is_written_twice_is_named() -> None:
    assert problems(tally(), files(clean=5)) == [f"write, {TOPIC}/0: 4 in, 5 accounted for"]


def test_a_difference_ends_the_run() -> None:
    check_balance({"reconciliation": {"differences": []}})
    with pytest.raises(Unbalanced, match="write: 1 lost"):
        check_balance({"reconciliation": {"differences": ["write: 1 lost"]}})
