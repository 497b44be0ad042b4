"""The cache: what an invalidation reaches is gone, stale answers do not come back, and bounds hold."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.cache.dependencies import aggregate_answer, series_answer
from actions.cache.executor import InvalidationExecutor
from actions.cache.store import AnswerCache
from actions.errors import ActionError
from actions.ledger import Ledger
from schemas.actions import ActionRecord, ActionResult, Cause, Invalidation, Scope
from tests.actions.batches import BEGIN_US


def invalidation(scope: Scope, key: str, at: int = 10, *, name: str = "i") -> Invalidation:
    return Invalidation(
        id=name,
        scope=scope,
        key=key,
        cause=Cause.CHANGE,
        window_start="",
        window_seconds=1.0,
        changes=1,
        stands_for=1,
        first_committed_us=BEGIN_US + at,
        last_committed_us=BEGIN_US + at,
    )


def filled(**settings: float) -> AnswerCache:
    cache = AnswerCache(**settings)  # type: ignore[arg-type]
    for metric_id, service in (("a-1:cpu", "a"), ("a-1:mem", "a"), ("a-2:cpu", "a"), ("b-1:cpu", "b")):
        key, tags = series_answer(metric_id, service)
        assert cache.put(key, metric_id, version_us=BEGIN_US, tags=tags)
    key, tags = aggregate_answer("board", pods=[("a-1", "a"), ("b-1", "b")])
    assert cache.put(key, "board", version_us=BEGIN_US, tags=tags)
    return cache


@pytest.mark.parametrize(
    ("scope", "key", "removed"),
    [
        (Scope.EXACT, "series:a-1:cpu", 1),
        (Scope.EXACT, "series:a-1", 0),
        (Scope.PREFIX, "series:a-1:", 2),
        (Scope.PREFIX, "series:a-1:c", 2),
        (Scope.TAG, "pod:b-1", 1),
        (Scope.TAG, "within:a", 4),
        (Scope.WILDCARD, "series:*", 4),
        (Scope.WILDCARD, "pod:*", 1),
        (Scope.WILDCARD, "*", 5),
    ],
)
def test_each_scope_removes_what_it_reaches(scope: Scope, key: str, removed: int) -> None:
    cache = filled()
    assert cache.apply(invalidation(scope, key)) == removed
    assert len(cache) == 5 - removed
    assert cache.apply(invalidation(scope, key)) == 0


def test_an_answer_that_was_under_way_when_its_data_changed_is_refused() -> None:
    cache = AnswerCache()
    key, tags = series_answer("p:a", "s")
    cache.apply(invalidation(Scope.TAG, "within:s", 10))
    assert not cache.put(key, "read before the change", version_us=BEGIN_US + 9, tags=tags)
    assert cache.get(key) is None
    assert cache.put(key, "read after it", version_us=BEGIN_US + 10, tags=tags)
    assert not cache.put(key, "slower", version_us=BEGIN_US + 9, tags=tags)
    assert cache.apply(invalidation(Scope.EXACT, key, 10)) == 0  # it holds the change
    assert cache.get(key) == "read after it"


def test_a_forgotten_invalidation_still_refuses_what_is_older() -> None:
    cache = AnswerCache(max_invalidations=2)
    for at, key in enumerate(("series:a", "series:b", "series:c")):
        cache.apply(invalidation(Scope.EXACT, key, at))
    assert not cache.put("series:a", 1, version_us=BEGIN_US - 1)
    assert not cache.put("series:z", 1, version_us=BEGIN_US - 1)
    assert cache.put("series:z", 1, version_us=BEGIN_US)


def test_answers_are_bounded_in_number_and_age() -> None:
    now = [0.0]
    cache = AnswerCache(max_entries=2, ttl_seconds=5.0, clock=lambda: now[0])
    for key in ("x", "y"):
        cache.put(key, key, version_us=1, tags=["t"])
    assert cache.get("x") == "x"
    cache.put("z", "z", version_us=1, tags=["t"])
    assert [cache.get(key) for key in "xyz"] == ["x", None, "z"]  # y was used least recently
    now[0] = 5.0
    assert cache.get("x", "none") == "none"
    assert len(cache) == 1
    assert cache.apply(invalidation(Scope.TAG, "t", -BEGIN_US + 2)) == 1
    assert cache._keys == {}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9), st.booleans()), max_size=40))
def test_no_answer_older_than_a_change_is_ever_given(steps: list[tuple[str, int, bool]]) -> None:
    cache = AnswerCache(max_entries=2, max_invalidations=2)
    changed: dict[str, int] = {}
    for key, at, is_change in steps:
        if is_change:
            cache.apply(invalidation(Scope.EXACT, key, at - BEGIN_US))
            changed[key] = max(changed.get(key, -1), at)
        else:
            cache.put(key, at, version_us=at)
        for known, newest in changed.items():
            assert cache.get(known, newest) >= newest


def test_an_invalidation_is_applied_once_and_again_when_it_has_more_changes() -> None:
    cache, ledger = filled(), Ledger()
    executor = InvalidationExecutor(cache, ledger)
    once = invalidation(Scope.TAG, "within:a", name="w")
    assert executor.execute_all([once, once]) == 4
    assert ledger.counts == {ActionResult.APPLIED: 1, ActionResult.REPEATED: 1}
    more = invalidation(Scope.TAG, "within:a", 11, name="w")
    assert executor.execute(more) is ActionResult.APPLIED
    assert executor.execute(once) is ActionResult.REPEATED


def record(name: str) -> ActionRecord:
    return ActionRecord(id=name, action="a", targets=("t",), at="2023", result=ActionResult.APPLIED)


def test_a_ledger_is_kept_in_a_file_and_bounded(tmp_path: Path) -> None:
    path = tmp_path / "actions" / "ledger.jsonl"
    ledger = Ledger.open(path, max_records=2)
    for name in ("a", "b", "c", "b"):
        ledger.record(record(name))
    ledger.save(path)
    assert [p.name for p in path.parent.iterdir()] == ["ledger.jsonl"]
    again = Ledger.open(path)
    assert [r.id for r in again.records()] == ["c", "b"]
    assert (len(again), again.counts) == (2, {})
    assert again.repeated("b")
    assert not again.repeated("a")
    assert not again.repeated("b", "2024")


def test_a_ledger_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_text('{"id":"a"}\n')
    with pytest.raises(ActionError, match=r"ledger\.jsonl: no ledger of actions"):
        Ledger.open(path)
    with pytest.raises(ActionError, match=str(tmp_path)):
        Ledger.open(tmp_path)
    with pytest.raises(ActionError, match=r"ledger\.jsonl"):
        Ledger().save(path / "below")
