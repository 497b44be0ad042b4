"""JSON Schema (draft 2020-12) → a contract that gives each document one reason code, or none.

The schema file is the source of truth: the rules, their order and the reason codes (``x-reasons``) are read
from it. A property's failure is named by, in this order: the value itself (NaN and infinities, which Debezium
writes as strings), its JSON type, the keyword that failed.
"""

import json
from collections.abc import Iterable
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any, Final

import jsonschema
import jsonschema_rs

_ANNOTATIONS: Final = {"x-reasons", "title", "description", "$comment", "examples"}
_TOP_KEYWORDS: Final = {"$schema", "$id", "type", "required", "properties"} | _ANNOTATIONS
_PROPERTIES: Final = {"metric_id", "timestamp", "lead_us", "value", "tags"}
#: Without these a row is no event.
_NEEDED: Final = {"metric_id", "timestamp", "value", "tags"}
#: Properties that are columns of numbers; only these of their keywords are checked by column operations.
_NUMBERS: Final = {"timestamp", "lead_us", "value"}
_NUMBER_KEYWORDS: Final = {
    "type",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
} | _ANNOTATIONS


class ContractError(ValueError):
    """A schema that cannot be used as a contract; the message names the place and the fix."""


class Contract:
    """A compiled JSON Schema of an event's document."""

    def __init__(self, schema: dict[str, Any], name: str) -> None:
        try:
            jsonschema.Draft202012Validator.check_schema(schema)
        except jsonschema.SchemaError as error:
            raise ContractError(f"{name}: no valid JSON Schema 2020-12: {error.message}") from error
        self.schema = schema
        self.name = name
        self.properties: dict[str, dict[str, Any]] = schema.get("properties", {})
        _only(schema, _TOP_KEYWORDS, f"{name}: keyword {{}} at the top has no column check")
        _only(self.properties, _PROPERTIES, f"{name}: property {{}} is no part of an event's document")
        for prop in _NUMBERS & self.properties.keys():
            rules = self.properties[prop]
            _only(rules, _NUMBER_KEYWORDS, f"{name}: keyword {{}} of {prop!r} has no column check")
        try:
            self._fast = jsonschema_rs.Draft202012Validator(schema)
            self._fast_properties = {
                prop: jsonschema_rs.Draft202012Validator(rules) for prop, rules in self.properties.items()
            }
        except (ValueError, jsonschema_rs.ReferencingError) as error:
            raise ContractError(f"{name}: {str(error).splitlines()[0]}") from error
        for prop in sorted(_NEEDED):
            if prop not in self.required or self.property_reason(prop, None) is None:
                raise ContractError(
                    f"{name}: {prop!r} must be required and not null, since no event is without it;"
                    " add it to 'required' and give it a type"
                )

    @classmethod
    def load(cls, path: str | Path | None = None) -> "Contract":
        """The contract in the file ``path``, or the project's own."""
        try:
            source = Path(path) if path else resources.files("schemas") / "event.schema.json"
            schema = json.loads(source.read_text(encoding="utf-8"))
        except OSError as error:
            raise ContractError(f"{path}: {error.strerror}; name a readable JSON Schema file") from error
        except ValueError as error:
            raise ContractError(f"{path}: no JSON: {error}") from error
        if not isinstance(schema, dict):
            raise ContractError(f"{path}: a JSON Schema of an event is an object")
        return cls(schema, str(schema.get("$id", path)))

    @cached_property
    def reference(self) -> jsonschema.Draft202012Validator:
        """The reference implementation's validator, for the property tests and for odd documents."""
        return jsonschema.Draft202012Validator(self.schema)

    @property
    def required(self) -> frozenset[str]:
        """The properties that a document must have."""
        return frozenset(self.schema.get("required", ()))

    def reason(self, document: Any) -> str | None:
        """The reason code of a whole document, ``None`` if it keeps the contract."""
        if self._fast.is_valid(document):
            return None
        if not isinstance(document, dict):
            return self._coded(self.schema, document, "type")
        for prop in self.properties:
            if prop not in document:
                if prop in self.required:
                    return self._coded(self.properties[prop], None, "type")
                continue
            reason = self.property_reason(prop, document[prop])
            if reason is not None:
                return reason
        return "contract"

    def property_reason(self, prop: str, value: Any) -> str | None:
        """The reason code of one property's value, ``None`` if it keeps the contract."""
        if self._fast_properties[prop].is_valid(value):
            return None
        rules = self.properties[prop]
        error = next(jsonschema.Draft202012Validator(rules).iter_errors(value))
        keyword = next((part for part in error.absolute_schema_path if part in rules), error.validator)
        return self._coded(rules, value, str(keyword))

    @staticmethod
    def _coded(rules: dict[str, Any], value: Any, keyword: str) -> str:
        reasons: dict[str, str] = rules.get("x-reasons", {})
        if isinstance(value, str) and value in reasons:
            return reasons[value]
        if keyword == "type":
            return reasons.get(_json_type(value), reasons.get("type", "contract"))
        return reasons.get(keyword, "contract")


def _only(names: Iterable[str], known: set[str], problem: str) -> None:
    for name in names:
        if name not in known:
            raise ContractError(f"{problem.format(repr(name))}; known: {', '.join(sorted(known))}")


def _json_type(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"
