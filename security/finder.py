"""Text, or a document → the findings in it, wherever they hide.

JSON is walked where it stands: names, texts and numbers, JSON in texts too. In every text, what hides
(:mod:`security.views`) is looked at as well.
"""

import bisect
import functools
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Final, Protocol

from security import jsontext, views
from security.detectors import Kind, secret_field, secrets_checks
from security.detectors.kind import Category, Tier, constant
from security.detectors.scan import Finding, resolved, scanner_of
from security.jsonnames import is_pair, label_of, path_of
from security.jsontext import Part, Token
from security.policy import Action, Named, Policy


class Model(Protocol):
    """What is asked beside the patterns: :class:`security.model.ModelTier`."""

    def find(self, texts: Sequence[str]) -> list[list[Finding]]:
        """What is in each of ``texts``, in order, without overlaps."""

    def announced(self, text: str) -> list[Finding]:
        """The secrets in ``text`` that its words announce, in order, without overlaps."""

    def rows(self, data: bytes, ends: Sequence[int]) -> Iterable[int]:
        """Which of the lines that lie end to end in ``data`` are worth asking about."""

    def surer(self, text: str, findings: Sequence[Finding]) -> list[Finding]:
        """``findings`` of patterns, without those that are harmless by their looks."""


_DEEPEST: Final = 6  # texts in texts; what is deeper is not readable to anybody, and hidden whole
_FEW: Final = 50  # findings of which each is asked whether what is encoded lies in it
_MOST: Final = 10_000  # findings in a text; beyond, the rest of it is hidden
_REMEMBERED: Final = 4096  # names of fields, of each of which what it tells is worked out once
#: A field that holds such a name, masked as in the events, which are found by it.
_NAME_FIELD: Final = "metric_id"
_MORE_THAN_A_NAME: Final = re.compile(r"[\s\"'=/@]")
NAMED_FIELD: Final = Kind(
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


_READ: Final = re.compile(r"\s*(?:\[UNREAD\])?")


class Finder:
    """Looks for ``kinds``, and for the fields that ``policy`` names, but for what it allows.

    ``model``: is asked as well, of texts in which a hint is found, or which it thinks worth it.
    """

    def __init__(self, policy: Policy, kinds: tuple[Kind, ...], model: Model | None) -> None:
        self._policy = policy
        fields = tuple(_field_hint(kind.fields) for kind in kinds if kind.fields)
        named = ('"',) if policy.fields else ()
        self._scanner = scanner_of(kinds, (views.BASE64_HINT, *views.OTHER_HINTS, *fields, *named))
        self._of_patterns = frozenset(kinds)
        self._base64 = len(kinds)  # number of the first that is no kind's
        self._colour = self._base64 + 1 + views.OTHER_HINTS.index(views.COLOUR_HINT)
        self._kind_of_field = functools.lru_cache(_REMEMBERED)(functools.partial(secret_field, kinds=kinds))
        #: What is found is not read, so that what is encoded in it need not be decoded.
        self._masks_all = Action.KEEP not in {policy.default, *(rule.action for rule in policy.rules)}
        names = "|".join(map(_last_name, (one.path for one in policy.fields)))
        self._named_in_text = re.compile(rf'(?i)\\*"(?:{names})\\*"\s*:') if names else None
        self._model = model

    def suspicious(self, data: bytes, ends: Sequence[int]) -> dict[int, frozenset[int]]:
        """Which of the lines that lie in ``data`` deserve a look; ``ends``: of each, with its line feed.

        Texts of several lines always deserve one. Of each, what it may hold, for :meth:`find`.
        """
        rows = self._scanner.suspicious(data, ends)
        for row in self._model.rows(data, ends) if self._model is not None else ():
            rows.setdefault(row, frozenset())
        return rows

    def shown(self, path: str) -> str:
        """``path``, in which a name may be what must not be read."""
        return edited(
            path, [(f.start, f.end, f.kind.mask(path[f.start : f.end])) for f in self._scanner.scan(path)]
        )

    def find(self, text: str, field: str = "", suspects: Collection[int] | None = None) -> list[Finding]:
        """What is in ``text``, in order, without overlaps. ``field``: the path of the field that it is.

        ``suspects``: what :meth:`suspicious` says of it, if it was asked.
        """
        return self._findings(text, (field,) if field else (), 0, suspects=suspects)

    def _findings(
        self,
        text: str,
        path: tuple[str, ...],
        depth: int,
        label: str = "",
        without: frozenset[str] = frozenset(),
        suspects: Collection[int] | None = None,
    ) -> list[Finding]:
        """``label``: the name of the field that ``text`` is the value of. ``without``: see views.views."""
        if depth > _DEEPEST:
            return [Finding(0, len(text), _UNREAD, 1.0, path=path)] if text else []
        found = (
            self._in_json(text, path, depth)
            if jsontext.is_json(text)
            else self._in_text(text, path, depth, label, without, suspects)
        )
        if len(found) > _MOST:
            rest = found[_MOST].start
            return [*found[:_MOST], Finding(rest, len(text), _UNREAD, 1.0, path=path)]
        return found

    def _in_text(
        self,
        text: str,
        path: tuple[str, ...],
        depth: int,
        label: str,
        without: frozenset[str],
        suspects: Collection[int] | None,
    ) -> list[Finding]:
        said = _labelled(text, label)
        if suspects is None:
            suspects = self._scanner.suspects(said.encode("utf-8", "surrogatepass"))
        found = self._scanner.scan(said, _MOST + 1, suspects)
        named = self._named_in_text.search(said) if self._named_in_text else None
        if named is not None and not _READ.fullmatch(said, named.end()):  # in no document that can be read
            found.append(Finding(named.end(), len(said), _UNREAD, 1.0))
        if self._model is not None:
            found = self._model.surer(said, found) + self._model.find((said,))[0]
        found = self._allowed(_unlabelled(found, label), text)
        hidden = [one[:2] for one in found] if self._masks_all and len(found) <= _FEW else []
        encoded, coloured = self._base64 in suspects, self._colour in suspects
        for view in views.views(text, without, encoded=encoded, coloured=coloured, hidden=hidden):
            taken = without | {view.once} if view.once else without
            inside = self._findings(view.text, path, depth + 1, without=taken)
            if view.once == views.JOINED:  # where a line ended a word ends, which the model cannot know
                inside = [one for one in inside if not self._is_told_by_words(one)]
            found += _seen_through(view, inside)
        if len(found) > 1:
            found = resolved(found, text)
        return [one._replace(path=path) for one in found] if path else found

    def _is_told_by_words(self, one: Finding) -> bool:
        """Whether it is a secret that no pattern knows, by the words around it."""
        by_model = one.tier is Tier.MODEL and one.kind not in self._of_patterns
        return by_model and one.kind.category is Category.SECRET

    def _of_number(self, number: str, label: str) -> list[Finding]:
        return self._allowed(_unlabelled(self._scanner.scan(_labelled(number, label)), label), number)

    def _allowed(self, found: list[Finding], text: str) -> list[Finding]:
        """``found`` without what the policy allows to be read."""
        if not self._policy.allowed:
            return found
        return [one for one in found if not self._policy.allows(one.kind, text[one.start : one.end])]

    def _in_json(self, text: str, above: tuple[str, ...], depth: int) -> list[Finding]:
        found: list[Finding] = []
        names: dict[int, dict[str, int]] = {}
        attributes: dict[tuple[str, ...], str] = {}
        before: Token | None = None
        for token in jsontext.tokens(text):
            path = above + path_of(token, text, attributes)
            if before is not None and is_pair(before, token, text):
                path = (*path, text[before.start + 1 : before.end - 1])
            before = token
            if token.part is Part.NAME:
                found += self._in_name(text, token, path, names.setdefault(token.owner, {}), depth)
            elif (whole := self._by_name(text, token, path)) is not None:
                found += whole
            elif token.part is Part.TEXT:
                found += self._in_string(text, token, path, depth)
            elif token.part is Part.NUMBER:  # may be a card or an account written without quotes
                number = text[token.start : token.end]
                for one in self._of_number(number, label_of(path))[:1]:
                    mask = _quoted(one.kind.mask(number))
                    found.append(
                        Finding(
                            token.start,
                            token.end,
                            one.kind,
                            one.confidence,
                            one.tier,
                            mask,
                            path,
                            number,
                            _quoted,
                        )
                    )
        more = self._told_by_others(text, above, found)
        return sorted([*found, *more], key=lambda one: one.start) if more else found

    def _told_by_others(self, text: str, above: tuple[str, ...], found: list[Finding]) -> list[Finding]:
        """The secrets in a document, beside ``found`` (in order), that other fields than theirs tell of.

        ``{"field": "guest code", "old": …, "new": …}``: by itself no field says anything.
        """
        announced = self._model.announced(text) if self._model is not None else []
        more: list[Finding] = []
        starts = [one.start for one in found]
        attributes: dict[tuple[str, ...], str] = {}
        at = 0
        for token in jsontext.tokens(text) if announced else ():
            is_named = path_of(token, text, attributes) != token.path  # and was looked at behind its name
            is_none = is_named or token.part in _NO_VALUES or token.path[-2:] == _NUMBER_OF_EVENT
            while at < len(announced) and announced[at].end <= token.end:
                one = announced[at]
                at += 1
                if is_none or one.start < token.start:
                    continue
                start, end = _unbroken(text, token, one)
                before = bisect.bisect_left(starts, end)  # finds up to here begin before its end
                if (before and found[before - 1].end > start) or (more and more[-1].end > start):
                    continue
                mask = one.kind.mask(text[start:end])
                shown = mask if token.part is Part.TEXT else _quoted(mask)
                more.append(one._replace(start=start, end=end, text=shown, path=above + token.path))
        return self._allowed(more, text)

    def _in_string(self, text: str, token: Token, path: tuple[str, ...], depth: int) -> list[Finding]:
        view = views.unquoted(text[token.start : token.end], token.start)
        if not view.text:
            return []
        if path[-1:] == (_NAME_FIELD,) and (parts := parts_of_name(view.text)):
            inside = [
                one._replace(start=one.start + place, end=one.end + place)
                for place, part in parts
                for one in self._findings(part, path, depth)
            ]
            return [one._replace(path=one.path or path) for one in _seen_through(view, inside)]
        label = label_of(path) if token.part is Part.TEXT else ""
        deeper = depth + jsontext.is_json(view.text)
        inside = self._findings(view.text, path, deeper, label)
        return [one._replace(path=one.path or path) for one in _seen_through(view, inside)]

    def _in_name(
        self, text: str, token: Token, path: tuple[str, ...], taken: dict[str, int], depth: int
    ) -> list[Finding]:
        """Names that are the same once they are masked are numbered, so that no field is lost.

        ``taken``: names of the object so far, each with the last number that was tried for it.
        """
        named = self._named(path[:-1])
        if named is None:
            found = self._in_string(text, token, path, depth)
        else:  # of what is never read
            found = [
                Finding(
                    token.start + 1,
                    token.end - 1,
                    NAMED_FIELD,
                    1.0,
                    text=views.escaped(named.text),
                    path=path,
                )
            ]
        name = text[token.start + 1 : token.end - 1]
        if not found:
            taken.setdefault(name, 1)
            return []
        shown = base = edited(
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
        kind = None if named else next(filter(None, map(self._kind_of_field, path)), None)
        if (named is None and kind is None) or (named is None and token.part is Part.TRUTH):
            return None
        written = text[token.start : token.end]
        quoted = token.part is Part.TEXT
        value = views.unquoted(written, 0).text if quoted else written
        absent = secrets_checks.is_absent(written[1:-1] if quoted else written) or _is_of_schema(path, value)
        if not value or (named is None and absent):
            return []
        kind = kind or NAMED_FIELD
        mask = named.text if named else kind.mask(value)
        if value == mask:
            return []
        start, end = (token.start + 1, token.end - 1) if quoted else (token.start, token.end)
        encode = views.escaped if quoted else _quoted
        return [Finding(start, end, kind, 1.0, text=encode(mask), path=path, value=value, encode=encode)]

    def _named(self, path: tuple[str, ...]) -> Named | None:
        return self._policy.named(".".join(path)) if self._policy.fields and path else None


def _is_of_schema(path: tuple[str, ...], value: str) -> bool:
    """Whether a JSON Schema says there of what type, or how long, a secret is."""
    return (path[-1] == "type" and value in _SCHEMA_TYPES) or (path[-1] in _SCHEMA_SIZES and value.isdigit())


_SCHEMA_TYPES: Final = frozenset(("string", "number", "integer", "boolean", "object", "array", "null"))
_SCHEMA_SIZES: Final = frozenset(("minLength", "maxLength"))


_NO_VALUES: Final = (Part.NAME, Part.TRUTH)
#: The end of the path of what the Elastic Common Schema numbers events with.
_NUMBER_OF_EVENT: Final = ("event", "code")


def _unbroken(text: str, token: Token, one: Finding) -> tuple[int, int]:
    """Where ``one`` stands in ``token``; from blank to blank if that has escapes: none is cut in two."""
    start, end = one.start, one.end
    if "\\" in text[token.start : token.end]:
        while start > token.start + 1 and not text[start - 1].isspace():
            start -= 1
        while end < token.end - 1 and not text[end].isspace():
            end += 1
    return start, end


def _quoted(text: str) -> str:
    """``text`` as a string of JSON."""
    return f'"{views.escaped(text)}"'


def _last_name(path: str) -> str:
    """A pattern of the last name that ``path`` tells anything of."""
    told = [name for name in path.split(".") if name.strip("*")]
    return re.escape(told[-1]).replace(r"\*", '[^"]*') if told else '[^"]*'


def _labelled(text: str, label: str) -> str:
    """``text`` behind the name that it may need to be told by."""
    return f"{label}: {text}" if label else text


def _unlabelled(found: list[Finding], label: str) -> list[Finding]:
    """What was ``found`` in a text behind ``label``, where it stands in the text."""
    if not label:
        return found
    before = len(label) + 2
    return [
        one._replace(start=one.start - before, end=one.end - before) for one in found if one.start >= before
    ]


def parts_of_name(text: str) -> list[tuple[int, str]]:
    """Place and text of the parts of a name as ``pod:metric``; none if it is no such name."""
    first, colon, second = text.partition(":")
    if not colon or ":" in second or _MORE_THAN_A_NAME.search(text):
        return []
    return [(0, first), (len(first) + 1, second)]


def _field_hint(fields: str) -> str:
    """What a field that is secret by its name ends with, whatever stands before."""
    tail = fields.replace("(?:.*[^a-z0-9])?", "").replace(".*", "")
    return rf'(?i:{tail})\\*"'


def _seen_through(view: views.View, found: Sequence[Finding]) -> list[Finding]:
    """What was found in a view, where it stands, with what stands in for it there."""
    shown = [one.kind.mask(view.text[one.start : one.end]) if one.text is None else one.text for one in found]
    if view.starts is None:  # a whole is one finding; one for each inside would double at every level
        edits = [(one.start, one.end, text) for one, text in zip(found, shown, strict=True)]
        masked = view.encode(edited(view.text, edits))
        first = sorted(found, key=lambda one: -one.kind.rank)[:1]
        return [one._replace(start=view.start, end=view.end, text=masked) for one in first]
    seen = []
    for one, text in zip(found, shown, strict=True):
        start, end = view.span(one.start, one.end)
        if start < end:  # what reaches beyond a value of a record is none
            value = view.text[one.start : one.end] if one.value is None else one.value
            encode = _both(one.encode, view.encode)
            seen.append(
                one._replace(start=start, end=end, text=view.encode(text), value=value, encode=encode)
            )
    return seen


def _both(inner: Callable[[str], str] | None, outer: Callable[[str], str]) -> Callable[[str], str]:
    return outer if inner is None else lambda text: outer(inner(text))


def edited(text: str, edits: Iterable[tuple[int, int, str]]) -> str:
    """``text`` with what stands from, and up to, two places replaced; in order."""
    parts: list[str] = []
    done = 0
    for start, end, stand_in in edits:
        parts += text[done:start], stand_in
        done = end
    return "".join((*parts, text[done:])) if parts else text
