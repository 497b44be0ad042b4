"""Notices: a change of columns is told once, however partitions are read and whatever is sent again."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from columns.notices import MOST_ERAS, Past, schema_changes
from schemas.losses import SchemaChange, Shape


def shape(at: int, *columns: str, partition: int = 0, offset: int = 0) -> Shape:
    return Shape("db.m.events", partition, "db", columns, offset, at)


def told(*shapes: Shape) -> list[tuple[list[str], list[str], int]]:
    past, found = Past(), list[SchemaChange]()
    for one in shapes:
        found += schema_changes(one, past)
        past = msgspec.msgpack.decode(msgspec.msgpack.encode(past), type=Past)
    return [(change.added, change.removed, change.offset) for change in found]


def test_added_removed_and_renamed_columns_are_told_with_the_first_row_that_has_them() -> None:
    eras = (shape(1, "a", "b"), shape(2, "a", "b", "c", offset=5), shape(3, "a", "d", offset=9))
    assert told(*eras) == [(["c"], [], 5), (["d"], ["b", "c"], 9)]
    assert told(shape(1, "a")) == []
    assert told(shape(1, "a"), shape(2, "b", offset=2), shape(3, "a", offset=3)) == [
        (["b"], ["a"], 2),
        (["a"], ["b"], 3),
    ]


BEFORE = [shape(at, "a", partition=at % 3) for at in range(1, 10)]
AFTER = [shape(at, "a", "b", partition=at % 3) for at in range(10, 20)]


@given(st.permutations([*BEFORE, *AFTER, *BEFORE]))
def test_other_partitions_and_copies_tell_it_no_second_time(mixed: list[Shape]) -> None:
    """Of three partitions each has rows of before and after, which come in any order, and some twice."""
    assert [(added, removed) for added, removed, _ in told(*mixed)] == [(["b"], [])]


def test_rows_of_one_commit_may_have_both() -> None:
    both = [shape(5, "a"), shape(5, "a", "b", offset=1)]
    assert told(*both, *both, shape(6, "a", "b")) == [(["b"], [], 1)]


def test_what_is_kept_is_bounded_and_what_is_older_tells_nothing() -> None:
    past = Past()
    for at in range(100):
        schema_changes(shape(at, f"c{at}"), past)
    assert len(past.eras) == MOST_ERAS
    assert schema_changes(shape(3, "x"), past) == []


def test_a_name_that_names_a_person_is_masked_and_cut() -> None:
    (change,) = [told(shape(1, "a"), shape(2, "a", "jane@example.com" + "x" * 100))]
    ((added, _, _),) = change
    assert added[0].startswith("j***@example.com")
    assert len(added[0]) <= 63
