"""text, or a document → the same without what a policy forbids | what was found, and what became of it.

Redacting twice gives what redacting once gave.
"""

import functools
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from security.detectors import ALL, Kind
from security.detectors.scan import Finding, resolved
from security.finder import NAMED_FIELD, Finder, Model, edited, parts_of_name
from security.policy import DROPPED, Action, Policy, Rule

_DROPS: Final = (Action.DROP_LINE, Action.DROP_FIELD)
_KEEP: Final = Action.KEEP  # names of an enumeration are looked up slowly, and this is done for every find
_MASK: Final = Action.MASK
_REMEMBERED: Final = 4096  # paths, of each of which what the policy does is worked out once
_PASSES: Final = 4
_BODY: Final = "body"


class Found(NamedTuple):
    """One value, and what became of it. ``field``: the path, names that must not be read masked."""

    finding: Finding
    field: str
    action: Action


class Redacted(NamedTuple):
    """``text``: ``None`` if the whole line is to be dropped."""

    text: str | None
    found: list[Found]


class Redactor:
    """Looks for ``kinds``, does what ``policy`` says.

    ``model``: is asked as well, of texts in which a hint is found, or which it thinks worth it.
    """

    def __init__(
        self,
        policy: Policy | None = None,
        kinds: tuple[Kind, ...] = ALL,
        model: Model | None = None,
    ) -> None:
        self.policy = policy or Policy()
        self.kinds = (*kinds, *self.policy.blocked)
        self._finder = Finder(self.policy, self.kinds, model)
        self._asks = model is not None
        self._action = functools.lru_cache(_REMEMBERED)(self.policy.action)
        self._shown = functools.lru_cache(_REMEMBERED)(self._finder.shown)

    def suspicious(self, data: bytes, ends: Sequence[int]) -> dict[int, frozenset[int]]:
        """Which of the lines that lie in ``data`` deserve a look; ``ends``: of each, with its line feed.

        Texts of several lines always deserve one. Of each, what it may hold, for :meth:`redact`.
        """
        return self._finder.suspicious(data, ends)

    @property
    def knows_sources(self) -> bool:
        """Whether the policy has rules of a source."""
        return any(rule.source != "*" for rule in self.policy.rules)

    def redact_name(self, text: str, *, source: str = "", field: str = "") -> Redacted:
        """The same of a name as ``pod:metric``, in which a colon assigns nothing."""
        parts = parts_of_name(text)
        if not parts:
            return self.redact(text, source=source, field=field)
        done = [self.redact(part, source=source, field=field) for _, part in parts]
        texts = [one.text for one in done]
        whole = None if None in texts else ":".join(map(str, texts))
        return Redacted(whole, [one for part in done for one in part.found])

    def findings(self, text: str) -> list[Finding]:
        """What is in ``text``, in order, whatever the policy does with it."""
        return self._finder.find(text)

    def redact(
        self, text: str, *, source: str = "", field: str = "", suspects: Collection[int] | None = None
    ) -> Redacted:
        """``text`` as the policy wants it. ``field``: the path of the field that it is, if it is one.

        ``suspects``: what :meth:`suspicious` says of it, if it was asked.
        """
        found = self._finder.find(text, field, suspects)
        done = self._applied(text, found, source, field)
        for _ in range(_PASSES):
            if not self._asks or not done.edits or done.text is None:
                break
            # what the model says depends on what stands around, which is now masked
            more = _back(self._finder.find(done.text, field), done.edits)
            new = [one for one in more if not _covered(one, found)]
            if not new:
                break
            found = resolved([*found, *new], text)
            done = self._applied(text, found, source, field)
        return Redacted(done.text, done.found)

    def _applied(self, text: str, findings: Iterable[Finding], source: str, field: str) -> "_Applied":
        found, edits = [], []
        drops = False
        for one in findings:
            path = ".".join(one.path) or _BODY
            rule = self._rule(one, source, path)
            action = rule.action
            if action is _KEEP:
                continue
            found.append(Found(one, self._shown(path), action))
            stand_in = one.text
            if stand_in is None or action is not _MASK:
                value = text[one.start : one.end] if one.value is None else one.value
                masks = action is _MASK
                stand_in = one.kind.mask(value) if masks else self.policy.stand_in(rule, one.kind, value)
                stand_in = stand_in if one.encode is None else one.encode(stand_in)
                drops = drops or action in _DROPS
            edits.append((one.start, one.end, stand_in))
        if drops and any(one.action is Action.DROP_LINE for one in found):
            return _Applied(None, found, edits)
        if drops and any(one.action is Action.DROP_FIELD and not _in_document(one, field) for one in found):
            return _Applied(DROPPED, found, [])
        return _Applied(edited(text, edits), found, edits)

    def _rule(self, one: Finding, source: str, path: str) -> Rule:
        if one.kind is NAMED_FIELD:
            named = self.policy.named(path)
            return Rule(action=named.action if named else Action.MASK, text=named.text if named else "")
        return self._action(one.kind, source, path)


class _Applied(NamedTuple):
    """What a policy makes of findings, with what stands in for each of them."""

    text: str | None
    found: list[Found]
    edits: list[tuple[int, int, str]]


def _back(findings: Iterable[Finding], edits: Sequence[tuple[int, int, str]]) -> Iterator[Finding]:
    """``findings`` in a text that was edited, where they stand in what it was made of."""
    for one in findings:
        start, end = one.start, one.end
        first, last = start, end
        moved = 0  # how much further on things stand in the edited text
        for a, b, stand_in in edits:
            begins, ends = a + moved, a + moved + len(stand_in)
            moved += len(stand_in) - (b - a)
            if ends <= start:
                first = start - moved
            elif begins <= start:
                first = a
            if ends <= end:
                last = end - moved
            elif begins < end:
                last = b
        yield one._replace(start=first, end=last, text=None)


def _covered(one: Finding, found: Iterable[Finding]) -> bool:
    return any(other.start <= one.start and one.end <= other.end for other in found)


def _in_document(one: Found, field: str) -> bool:
    return len(one.finding.path) > (1 if field else 0)
