"""text, or a document → the same without what a policy forbids | what was found, and what became of it.

JSON is walked where it stands: names, texts and numbers, JSON in texts too. In every text, what hides
(:mod:`security.views`) is looked at as well. Redacting twice gives what redacting once gave.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, Protocol

from security import jsontext, views
from security.detectors import ALL, Kind, secret_field, secrets_checks
from security.detectors.kind import Category, constant
from security.detectors.matching import Matcher
from security.detectors.scan import Finding, resolved, rows_with, scanner_of
from security.jsontext import Part, Token
from security.policy import DROPPED, Action, Named, Policy, Rule


class Model(Protocol):
    """What is asked beside the patterns: :class:`security.model.ModelTier`."""

    def find(self, texts: Sequence[str]) -> list[list[Finding]]:
        """What is in each of ``texts``, in order, without overlaps."""

    def surer(self, text: str, findings: Sequence[Finding]) -> list[Finding]:
        """``findings`` of patterns, without those that are harmless by their looks."""


_CUES_MEMORY: Final = 256 * 1024 * 1024
_DEEPEST: Final = 6  # texts in texts; what is deeper is not readable to anybody, and hidden whole
_MOST: Final = 10_000  # findings in a text; beyond, the rest of it is hidden
_BODY: Final = "body"
_NAMING: Final = (("key",), ("name",), ("Key",), ("Name",), ("field",), ("parameter",))
#: A field that holds such a name, masked as in the events, which are found by it.
_NAME_FIELD: Final = "metric_id"
_MORE_THAN_A_NAME: Final = re.compile(r"[\s\"'=/@]")
_NAMED_FIELD: Final = Kind(
    name="named_field",
    title="A field that the policy names",
    category=Category.SECRET,
    pattern="[^\\x00-\\x{10FFFF}]",
    mask=constant("[REDACTED]"),
    matches=(),
    confidence=1.0,
)
_UNREAD: Final = Kind(
    name="unread",
    title="What is nested too deeply, or holds too much, to be read",
    category=Category.SECRET,
    pattern="[^\\x00-\\x{10FFFF}]",
    mask=constant("[UNREAD]"),
    matches=(),
    confidence=1.0,
)


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

    ``model``: is asked as well, of texts in which a hint or one of ``cues`` (RE2) is found.
    """

    def __init__(
        self,
        policy: Policy | None = None,
        kinds: tuple[Kind, ...] = ALL,
        model: Model | None = None,
        cues: str = "",
    ) -> None:
        self.policy = policy or Policy()
        self.kinds = (*kinds, *self.policy.blocked)
        self._texts = scanner_of(self.kinds)
        fields = tuple(_field_hint(kind.fields) for kind in self.kinds if kind.fields)
        named = ('"',) if self.policy.fields else ()
        self._suspects = scanner_of(self.kinds, (*views.HINTS, *fields, *named))
        self._model = model
        self._cues = Matcher(cues, captures=False, memory=_CUES_MEMORY) if model is not None else None

    def suspicious(self, data: bytes, ends: Sequence[int]) -> Iterable[int]:
        """Which of the lines that lie in ``data`` deserve a look; ``ends``: of each, with its line feed.

        Texts of several lines always deserve one.
        """
        return self._with_cues(self._suspects.suspicious(data, ends), data, ends)

    def _with_cues(self, rows: Iterable[int], data: bytes, ends: Sequence[int]) -> Iterable[int]:
        """``rows``, and those with a cue for the model, in order."""
        if self._cues is None:
            return rows
        return sorted({*rows, *rows_with(self._cues, data, ends)})

    @property
    def knows_sources(self) -> bool:
        """Whether the policy has rules of a source."""
        return any(rule.source != "*" for rule in self.policy.rules)

    def redact_name(self, text: str, *, source: str = "", field: str = "") -> Redacted:
        """The same of a name as ``pod:metric``, in which a colon assigns nothing."""
        parts = _parts_of_name(text)
        if not parts:
            return self.redact(text, source=source, field=field)
        done = [self.redact(part, source=source, field=field) for _, part in parts]
        texts = [one.text for one in done]
        whole = None if None in texts else ":".join(map(str, texts))
        return Redacted(whole, [one for part in done for one in part.found])

    def findings(self, text: str) -> list[Finding]:
        """What is in ``text``, in order, whatever the policy does with it."""
        return self._findings(text, (), 0)

    def redact(self, text: str, *, source: str = "", field: str = "") -> Redacted:
        """``text`` as the policy wants it. ``field``: the path of the field that it is, if it is one."""
        above = (field,) if field else ()
        found, edits = [], []
        for one in self._findings(text, above, 0):
            path = ".".join(one.path) or _BODY
            rule = self._rule(one, source, path)
            if rule.action is Action.KEEP:
                continue
            found.append(Found(one, self._shown(path), rule.action))
            stand_in = one.text
            if stand_in is None or rule.action is not Action.MASK:
                stand_in = self.policy.stand_in(rule, one.kind, text[one.start : one.end])
            edits.append((one.start, one.end, stand_in))
        if any(one.action is Action.DROP_LINE for one in found):
            return Redacted(None, found)
        if any(one.action is Action.DROP_FIELD and not _in_document(one, field) for one in found):
            return Redacted(DROPPED, found)
        return Redacted(_edited(text, edits), found)

    def _shown(self, path: str) -> str:
        """``path``, in which a name may be what must not be read."""
        if self._texts.is_clean(path.encode("utf-8", "replace")):
            return path
        return _edited(
            path, [(f.start, f.end, f.kind.mask(path[f.start : f.end])) for f in self._texts.scan(path)]
        )

    def _rule(self, one: Finding, source: str, path: str) -> Rule:
        if one.kind is _NAMED_FIELD:
            named = self.policy.named(path)
            return Rule(action=named.action if named else Action.MASK, text=named.text if named else "")
        return self.policy.action(one.kind, source, path)

    def _findings(
        self,
        text: str,
        path: tuple[str, ...],
        depth: int,
        label: str = "",
        without: frozenset[str] = frozenset(),
    ) -> list[Finding]:
        """``label``: the name of the field that ``text`` is the value of. ``without``: see views.views."""
        if depth > _DEEPEST:
            return [Finding(0, len(text), _UNREAD, 1.0, path=path)] if text else []
        found = (
            self._in_json(text, path, depth)
            if jsontext.is_json(text)
            else self._in_text(text, path, depth, label, without)
        )
        if len(found) > _MOST:
            rest = found[_MOST].start
            return [*found[:_MOST], Finding(rest, len(text), _UNREAD, 1.0, path=path)]
        return found

    def _in_text(
        self, text: str, path: tuple[str, ...], depth: int, label: str, without: frozenset[str]
    ) -> list[Finding]:
        found = [
            one
            for one in self._labelled(text, label)
            if not self.policy.allows(one.kind, text[one.start : one.end])
        ]
        if self._model is not None:
            found = self._model.surer(text, found) + self._by_model(self._model, text, label)
        for view in views.views(text, without):
            taken = without | {view.once} if view.once else without
            inside = self._findings(view.text, path, depth + 1, without=taken)
            found += _seen_through(view, inside)
        return [one._replace(path=path) for one in resolved(found, text)]

    def _by_model(self, model: Model, text: str, label: str) -> list[Finding]:
        before = f"{label}: " if label else ""
        return [
            one._replace(start=one.start - len(before), end=one.end - len(before))
            for one in model.find((before + text,))[0]
            if one.start >= len(before)
            and not self.policy.allows(one.kind, text[one.start - len(before) : one.end - len(before)])
        ]

    def _labelled(self, text: str, label: str) -> list[Finding]:
        """What patterns find in ``text``, which may need the name before it to be told."""
        if not label:
            return self._texts.scan(text, _MOST + 1)
        before = f"{label}: "
        return [
            one._replace(start=one.start - len(before), end=one.end - len(before))
            for one in self._texts.scan(before + text, _MOST + 1)
            if one.start >= len(before)
        ]

    def _in_json(self, text: str, above: tuple[str, ...], depth: int) -> list[Finding]:
        found: list[Finding] = []
        names: dict[int, dict[str, int]] = {}
        attributes: dict[tuple[str, ...], str] = {}
        for token in jsontext.tokens(text):
            path = above + _attribute(token, text, attributes)
            if token.part is Part.NAME:
                found += self._in_name(text, token, path, names.setdefault(token.owner, {}), depth)
            elif (whole := self._by_name(text, token, path)) is not None:
                found += whole
            elif token.part is Part.TEXT:
                found += self._in_string(text, token, path, depth)
            else:  # a number may be a card or an account written without quotes
                number = text[token.start : token.end]
                found += [
                    one._replace(
                        start=token.start, end=token.end, path=path, text=f'"{one.kind.mask(number)}"'
                    )
                    for one in self._labelled(number, path[-1] if path else "")[:1]
                    if not self.policy.allows(one.kind, number)
                ]
        return found

    def _in_string(self, text: str, token: Token, path: tuple[str, ...], depth: int) -> list[Finding]:
        view = views.unquoted(text[token.start : token.end], token.start)
        if not view.text:
            return []
        if path[-1:] == (_NAME_FIELD,) and (parts := _parts_of_name(view.text)):
            inside = [
                one._replace(start=one.start + place, end=one.end + place)
                for place, part in parts
                for one in self._findings(part, path, depth)
            ]
            return [one._replace(path=one.path or path) for one in _seen_through(view, inside)]
        label = path[-1] if path and token.part is Part.TEXT else ""
        deeper = depth + jsontext.is_json(view.text)
        inside = self._findings(view.text, path, deeper, label)
        return [one._replace(path=one.path or path) for one in _seen_through(view, inside)]

    def _in_name(
        self, text: str, token: Token, path: tuple[str, ...], taken: dict[str, int], depth: int
    ) -> list[Finding]:
        """Names that are the same once they are masked are numbered, so that no field is lost.

        ``taken``: names of the object so far, each with the last number that was tried for it.
        """
        found = self._in_string(text, token, path, depth)
        name = text[token.start + 1 : token.end - 1]
        if not found:
            taken.setdefault(name, 1)
            return []
        shown = base = _edited(
            name, [(f.start - token.start - 1, f.end - token.start - 1, str(f.text)) for f in found]
        )
        number = taken.get(base, 1)
        while shown in taken:
            number += 1
            shown = f"{base} ({number})"
        taken[shown] = 1
        taken[base] = number
        if number > 1:
            last = found[-1]
            found[-1] = last._replace(text=f"{last.text} ({number})")
        return found

    def _by_name(self, text: str, token: Token, path: tuple[str, ...]) -> list[Finding] | None:
        """The finding that is all of a field, by its name; empty if it is masked already."""
        named = self._named(path)
        kind = None if named else next(filter(None, (secret_field(name, self.kinds) for name in path)), None)
        if named is None and kind is None:
            return None
        quoted = token.part is Part.TEXT
        start, end = (token.start + 1, token.end - 1) if quoted else (token.start, token.end)
        value = text[start:end]
        if named is None and secrets_checks.is_absent(value):
            return []
        kind = kind or _NAMED_FIELD
        stand_in = (
            named.text
            if named
            else kind.mask(views.unquoted(text[token.start : token.end], 0).text if quoted else value)
        )
        if not value or value == stand_in:
            return []
        stand_in = views.escaped(stand_in)
        return [Finding(start, end, kind, 1.0, text=stand_in if quoted else f'"{stand_in}"', path=path)]

    def _named(self, path: tuple[str, ...]) -> Named | None:
        return self.policy.named(".".join(path)) if self.policy.fields else None


def _parts_of_name(text: str) -> list[tuple[int, str]]:
    """Place and text of the parts of a name as ``pod:metric``; none if it is no such name."""
    first, colon, second = text.partition(":")
    if not colon or ":" in second or _MORE_THAN_A_NAME.search(text):
        return []
    return [(0, first), (len(first) + 1, second)]


def _field_hint(fields: str) -> str:
    """What a field that is secret by its name ends with, whatever stands before."""
    tail = fields.replace("(?:.*[^a-z0-9])?", "").replace(".*", "")
    return rf'(?i:{tail})\\*"'


def _attribute(token: Token, text: str, attributes: dict[tuple[str, ...], str]) -> tuple[str, ...]:
    """The path of a token; of the value of an attribute, as OTLP writes it, the attribute's name is part.

    ``{"key": "user.id", "value": {"stringValue": …}}``; ``attributes``: the newest name at each path.
    """
    path = token.path
    if token.part is Part.TEXT and path[-1:] in _NAMING:
        attributes[path[:-1]] = text[token.start + 1 : token.end - 1]
    elif path[-1:] == ("value",) and token.part is not Part.NAME and path[:-1] in attributes:
        return (*path[:-1], attributes[path[:-1]])
    elif len(path) > 1 and path[-1].endswith("Value") and path[-2] == "value" and token.part is not Part.NAME:
        name = attributes.get(path[:-2])
        return path if name is None else (*path[:-2], name)
    return path


def _seen_through(view: views.View, found: Sequence[Finding]) -> list[Finding]:
    """What was found in a view, where it stands, with what stands in for it there."""
    shown = [one.kind.mask(view.text[one.start : one.end]) if one.text is None else one.text for one in found]
    if view.starts is None:  # a whole is one finding; one for each inside would double at every level
        edits = [(one.start, one.end, text) for one, text in zip(found, shown, strict=True)]
        masked = view.encode(_edited(view.text, edits))
        first = sorted(found, key=lambda one: -one.kind.rank)[:1]
        return [one._replace(start=view.start, end=view.end, text=masked) for one in first]
    spans = [view.span(one.start, one.end) for one in found]
    return [
        one._replace(start=start, end=end, text=view.encode(text))
        for one, (start, end), text in zip(found, spans, shown, strict=True)
        if start < end  # what reaches beyond a value of a record is none
    ]


def _in_document(one: Found, field: str) -> bool:
    return len(one.finding.path) > (1 if field else 0)


def _edited(text: str, edits: Iterable[tuple[int, int, str]]) -> str:
    parts: list[str] = []
    done = 0
    for start, end, stand_in in edits:
        parts += text[done:start], stand_in
        done = end
    return "".join((*parts, text[done:])) if parts else text
