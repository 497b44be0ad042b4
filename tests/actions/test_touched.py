"""Batches → what was changed: each row counted once, whatever the windows, tags and rows look like."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from actions.cache.changes import Touched, touched_changes, touched_events, touched_series
from actions.cache.cover import Sums
from actions.cache.dependencies import Due
from schemas.actions import ANY
from tests.actions.batches import BEGIN_US, Row, change, event_changes, events, table_changes, tags

SECOND = 1_000_000
rows = st.lists(
    st.builds(
        change,
        st.sampled_from(["p:a", "p:b", "q:a", "r"]),
        st.integers(0, 5_000_000) | st.integers(0, 10**12),
        st.builds(tags, st.sampled_from(["p", "q", None]), st.sampled_from(["s", None])),
    ),
    min_size=1,
)


def found(touched: Touched) -> dict[tuple[int, Due], Sums]:
    rows = {(window, due): sums for window, due, sums in touched.rows()}
    assert len(rows) == len(touched.name)
    return rows


@given(rows)
def test_columns_say_what_rows_say(of: list[Row]) -> None:
    from actions.cache.changes import _places

    times: dict[tuple[int, Due], list[int]] = {}
    for row in of:
        due = Due("series", row["metric_id"], *_places(row["tags"], "pod", "service"))
        times.setdefault((row["committed_us"] // SECOND, due), []).append(row["committed_us"])
    expected = {key: Sums(len(at), min(at), max(at)) for key, at in times.items()}
    batch = events(of)
    assert found(touched_events(batch, width_us=SECOND)) == expected
    assert found(touched_events(batch.slice(0, 1), width_us=SECOND)).keys() <= expected.keys()
    assert len(touched_events(batch.slice(0, 1), width_us=SECOND).names) == 1
    assert found(touched_changes(event_changes(of), width_us=SECOND)) == expected


def test_an_empty_batch_tells_nothing() -> None:
    for touched in (
        touched_events(events([]), width_us=SECOND),
        touched_changes(event_changes([]), width_us=SECOND),
        touched_series(table_changes([]), width_us=SECOND),
    ):
        assert touched.name == []
        assert touched.nbytes == 0


def test_a_clock_that_runs_ahead_is_held_to_the_append() -> None:
    ahead = change("p:a", 10**15, "{}", appended_ms=BEGIN_US // 1000)
    ((window, _, sums),) = touched_events(events([ahead]), width_us=SECOND).rows()
    assert window == BEGIN_US // SECOND
    assert sums.last_us == BEGIN_US + 999


def changed(*rows: Row) -> Counter[Due]:
    touched = touched_changes(event_changes(list(rows)), width_us=SECOND)
    return Counter({due: sums.changes for _, due, sums in touched.rows()})


def test_an_update_touches_the_row_as_it_was_and_as_it_is() -> None:
    before = '{"seq":1,"metric_id":"old:a","tags":"{\\"pod\\":\\"old\\",\\"service\\":\\"s\\"}"}'
    moved = change("new:a", 0, tags("new", "t"), before=before)
    assert changed(moved) == {Due("series", "new:a", "new", "t"): 1, Due("series", "old:a", "old", "s"): 1}


def test_what_is_not_known_is_meant_by_all() -> None:
    anything = Due("series", ANY, ANY, ANY)
    truncate, key_only = change(None, 0, None, op="t"), change(None, 0, None, op="d")
    odd = change(None, 0, None, odd='{"metric_id":5}')
    assert changed(truncate, key_only, odd) == {anything: 3}
    assert changed(change("p:a", 0, None)) == {Due("series", "p:a", ANY, ANY): 1}
    assert changed(change("p:a", 0, "[")) == {Due("series", "p:a", ANY, ANY): 1}
    assert changed(change("p:a", 0, "{}")) == {Due("series", "p:a", "", ""): 1}
    unreadable = change("p:a", 0, tags("p", "s"), before="[")
    assert changed(unreadable) == {Due("series", "p:a", "p", "s"): 1, anything: 1}


def test_the_catalogue_is_touched_by_changes_and_not_by_snapshots() -> None:
    row = {"metric_id": "p:a", "pod": "p", "service": "s", "name": "a", "unit": None}
    moved = row | {"service": "t"}
    changes = table_changes(
        [("r", row, None), ("c", row, None), ("u", moved, row), ("d", None, row), ("t", None, None)]
        + [("c", "[1]", None)]
    )
    touched = touched_series(changes, width_us=SECOND)
    assert {due: sums.changes for _, due, sums in touched.rows()} == {
        Due("catalogue", "p:a", "p", "s"): 3,
        Due("catalogue", "p:a", "p", "t"): 1,
        Due("catalogue", ANY, ANY, ANY): 2,
    }
