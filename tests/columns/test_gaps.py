"""Completeness: each hole is one gap, jitter is none, and the order of samples does not matter."""

import random

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from columns.gaps import Presence, Run, confirm, merge, unfinished
from columns.references import declared_series, known_rows
from columns.sightings import sightings
from schemas.batches import TABLE_CHANGES, Origin
from tests.columns.test_duplicates import batch, row

MINUTE = 60_000_000


def observed(times: list[int]) -> Presence:
    presence = Presence(series={"a", "b"})
    for time in times:
        merge(presence, Presence(runs=[Run(time, time, time // 1000)]), interval_us=MINUTE)
    return msgspec.msgpack.decode(msgspec.msgpack.encode(presence), type=Presence)


@given(
    st.lists(st.integers(-20_000_000, 20_000_000), min_size=30, max_size=30),
    st.integers(2, 27),
    st.integers(0, 6),
    st.randoms(),
)
def test_a_hole_is_one_gap_of_its_length(
    jitter: list[int], start: int, missing: int, dice: random.Random
) -> None:
    quiet = [j // 4 for j in jitter]
    times = [m * MINUTE + MINUTE // 2 + j for m, j in enumerate(quiet) if not start <= m < start + missing]
    dice.shuffle(times)
    presence = observed(times)
    found = confirm(presence, "pod", interval_us=MINUTE, until_ms=None)
    if missing == 0 or start + missing >= 30:
        assert found == []
    else:
        (gap,) = found
        assert (gap.intervals, gap.missing_rows) == (missing, 2 * missing)
        assert gap.start == f"1970-01-01T00:{start:02d}:00Z"
    assert len(presence.runs) == 1
    assert confirm(presence, "pod", interval_us=MINUTE, until_ms=None) == []


def test_a_gap_is_confirmed_only_when_its_far_side_is_old_enough() -> None:
    presence = observed([0, 5 * MINUTE])
    far_ms = 5 * MINUTE // 1000
    assert confirm(presence, "pod", interval_us=MINUTE, until_ms=far_ms - 1) == []
    assert [g.intervals for g in confirm(presence, "pod", interval_us=MINUTE, until_ms=far_ms)] == [4]


def test_late_samples_fill_a_hole() -> None:
    presence = observed([0, 3 * MINUTE, 2 * MINUTE, MINUTE])
    assert confirm(presence, "pod", interval_us=MINUTE, until_ms=None) == []


def test_an_entity_that_fell_silent_is_an_open_gap() -> None:
    presence = observed([0, MINUTE])
    (gap,) = unfinished(presence, "pod", interval_us=MINUTE, now_us=5 * MINUTE)
    assert (gap.open, gap.intervals) == (True, 3)
    assert unfinished(presence, "pod", interval_us=MINUTE, now_us=2 * MINUTE) == []
    assert unfinished(Presence(), "pod", interval_us=MINUTE, now_us=9 * MINUTE) == []


def test_sightings_are_by_entity() -> None:
    rows = [
        row(k) | {"timestamp": k * MINUTE, "tags": tags}
        for k, tags in enumerate(['{"pod":"a"}', '{"pod":"a"}', '{"pod":"b"}', "{}", '{"pod":5}', "no json"])
    ]
    found = sightings(batch(rows), entity_tag="pod", interval_us=MINUTE)
    assert {e: (p.seen, [(r.start, r.end) for r in p.runs]) for e, p in found.items()} == {
        "a": ({"m0", "m1"}, [(0, MINUTE)]),
        "b": ({"m2"}, [(2 * MINUTE, 2 * MINUTE)]),
    }


def test_what_declares_a_series() -> None:
    import pyarrow as pa

    rows = [("c", '{"metric_id":"m1","pod":"p"}'), ("d", '{"metric_id":"m2"}'), ("u", '{"metric_id":"m3"}')]
    rows += [("r", "[]"), ("r", '{"metric_id":""}'), ("t", None)]
    changes = [
        {f.name: 0 for f in TABLE_CHANGES} | {"op": ord(op), "key": b"", "row": text, "before": None}
        for op, text in rows
    ]
    declared = declared_series(
        pa.RecordBatch.from_pylist(changes, schema=Origin("t", 0, "").stamp(TABLE_CHANGES))
    )
    assert [s.metric_id for s in declared] == ["m1", "m3"]
    assert known_rows(batch([row(1), row(2), row(1)]), {"m1"}).tolist() == [True, False, True]
