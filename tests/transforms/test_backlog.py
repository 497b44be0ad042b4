"""Wakes of steps that hold events: each second as things go, and few for a backlog."""

from hypothesis import given
from hypothesis import strategies as st

from transforms.backlog import GRANULE_MS, wake_ms

TIMES = st.integers(0, 10**13)
SPANS = st.integers(0, 10**9)
ROWS = st.integers(0, 10**9)


def wakes(span_ms: int, hold_ms: int, rows_a_second: int = 1) -> list[int]:
    """Of each wake, how many rows leave, if the watermark is behind all: rows of each of ``span_ms``."""
    held = list(range(0, span_ms, GRANULE_MS))
    left = []
    while held:
        until = wake_ms(held[0], held[-1], hold_ms, len(held) * rows_a_second) - hold_ms
        still = [at for at in held if at > until]
        left.append((len(held) - len(still)) * rows_a_second)
        held = still
    return left


@given(TIMES, SPANS, SPANS, ROWS)
def test_what_is_due_is_let_go_and_nothing_that_is_not_held(
    oldest: int, span: int, hold: int, rows: int
) -> None:
    due = wake_ms(oldest, oldest + span, hold, rows)
    assert due % GRANULE_MS == 0
    assert oldest + hold < due <= max(oldest + hold, oldest + span) + GRANULE_MS


@given(TIMES, st.integers(0, GRANULE_MS), SPANS, ROWS)
def test_as_things_go_it_is_the_next_second(oldest: int, more: int, hold: int, rows: int) -> None:
    due = wake_ms(oldest, oldest + hold + more, hold, rows)
    assert due - (oldest + hold) <= GRANULE_MS


@given(TIMES, SPANS, SPANS, ROWS)
def test_an_event_waits_an_eighth_longer_at_most(oldest: int, span: int, hold: int, rows: int) -> None:
    assert wake_ms(oldest, oldest + span, hold, rows) - (oldest + hold) <= span / 8 + GRANULE_MS


def test_a_backlog_of_an_hour_takes_few_wakes() -> None:
    assert len(wakes(3_600_000, 5_000)) < 70
    assert len(wakes(24 * 3_600_000, 5_000)) < 100


def test_what_leaves_together_is_no_more_than_a_bundle_should_have() -> None:
    left = wakes(3_600_000, 5_000, rows_a_second=2_000)
    assert sum(left) == 7_200_000
    assert max(left) <= 52_000
    assert len(left) < 200
