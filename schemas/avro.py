"""Columns, structs → Avro schemas of what is written (https://avro.apache.org/docs/1.11.1/specification/).

They can change without breaking readers (BACKWARD): what may be absent is nullable with null as its default,
so that a field which is added has a value in what was written before.
"""

import enum
import re
from collections.abc import Set
from typing import Any, Final

import msgspec
import pyarrow as pa
from msgspec import inspect

#: An Avro schema as the document that it is.
Schema = dict[str, Any]

NAMESPACE: Final = "traceo"
_SCALARS: Final = {
    inspect.IntType: "long",
    inspect.FloatType: "double",
    inspect.BoolType: "boolean",
    inspect.StrType: "string",
}
#: Names; and documents, which are texts of JSON, since Avro has no type for any of them.
_TEXTS: Final = (inspect.EnumType, inspect.DictType, inspect.AnyType)


def record_name(topic: str) -> str:
    """The full name of the record in ``topic``: ``metrics.late-spans`` gives ``traceo.metrics.LateSpans``."""
    *spaces, last = topic.split(".")
    name = "".join(part[:1].upper() + part[1:] for part in re.split(r"\W", last))
    return ".".join((NAMESPACE, *(re.sub(r"\W", "_", space) for space in spaces), name))


def schema_of_columns(name: str, columns: pa.Schema, never_null: Set[str]) -> Schema:
    """The record of a row. Times are timestamp-micros, numbers int, long or double."""
    fields = [_field(f.name, _column_type(f.type), nullable=f.name not in never_null) for f in columns]
    return {"type": "record", "name": name, "fields": fields}


def schema_of_structs(name: str, *kinds: type[msgspec.Struct]) -> Schema:
    """The record of a struct, or of any of ``kinds`` that go to one topic, with the tag that tells which.

    Fields that not all kinds have are null in the others. Enumerations are texts: a name that is added to one
    would break its readers.
    """
    infos = [_struct(kind) for kind in kinds]
    fields: dict[str, Schema] = {}
    tags = {info.tag_field for info in infos} - {None}
    for tag in sorted(map(str, tags)):
        fields[tag] = {"name": tag, "type": "string"}
    for info in infos:
        for field in info.fields:
            in_all = all(field.name in {f.name for f in other.fields} for other in infos)
            fields.setdefault(field.encode_name, _struct_field(name.lower(), field, nullable=not in_all))
    return {"type": "record", "name": name, "fields": list(fields.values())}


def without_logical_types(schema: Any) -> Any:
    """``schema`` with dates, times and decimals as the numbers and bytes that they are in the binary form."""
    if isinstance(schema, list):
        return [without_logical_types(branch) for branch in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {name: value for name, value in schema.items() if name != "logicalType"}
    for name in ("type", "items", "values", "fields"):
        if name in kept:
            kept[name] = without_logical_types(kept[name])
    return kept


def _field(name: str, kind: Any, *, nullable: bool) -> Schema:
    if nullable:
        return {"name": name, "type": ["null", kind], "default": None}
    return {"name": name, "type": kind}


def _column_type(kind: pa.DataType) -> Any:
    if pa.types.is_dictionary(kind):
        return _column_type(kind.value_type)
    if pa.types.is_timestamp(kind) and kind.unit == "us":
        return {"type": "long", "logicalType": "timestamp-micros"}
    for fits, name in (
        (pa.types.is_string, "string"),
        (pa.types.is_binary, "bytes"),
        (pa.types.is_boolean, "boolean"),
        (pa.types.is_float64, "double"),
        (lambda k: pa.types.is_integer(k) and k.bit_width <= 32 and k != pa.uint32(), "int"),  # noqa: PLR2004
        (lambda k: pa.types.is_integer(k) and k != pa.uint64(), "long"),
    ):
        if fits(kind):
            return name
    raise TypeError(f"no Avro type is declared for columns of {kind}")


def _struct(kind: Any) -> inspect.StructType:
    info = inspect.type_info(kind)
    if not isinstance(info, inspect.StructType):
        raise TypeError(f"{kind} is no struct")
    return info


def _struct_field(space: str, field: inspect.Field, *, nullable: bool) -> Schema:
    kind, optional = _without_null(field.type)
    made = _field(field.encode_name, _struct_type(space, kind), nullable=nullable or optional)
    if not (nullable or optional) and isinstance(field.default, bool | int | float | str):
        default = field.default
        made["default"] = default.value if isinstance(default, enum.Enum) else default
    return made


def _without_null(kind: inspect.Type) -> tuple[inspect.Type, bool]:
    if not isinstance(kind, inspect.UnionType):
        return kind, False
    others = [other for other in kind.types if not isinstance(other, inspect.NoneType)]
    if len(others) != 1:
        raise TypeError(f"no Avro type is declared for {kind}")
    return others[0], len(others) < len(kind.types)


def _struct_type(space: str, kind: inspect.Type) -> Any:
    if type(kind) in _SCALARS:
        return _SCALARS[type(kind)]
    if isinstance(kind, _TEXTS):
        return "string"
    if isinstance(kind, inspect.ListType | inspect.VarTupleType):
        return {"type": "array", "items": _struct_type(space, kind.item_type)}
    if isinstance(kind, inspect.StructType):
        fields = [_struct_field(space, field, nullable=False) for field in kind.fields]
        return {"type": "record", "name": f"{space}.{kind.cls.__name__}", "fields": fields}
    raise TypeError(f"no Avro type is declared for {kind}")
