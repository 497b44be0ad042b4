"""A token of JSON → what its value is called: by its own field, by those beside it, by those above."""

import re
from typing import Final

from security.jsontext import Part, Token

#: Names of what a field beside them is called, and of what that field holds.
_NAMING: Final = frozenset(
    (
        "key Key name Name n field fieldName field_name parameter param system attr attribute property "
        "propertyName displayName setting column variable header path"
    ).split()
)
_VALUES: Final = frozenset(
    (
        "value Value val v old new from to before after oldValue newValue old_value new_value OldValue "
        "NewValue currentValue current default defaultValue"
    ).split()
)
#: What says of what kind a number beside it is: ``{"type": "PASSPORT", "number": …}``.
_TYPING: Final = frozenset("type kind docType doc_type documentType document_type idType".split())
_NUMBERS: Final = frozenset("number num no documentNumber document_number".split())
_TYPE: Final = "type"  # stands for all of these
#: Names of what holds a value, and says nothing of it: operators and types of MongoDB, types of DynamoDB.
_HOLDERS: Final = re.compile(r"\$.*|[SNBL]|SS|NS|val(?:ue)?|#text")
#: Of an object that is a name, as FHIR and many others have it.
_PARTS_OF_A_NAME: Final = frozenset(("first", "last", "middle", "given", "family"))
#: Objects that are somebody, with a name.
_PEOPLE: Final = re.compile(
    r"(?i)\w*(?:recipient|contact|patient|passenger|traveller|traveler|guest|driver|rider|sender|receiver|payer"
    r"|payee|cardholder|applicant|employee|subscriber|member|beneficiary|guardian|student|profile)"
)


def path_of(token: Token, text: str, attributes: dict[tuple[str, ...], str]) -> tuple[str, ...]:
    """The path of a token; of the value of an attribute, as OTLP writes it, the attribute's name is part.

    ``{"key": "user.id", "value": {"stringValue": …}}``; ``attributes``: the newest name at each path.
    """
    path = token.path
    name = path[-1] if path else ""
    if token.part is Part.TEXT and name in _NAMING:
        attributes[path[:-1]] = text[token.start + 1 : token.end - 1]
    elif token.part is Part.TEXT and name in _TYPING:
        attributes[(*path[:-1], _TYPE)] = text[token.start + 1 : token.end - 1]
    elif name in _NUMBERS and token.part is not Part.NAME:
        kind = attributes.get((*path[:-1], _TYPE))
        return path if kind is None else (*path[:-1], kind)
    elif name in _VALUES and token.part is not Part.NAME and path[:-1] in attributes:
        return (*path[:-1], attributes[path[:-1]])
    elif len(path) > 1 and path[-1].endswith("Value") and path[-2] == "value" and token.part is not Part.NAME:
        said = attributes.get(path[:-2])
        return path if said is None else (*path[:-2], said)
    return path


def label_of(path: tuple[str, ...]) -> str:
    """The name by which the value at ``path`` may be told."""
    label = next((name for name in reversed(path) if not _HOLDERS.fullmatch(name)), "")
    above = path[-2] if len(path) > 1 else ""
    if label in _PARTS_OF_A_NAME and above.lower().endswith("name"):
        return f"{label}_name"
    if label == "name" and _PEOPLE.fullmatch(above):
        return "full_name"
    return label


def is_pair(first: Token, second: Token, text: str) -> bool:
    """Whether these begin a list, as a name and its value: ``["api_key", "…"]``."""
    both = first.part is second.part is Part.TEXT and text[first.start - 1 : first.start] == "["
    return both and text[first.end : second.start].strip() == ","
