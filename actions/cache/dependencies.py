"""What depends on what: the names of cached answers, and how an invalidation can be widened.

Whoever caches an answer takes its key and tags from here, whoever invalidates takes the same from the same
tables, so that the two cannot drift apart. An answer about one series is kept under a key of its own; answers
about many (dashboards, aggregates) have any key and carry tags, as surrogate keys of a CDN.

To let something new depend on a change, add its ladder to ``_LADDERS`` and its name to ``DEPENDENTS``.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from schemas.actions import ANY, Scope, Target

SERIES: Final = "series"
CATALOGUE: Final = "catalogue"
_POD: Final = "pod"
_SERVICE: Final = "service"
_LISTS: Final = "lists"
_LISTS_TAG: Final = "catalogue:lists"
_VARIANT: Final = "#"

#: What is changed → what depends on it.
DEPENDENTS: Final[dict[str, tuple[str, ...]]] = {
    SERIES: (_POD, _SERVICE),
    CATALOGUE: (_LISTS, _POD, _SERVICE),
}


class Due(NamedTuple):
    """Something that was changed: a ``kind`` of DEPENDENTS, and of which series.

    ``ANY`` stands for a name that is not known, an empty text for none.
    """

    kind: str
    metric_id: str
    pod: str
    service: str

    @property
    def family(self) -> str:
        """What the ids of all series of one sender begin with; ANY where the id has no such part."""
        return self.metric_id.rpartition(":")[0] or ANY

    def widened(self, level: int) -> "Due":
        """The same with less known, as is enough for rungs from ``level`` on."""
        metric_id, pod, service = self.metric_id, self.pod, self.service
        if level > 0:
            metric_id = ANY if self.family == ANY else f"{self.family}:{ANY}"
        if level > 1:
            metric_id = pod = ANY
        if level > 2:  # noqa: PLR2004  one rung after the other
            service = ANY
        return Due(self.kind, metric_id, pod, service)


class _Rung(NamedTuple):
    """One way to name an answer; ``field`` of a Due takes the place of ``{}`` in ``key``."""

    scope: Scope
    key: str
    field: str = ""


#: From the narrowest to the widest invalidation that reaches an answer; each covers the one before it.
Ladder = tuple[Target, ...]

_WITHIN: Final = _Rung(Scope.TAG, "within:{}", "service")
_WIDEST: Final = (_Rung(Scope.WILDCARD, "within:*"), _Rung(Scope.WILDCARD, ANY))
_LADDERS: Final[dict[str, tuple[_Rung, ...]]] = {
    SERIES: (
        _Rung(Scope.EXACT, "series:{}", "metric_id"),
        _Rung(Scope.PREFIX, "series:{}:", "family"),
        _WITHIN,
        _Rung(Scope.WILDCARD, "series:*"),
        *_WIDEST,
    ),
    CATALOGUE: (
        _Rung(Scope.EXACT, "catalogue:{}", "metric_id"),
        _Rung(Scope.PREFIX, "catalogue:"),
        _Rung(Scope.PREFIX, "catalogue:"),
        *[_Rung(Scope.WILDCARD, "catalogue:*")] * 2,
        _Rung(Scope.WILDCARD, ANY),
    ),
    _POD: (*[_Rung(Scope.TAG, "pod:{}", "pod")] * 2, _WITHIN, _Rung(Scope.WILDCARD, "pod:*"), *_WIDEST),
    _SERVICE: (
        *[_Rung(Scope.TAG, "service:{}", "service")] * 2,
        _WITHIN,
        _Rung(Scope.WILDCARD, "service:*"),
        *_WIDEST,
    ),
    _LISTS: (
        *[_Rung(Scope.TAG, _LISTS_TAG)] * 3,
        *[_Rung(Scope.WILDCARD, "catalogue:*")] * 2,
        _Rung(Scope.WILDCARD, ANY),
    ),
}
RUNGS: Final = 6


@lru_cache(16_384)
def ladders_of(due: Due) -> tuple[tuple[bool, Ladder], ...]:
    """The ladders of what ``due`` names (True) and of all that depends on it (False)."""
    found = [(True, _ladder(_LADDERS[due.kind], due))]
    for dependent in DEPENDENTS[due.kind]:
        rungs = _LADDERS[dependent]
        field = rungs[0].field
        if not field or getattr(due, field):
            found.append((False, _ladder(rungs, due)))
    return tuple(found)


def _ladder(rungs: tuple[_Rung, ...], due: Due) -> Ladder:
    """Where a rung needs a name that is not known, the next wider one takes its place."""
    ladder: list[Target] = []
    for rung in reversed(rungs):
        value = getattr(due, rung.field) if rung.field else ""
        known = value != ANY and not value.endswith(f":{ANY}")
        ladder.append(Target(rung.scope, rung.key.replace("{}", value, 1)) if known else ladder[-1])
    return tuple(reversed(ladder))


class Answer(NamedTuple):
    """The key under which an answer is cached, and the tags that it carries."""

    key: str
    tags: tuple[str, ...]


def series_answer(metric_id: str, service: str, question: str = "") -> Answer:
    """An answer about one series. Further questions about it (a range) are variants of one answer.

    ``service`` as the tags of its events say it, empty where they do not.
    """
    return Answer(f"series:{metric_id}" + _variant(question), (f"within:{service}",))


def aggregate_answer(
    key: str, *, pods: Iterable[tuple[str, str]] = (), services: Iterable[str] = ()
) -> Answer:
    """An answer over all series of ``pods`` (pairs of pod and service) and of ``services``."""
    pods, services = list(pods), list(services)
    tags = [f"pod:{pod}" for pod, _ in pods] + [f"service:{service}" for service in services]
    within = dict.fromkeys([service for _, service in pods] + services)
    return Answer(key, (*tags, *[f"within:{service}" for service in within]))


def catalogue_answer(metric_id: str, question: str = "") -> Answer:
    """An answer about one row of the catalogue."""
    return Answer(f"catalogue:{metric_id}" + _variant(question), ())


def catalogue_list(question: str) -> Answer:
    """An answer about many rows of the catalogue: a search, a list."""
    return Answer("catalogue:" + _variant(question), (_LISTS_TAG,))


def _variant(question: str) -> str:
    return _VARIANT + question if question else ""


def names_of(key: str, tags: Iterable[str]) -> frozenset[Target]:
    """Every target that reaches the answer of ``key`` with ``tags``; prefixes are cut at colons."""
    tags = list(tags)
    names = {Target(Scope.EXACT, key), Target(Scope.WILDCARD, ANY)}
    # Key and question may hold the sign themselves; a name too many does no harm.
    names |= {Target(Scope.EXACT, cut.removesuffix(_VARIANT)) for cut in _cuts(key, _VARIANT)}
    names |= {Target(Scope.TAG, tag) for tag in tags}
    names |= {Target(Scope.PREFIX, cut) for cut in _cuts(key)}
    names |= {Target(Scope.WILDCARD, cut + ANY) for text in (key, *tags) for cut in _cuts(text)}
    return frozenset(names)


def reachable(target: Target) -> Target:
    """``target`` as :func:`names_of` writes it: a prefix that ends amid a name is widened to the colon."""
    if target.scope not in (Scope.PREFIX, Scope.WILDCARD):
        return target
    text = target.key.removesuffix(ANY) if target.scope is Scope.WILDCARD else target.key
    cut = text[: text.rfind(":") + 1]
    if not cut:
        return Target(Scope.WILDCARD, ANY)
    return Target(target.scope, cut if target.scope is Scope.PREFIX else cut + ANY)


def _cuts(text: str, at: str = ":") -> list[str]:
    """What ``text`` begins with, up to each sign ``at``."""
    return [text[: i + 1] for i, sign in enumerate(text) if sign == at]
