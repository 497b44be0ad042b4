"""What is done with what is found: by kind, source and field, from a TOML file.

model = "unsure"                 # off, on, unsure: see docs/redaction.md
default = "mask"                 # for whatever no rule names

[[allow]]                        # beats every rule and every block; not a field that is named secret
value = "support@example.com"    # or pattern = "RE2", which the whole value must match
kind = ["email"]                 # of these kinds, families or categories; none: of all

[[block]]                        # what is sensitive here and nowhere else
name = "project_code"
pattern = "PRJ-[0-9]{6}"

[[rule]]                         # the first that fits is followed
kind = ["email", "pci"]
source = "checkout-*"            # service or topic
field = "attributes.user.*"      # names joined by dots; body for the text itself
action = "hash"

[[field]]                        # fail closed: whatever is in it
path = "*.card.*"
action = "drop_field"
"""

import fnmatch
import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import re2

from security.detectors.kind import Category, Kind, constant
from security.keys import Keys


class Action(StrEnum):
    """What becomes of a value. Of two in one text, ``drop_line`` comes before ``drop_field``."""

    MASK = "mask"
    REPLACE = "replace"
    HASH = "hash"
    TOKEN = "token"  # noqa: S105  a name
    DROP_FIELD = "drop_field"
    DROP_LINE = "drop_line"
    KEEP = "keep"


class Model(StrEnum):
    """When the model is asked: never, of every candidate, or where a pattern alone is not sure."""

    OFF = "off"
    ON = "on"
    UNSURE = "unsure"


class PolicyError(ValueError):
    """A policy that cannot be followed; the message names the place and the fix."""


#: In place of a field or a text that is dropped.
DROPPED: Final = "[DROPPED]"
_KEYED: Final = (Action.HASH, Action.TOKEN)


def _is_at(path: str, pattern: str) -> bool:
    """Whether ``pattern`` names ``path``, in large or small letters; ``*.`` is also nothing."""
    path, pattern = path.lower(), pattern.lower()
    return fnmatch.fnmatchcase(path, pattern) or fnmatch.fnmatchcase("." + path, pattern)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Where it fits, ``action`` is taken. Empty: everywhere. ``text``: of ``replace``."""

    action: Action
    kind: tuple[str, ...] = ()
    source: str = "*"
    field: str = "*"
    text: str = ""

    def fits(self, kind: Kind, source: str, path: str) -> bool:
        """Whether it says what becomes of a value of ``kind`` there."""
        return (
            (not self.kind or not _names(kind).isdisjoint(self.kind))
            and fnmatch.fnmatchcase(source, self.source)
            and _is_at(path, self.field)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """Values that are harmless here."""

    value: str = ""
    pattern: str = ""
    kind: tuple[str, ...] = ()

    def fits(self, kind: Kind, value: str) -> bool:
        """Whether ``value`` is one."""
        if self.kind and _names(kind).isdisjoint(self.kind):
            return False
        return value == self.value if self.value else _compiled(self.pattern).fullmatch(value) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A field whose value is never read, whatever it looks like."""

    path: str
    action: Action = Action.MASK
    text: str = "[REDACTED]"


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What is done with what is found. Addresses of machines are kept, unless a rule names them."""

    default: Action = Action.MASK
    model: Model = Model.UNSURE
    rules: tuple[Rule, ...] = ()
    allowed: tuple[Allowed, ...] = ()
    blocked: tuple[Kind, ...] = ()
    fields: tuple[Named, ...] = ()
    keys: Keys | None = field(default=None, repr=False)

    @classmethod
    def load(cls, path: str | None, key_file: str | None = None) -> "Policy":
        """The policy of a file; ``None``: mask everything. Raises :class:`PolicyError`, KeyFileError."""
        keys = None if key_file is None else Keys.from_file(key_file)
        if path is None:
            return cls(keys=keys)
        try:
            document = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        except OSError as error:
            raise PolicyError(f"{path}: {error.strerror}") from error
        except ValueError as error:
            raise PolicyError(f"{path}: no TOML: {error}") from error
        return _parsed(path, document, keys)

    def action(self, kind: Kind, source: str, path: str) -> Rule:
        """What becomes of a value of ``kind`` there: the first rule that fits, or the default."""
        rules = (*self.rules, *_OF_MACHINES)
        return next((rule for rule in rules if rule.fits(kind, source, path)), Rule(action=self.default))

    def allows(self, kind: Kind, value: str) -> bool:
        """Whether ``value`` is harmless here."""
        return any(one.fits(kind, value) for one in self.allowed)

    def named(self, path: str) -> Named | None:
        """What becomes of a field that is named, or is in one that is."""
        ends = [place for place, sign in enumerate(path) if sign == "."] if self.fields else ()
        above = (path[:end] for end in (*ends, len(path)))
        return next((one for part in above for one in self.fields if _is_at(part, one.path)), None)

    def stand_in(self, rule: Rule, kind: Kind, value: str) -> str:
        """What stands in for ``value``."""
        match rule.action:
            case Action.REPLACE:
                return rule.text
            case Action.HASH | Action.TOKEN:
                if self.keys is None:
                    raise PolicyError(f"{rule.action} needs a key; name a key file")
                make = self.keys.hash if rule.action is Action.HASH else self.keys.token
                return make(kind.name, _as_joined(kind, value) if rule.action is Action.HASH else value)
            case Action.DROP_FIELD | Action.DROP_LINE:
                return DROPPED
            case _:
                return kind.mask(value)


_ADDRESSES: Final = ("ip_address", "mac_address")
#: Resources and hosts by OpenTelemetry's conventions: what is there is of a machine, and of nobody.
_OF_MACHINES: Final = tuple(
    Rule(action=Action.KEEP, kind=_ADDRESSES, field=path)
    for path in ("resource.*", "*.resource.*", "*server.address", "*.host.ip", "*.host.mac", "*k8s.*")
)


_SEPARATORS: Final = re.compile(r"[\s().+/-]+")


def _as_joined(kind: Kind, value: str) -> str:
    """``value`` however it is written: of a number without blanks and dashes, and without large letters."""
    if kind.category is Category.SECRET:
        return value
    value = unquote(value)
    bare = _SEPARATORS.sub("", value)
    return (bare if bare.isalnum() and any(map(str.isdigit, bare)) else value).casefold()


def _names(kind: Kind) -> set[str]:
    return {kind.name, kind.family, str(kind.category)}


@functools.cache
def _compiled(pattern: str) -> Any:
    return re2.compile(pattern)


def _parsed(path: str, document: Mapping[str, Any], keys: Keys | None) -> Policy:
    known = {"default", "model", "rule", "allow", "block", "field"}
    for name in document:
        if name not in known:
            raise PolicyError(f"{path}: unknown {name!r}; known: {', '.join(sorted(known))}")
    policy = Policy(
        default=_choice(path, "default", Action, document.get("default", Action.MASK)),
        model=_choice(path, "model", Model, document.get("model", Model.UNSURE)),
        rules=tuple(_rule(f"{path}: rule {n}", each) for n, each in _tables(path, document, "rule")),
        allowed=tuple(_allowed(f"{path}: allow {n}", each) for n, each in _tables(path, document, "allow")),
        blocked=tuple(_blocked(f"{path}: block {n}", each) for n, each in _tables(path, document, "block")),
        fields=tuple(_named(f"{path}: field {n}", each) for n, each in _tables(path, document, "field")),
        keys=keys,
    )
    actions = {
        policy.default,
        *(rule.action for rule in policy.rules),
        *(one.action for one in policy.fields),
    }
    if keys is None and not actions.isdisjoint(_KEYED):
        raise PolicyError(f"{path}: hash and token need a key; name its file (--key-file, redact_key_file)")
    return policy


def _tables(path: str, document: Mapping[str, Any], name: str) -> list[tuple[int, Mapping[str, Any]]]:
    tables = document.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        raise PolicyError(f"{path}: {name} is a list of tables; write [[{name}]]")
    return list(enumerate(tables, start=1))


def _choice(place: str, name: str, choices: Any, value: Any) -> Any:
    try:
        return choices(value)
    except ValueError:
        raise PolicyError(f"{place}: {name} {value!r} is unknown; known: {', '.join(choices)}") from None


def _texts(place: str, table: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """The entries of a table, each checked to be of the type of its default."""
    for name in table:
        if name not in known:
            raise PolicyError(f"{place}: unknown {name!r}; known: {', '.join(known)}")
    values = {**known, **table}
    for name, default in known.items():
        value = values[name]
        if isinstance(default, tuple):
            value = [value] if isinstance(value, str) else value
            if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
                raise PolicyError(f"{place}: {name}: name a text or a list of texts")
            values[name] = tuple(value)
        elif not isinstance(value, str):
            raise PolicyError(f"{place}: {name}: {value!r} is no text")
    return values


def _rule(place: str, table: Mapping[str, Any]) -> Rule:
    values = _texts(place, table, {"action": "", "kind": (), "source": "*", "field": "*", "text": ""})
    values["action"] = _choice(place, "action", Action, values["action"])
    _check_kinds(place, values["kind"])
    if values["action"] is Action.REPLACE and not values["text"]:
        raise PolicyError(f"{place}: replace needs a text; write text = '…'")
    return Rule(**values)


def _allowed(place: str, table: Mapping[str, Any]) -> Allowed:
    values = _texts(place, table, {"value": "", "pattern": "", "kind": ()})
    if bool(values["value"]) == bool(values["pattern"]):
        raise PolicyError(f"{place}: name either value or pattern")
    _check_kinds(place, values["kind"])
    _check_pattern(place, values["pattern"])
    return Allowed(**values)


def _blocked(place: str, table: Mapping[str, Any]) -> Kind:
    values = _texts(place, table, {"name": "", "pattern": "", "category": str(Category.PII), "text": ""})
    if not re.fullmatch(r"[a-z][a-z0-9_]*", values["name"]):
        raise PolicyError(f"{place}: name {values['name']!r}: use small letters, digits and underlines")
    _check_pattern(place, values["pattern"])
    if not values["pattern"] or re2.compile(values["pattern"]).search("") is not None:
        raise PolicyError(f"{place}: pattern {values['pattern']!r} matches the empty text")
    return Kind(
        name=values["name"],
        title=values["name"],
        category=_choice(place, "category", Category, values["category"]),
        pattern=values["pattern"],
        mask=constant(values["text"] or f"[{values['name'].upper()}]"),
        matches=(),
        confidence=1.0,
    )


def _named(place: str, table: Mapping[str, Any]) -> Named:
    values = _texts(place, table, {"path": "", "action": Action.MASK, "text": "[REDACTED]"})
    if not values["path"]:
        raise PolicyError(f"{place}: name a path, as attributes.user.*")
    values["action"] = _choice(place, "action", Action, values["action"])
    if values["action"] is Action.KEEP:
        raise PolicyError(f"{place}: a field that is named is never kept")
    return Named(**values)


def _check_kinds(place: str, names: tuple[str, ...]) -> None:
    from security.detectors import ALL
    from security.model.kinds import MODEL_KINDS

    known = {name for kind in (*ALL, *MODEL_KINDS) for name in _names(kind)} | set(map(str, Category))
    for name in names:
        if name not in known:
            raise PolicyError(f"{place}: kind {name!r} is unknown; traceo redact --list shows all")


def _check_pattern(place: str, pattern: str) -> None:
    try:
        re2.compile(pattern)
    except re2.error as error:
        text = error.args[0].decode() if isinstance(error.args[0], bytes) else error
        raise PolicyError(f"{place}: pattern {pattern!r} is no RE2: {text}") from None
