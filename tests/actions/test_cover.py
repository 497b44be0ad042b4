"""Whatever is changed and however low the limit: not too many invalidations, and nothing stale is left."""

import random

from hypothesis import given
from hypothesis import strategies as st

from actions.cache.cover import Sums, cover
from actions.cache.dependencies import (
    CATALOGUE,
    RUNGS,
    SERIES,
    Answer,
    Due,
    aggregate_answer,
    catalogue_answer,
    catalogue_list,
    ladders_of,
    names_of,
    reachable,
    series_answer,
)
from schemas.actions import ANY, Cause, Scope, Target

Series = tuple[str, str, str]  # metric_id, pod, service
ONE = Sums(1, 5, 5)

names = st.sampled_from(["a", "b", "a-b", "c#1"])
metric_ids = st.builds(
    lambda sender, metric: f"{sender}{metric}", names, st.sampled_from([":cpu", ":m:x", ""])
)
series = st.tuples(metric_ids, names, st.sampled_from(["s", "t", "s-t", ""]))
worlds = st.lists(series, min_size=1, max_size=12, unique_by=lambda s: s[0])
blanks = st.tuples(st.booleans(), st.booleans(), st.booleans())


def due_of(kind: str, of: Series, blank: tuple[bool, bool, bool]) -> Due:
    return Due(kind, *(ANY if unknown else name for name, unknown in zip(of, blank, strict=True)))


def reaches(target: Target, answer: Answer) -> bool:
    """What the scopes mean, as plainly as it can be said."""
    text = target.key.removesuffix(ANY)
    return {
        Scope.EXACT: answer.key == target.key or answer.key.startswith(target.key + "#"),
        Scope.PREFIX: answer.key.startswith(target.key),
        Scope.TAG: target.key in answer.tags,
        Scope.WILDCARD: any(name.startswith(text) for name in (answer.key, *answer.tags)),
    }[target.scope]


def affected(due: Due, world: list[Series]) -> list[Answer]:
    """All answers that a change may have made stale, found without ladders."""

    def may_be(known: str, name: str) -> bool:
        return known in (ANY, name)

    touched = [s for s in world if may_be(due.metric_id, s[0]) and may_be(due.service, s[2])]
    if due.kind == SERIES:
        answers = [series_answer(s[0], s[2]) for s in touched]
        answers += [series_answer(s[0], s[2], "last=1h#p:99") for s in touched]
    else:
        answers = [catalogue_answer(s[0]) for s in world if may_be(due.metric_id, s[0])]
        answers.append(catalogue_list("pod=a"))
    pods = [s for s in world if due.pod and may_be(due.pod, s[1]) and may_be(due.service, s[2])]
    answers += [aggregate_answer(f"dashboard-{s[1]}", pods=[(s[1], s[2])]) for s in pods]
    services = {s[2] for s in world if due.service and s[2] and may_be(due.service, s[2])}
    answers += [aggregate_answer(f"overview-{s}", services=[s, "z"]) for s in services]
    return answers


@given(worlds, st.data(), st.integers(1, 12))
def test_the_cover_fits_the_limit_and_reaches_every_stale_answer(
    world: list[Series], data: st.DataObject, limit: int
) -> None:
    chosen = data.draw(
        st.lists(
            st.builds(due_of, st.sampled_from([SERIES, CATALOGUE]), st.sampled_from(world), blanks),
            min_size=1,
        )
    )
    covered = cover(dict.fromkeys(chosen, ONE), limit)
    assert 1 <= len(covered) <= limit
    for due in chosen:
        for answer in affected(due, world):
            assert any(reaches(target, answer) for target in covered), (due, answer)
            assert names_of(*answer) & {reachable(target) for target in covered}


@given(worlds, blanks, st.sampled_from([SERIES, CATALOGUE]), st.integers(1, 4))
def test_a_due_that_was_widened_reaches_what_it_did_before(
    world: list[Series], blank: tuple[bool, bool, bool], kind: str, level: int
) -> None:
    due = due_of(kind, world[0], blank)
    assert due.widened(level).widened(level) == due.widened(level)
    covered = cover({due.widened(level): ONE}, 100, level=level)
    for answer in affected(due, world):
        assert any(reaches(target, answer) for target in covered)


@given(worlds, st.sampled_from([SERIES, CATALOGUE]))
def test_each_rung_reaches_what_the_lowest_reaches(world: list[Series], kind: str) -> None:
    due = Due(kind, *world[0])
    for _, ladder in ladders_of(due):
        assert len(ladder) == RUNGS
        mine = [answer for answer in affected(due, world) if reaches(ladder[0], answer)]
        assert all(reaches(rung, answer) for answer in mine for rung in ladder)


@given(worlds, st.integers(1, 9), st.randoms())
def test_the_order_of_changes_does_not_matter(world: list[Series], limit: int, dice: random.Random) -> None:
    dues = [Due(SERIES, *s) for s in world]
    first = cover(dict.fromkeys(dues, ONE), limit)
    dice.shuffle(dues)
    assert cover(dict.fromkeys(dues, ONE), limit) == first


@given(st.text(":#ab", max_size=8), st.lists(st.text(":ab", max_size=5), max_size=3), st.data())
def test_names_reach_an_answer_just_as_the_scopes_say(key: str, tags: list[str], data: st.DataObject) -> None:
    text = data.draw(st.text(":#ab", max_size=8))
    answer = Answer(key, tuple(tags))
    for target in (
        Target(Scope.EXACT, text),
        Target(Scope.TAG, text),
        Target(Scope.PREFIX, f"{text}:"),
        Target(Scope.WILDCARD, f"{text}:*"),
        Target(Scope.WILDCARD, ANY),
    ):
        assert (target in names_of(key, tags)) == reaches(target, answer)
    for ragged in (Target(Scope.PREFIX, text), Target(Scope.WILDCARD, text + ANY)):
        if reaches(ragged, answer):
            assert reachable(ragged) in names_of(key, tags)


def shop(services: int, pods: int, metrics: int) -> dict[Due, Sums]:
    return {
        Due(SERIES, f"s{s}-{p}:m{m}", f"s{s}-{p}", f"s{s}"): Sums(2, 10, 20)
        for s in range(services)
        for p in range(pods)
        for m in range(metrics)
    }


def test_few_changes_are_exact_and_cascade() -> None:
    covered = cover(shop(1, 1, 2), 100)
    assert {(*target, of.cause) for target, of in covered.items()} == {
        ("exact", "series:s0-0:m0", Cause.CHANGE),
        ("exact", "series:s0-0:m1", Cause.CHANGE),
        ("tag", "pod:s0-0", Cause.CASCADE),
        ("tag", "service:s0", Cause.CASCADE),
    }
    assert covered[Target(Scope.EXACT, "series:s0-0:m0")].sums == Sums(2, 10, 20)
    assert covered[Target(Scope.TAG, "service:s0")].sums == Sums(4, 10, 20)


def test_the_largest_groups_are_widened_first_and_no_more_than_needed() -> None:
    dues = shop(1, 1, 9) | {Due(SERIES, "t-0:m", "t-0", "t"): ONE}
    covered = cover(dues, 6)
    assert set(covered) == {
        Target(Scope.PREFIX, "series:s0-0:"),
        Target(Scope.TAG, "pod:s0-0"),
        Target(Scope.TAG, "service:s0"),
        Target(Scope.EXACT, "series:t-0:m"),
        Target(Scope.TAG, "pod:t-0"),
        Target(Scope.TAG, "service:t"),
    }
    assert covered[Target(Scope.PREFIX, "series:s0-0:")] == (Cause.STORM, Sums(18, 10, 20), 9)
    assert set(cover(dues, 5)) >= {Target(Scope.TAG, "within:s0"), Target(Scope.EXACT, "series:t-0:m")}
    assert set(cover(dues, 1)) == {Target(Scope.WILDCARD, "within:*")}


def test_a_storm_of_events_throws_away_the_catalogue_last() -> None:
    dues = shop(30, 2, 2) | {Due(CATALOGUE, "s0-0:m0", "s0-0", "s0"): ONE}
    assert set(cover(dues, 5)) == {
        Target(Scope.WILDCARD, "catalogue:*"),
        Target(Scope.WILDCARD, "within:*"),
    }
    assert set(cover(dues, 1)) == {Target(Scope.WILDCARD, ANY)}


def test_what_is_named_wide_takes_in_what_lies_below() -> None:
    truncated = Due(SERIES, ANY, ANY, ANY)
    covered = cover(shop(2, 2, 2) | {truncated: ONE}, 100)
    assert {(*target, of.cause) for target, of in covered.items()} == {
        ("wildcard", "series:*", Cause.CHANGE),
        ("wildcard", "pod:*", Cause.CASCADE),
        ("wildcard", "service:*", Cause.CASCADE),
    }
    assert covered[Target(Scope.WILDCARD, "series:*")].sums.changes == 17
