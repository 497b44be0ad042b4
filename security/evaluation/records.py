"""fields → payload: the ways in which programs write names with their values."""

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from security.evaluation.draw import Draw
from security.evaluation.marked import (
    Encode,
    Marked,
    encoded,
    in_ascii_json,
    in_base64,
    in_csv,
    in_double,
    in_form,
    in_html_json,
    in_json,
    in_loose_url,
    in_single,
    in_slash_json,
    in_sql,
    in_url,
    in_xml,
    joined,
    plain,
)
from security.evaluation.names import styled
from security.evaluation.noise import fill

Fields = list[tuple[str, Marked]]
_ANY: Final = ("snake", "camel")
_CODE: Final = ("snake", "camel", "kebab", "upper")
_PLACES: Final = re.compile("«k»|«v»")


class Record(NamedTuple):
    """``before`` + pairs with ``between`` them + ``behind``. ``fits``: what values can be written so."""

    name: str
    before: str
    pair: str
    between: str
    behind: str
    encode: Encode = plain
    styles: tuple[str, ...] = _ANY
    fits: str = r"[^\n]+"


_WORD: Final = r"[^\s\"']+"
RECORDS: Final = (
    Record("json", "{", '"«k»":"«v»"', ",", "}", in_json),
    Record("json-spaced", "{", '"«k»": "«v»"', ", ", "}", in_ascii_json),
    Record("json-go", "{", '"«k»":"«v»"', ",", "}", in_html_json),
    Record("json-php", "{", '"«k»":"«v»"', ",", "}", in_slash_json),
    Record(
        "json-nested", '{"event":"profile.updated","data":{"account":{', '"«k»":"«v»"', ",", "}}}", in_json
    ),
    Record("json-array", '{"items":[{', '"«k»":"«v»"', ",", '}],"count":1}', in_json),
    Record("json-pretty", "{\n", '  "«k»": "«v»"', ",\n", "\n}", in_json),
    Record(
        "json-pair", '[{"name":"source","value":"web"},', '{"name":"«k»","value":"«v»"}', ",", "]", in_json
    ),
    Record("python-dict", "{", "'«k»': '«v»'", ", ", "}", in_single, ("snake",)),
    Record("python-kwargs", "update_profile(", "«k»='«v»'", ", ", ")", in_single, ("snake",)),
    Record("python-tuples", "[", "('«k»', '«v»')", ", ", "]", in_single, ("snake",)),
    Record("java-record", "Customer[", "«k»=«v»", ", ", "]", plain, ("camel",)),
    Record("java-lombok", "CustomerDto(", "«k»=«v»", ", ", ")", plain, ("camel",)),
    Record("java-bean", "Customer{", "«k»='«v»'", ", ", "}", plain, ("camel",)),
    Record("java-map", "{", "«k»=«v»", ", ", "}", plain, ("camel", "snake")),
    Record("kotlin", "Account(", '«k»="«v»"', ", ", ")", in_double, ("camel",)),
    Record("go-struct", "&{", "«k»:«v»", " ", "}", plain, ("pascal",)),
    Record("go-map", "map[", "«k»:«v»", " ", "]", plain),
    Record("rust-debug", "Customer { ", '«k»: "«v»"', ", ", " }", in_double, ("snake",)),
    Record("ruby-params", "Parameters: {", '"«k»"=>"«v»"', ", ", "}", in_double, ("snake",)),
    Record("ruby-symbols", "#<Customer ", '«k»: "«v»"', ", ", ">", in_double, ("snake",)),
    Record("php-array", "Array\n(\n", "    [«k»] => «v»", "\n", "\n)", plain),
    Record("elixir", "%{", '«k»: "«v»"', ", ", "}", in_double, ("snake",)),
    Record("node-inspect", "{ ", "«k»: '«v»'", ", ", " }", in_single, ("camel",)),
    Record("csharp", "{ ", "«k» = «v»", ", ", " }", plain, ("pascal",)),
    Record("query", "«method» «path»?", "«k»=«v»", "&", " HTTP/1.1", in_url, ("snake", "camel", "kebab")),
    Record("query-loose", "url=https://shop.internal«path»?", "«k»=«v»", "&", "", in_loose_url),
    Record("form", "body=", "«k»=«v»", "&", "", in_form),
    Record("xml", "<customer>", "<«k»>«v»</«k»>", "", "</customer>", in_xml, ("camel", "pascal", "snake")),
    Record("xml-attributes", "<customer ", '«k»="«v»"', " ", "/>", in_xml, ("camel", "snake")),
    Record(
        "soap", "<soap:Body><ns2:update>", "<ns2:«k»>«v»</ns2:«k»>", "", "</ns2:update></soap:Body>", in_xml
    ),
    Record("yaml", "customer:\n", "  «k»: «v»", "\n", "", plain, _CODE),
    Record("yaml-quoted", "", '«k»: "«v»"', "\n", "", in_double, _CODE),
    Record("toml", "[customer]\n", '«k» = "«v»"', "\n", "", in_double, ("snake",)),
    Record("properties", "", "app.«k»=«v»", "\n", "", plain, ("kebab", "camel", "snake")),
    Record("logfmt", "op=update ", '«k»="«v»"', " ", " took=«ms»", in_double, ("snake",)),
    Record("logfmt-bare", "op=update ", "«k»=«v»", " ", " took=«ms»", plain, _CODE, _WORD),
    Record("colon", "", "«k»: «v»", ", ", "", plain, ("snake", "camel", "title")),
    Record("colon-tight", "", "«k»:«v»", ";", "", plain, _CODE),
    Record("arrow", "", "«k» => «v»", ", ", "", plain),
    Record("thin-arrow", "changed ", "«k» -> «v»", ", ", "", plain),
    Record("brackets", "", "[«k»: «v»]", " ", "", plain, ("snake", "camel", "title")),
    Record("brackets-equal", "", "[«k»=«v»]", "", "", plain, ("snake", "camel")),
    Record("is", "validation: ", "«k» is «v»", " and ", "", plain, ("snake", "camel", "title")),
    Record("sql-set", "UPDATE customers SET ", "«k» = '«v»'", ", ", " WHERE id = «int»", in_sql, ("snake",)),
    Record(
        "sql-where", "SELECT * FROM customers WHERE ", "c.«k»='«v»'", " AND ", " LIMIT 10", in_sql, ("snake",)
    ),
    Record("mongo", '{ _id: ObjectId("«objectid»"), ', '«k»: "«v»"', ", ", " }", in_double, ("camel",)),
    Record("graphql", "mutation { save(input: { ", '«k»: "«v»"', ", ", " }) { id } }", in_double, ("camel",)),
    Record("headers", "> POST «path» HTTP/1.1\n", "> X-«k»: «v»", "\n", "\n>", plain, ("header",)),
    Record("curl", "curl -sS https://api.corp.internal«path» -d '{", '"«k»":"«v»"', ",", "}'", in_json),
    Record(
        "curl-form", "curl https://api.corp.internal«path» ", "-F «k»='«v»'", " ", "", in_single, ("snake",)
    ),
    Record("flags", "+ ./sync.sh ", "--«k» «v»", " ", " --dry-run", plain, ("kebab",), _WORD),
    Record("flags-equal", "running: tool import ", "--«k»='«v»'", " ", "", in_single, ("kebab",)),
    Record("export", "", "export «k»=«v»", "\n", "", plain, ("upper",), _WORD),
    Record("env-quoted", "", '«k»="«v»"', "\n", "", in_double, ("upper",)),
    Record(
        "docker",
        "docker run --rm ",
        "-e «k»=«v»",
        " ",
        " registry.corp/app:«version»",
        plain,
        ("upper",),
        _WORD,
    ),
    Record("redis", '"HSET" "user:«int»" ', '"«k»" "«v»"', " ", "", in_double, ("snake",)),
    Record("proto-text", "customer { ", '«k»: "«v»"', " ", " }", in_double, ("snake",)),
    Record("syslog-data", "[req@32473 ", '«k»="«v»"', " ", "]", in_double),
    Record("cef", "CEF:0|Corp|Portal|«version»|100|profile change|3|", "«k»=«v»", " ", "", plain, ("camel",)),
    Record("table", "| ", "«k» | «v»", " | ", " |", plain, ("snake", "title")),
    Record("tabs", "", "«k»:\t\t«v»", "\n", "", plain, ("title",)),
    Record("rejected", "", "Field error on field '«k»': rejected value [«v»]", "; ", "", plain, ("camel",)),
    Record("invalid", "", 'invalid «k» "«v»"', ", ", "", in_double, ("snake", "camel", "title")),
)


def record(draw: Draw, one: Record, fields: Fields) -> Marked:
    """The fields as ``one`` writes them, with harmless ones around."""
    parts: list[Marked | str] = ["".join(fill(one.before, draw))]
    for index, (name, value) in enumerate(_with_decoys(draw, fields)):
        if index:
            parts.append(one.between)
        parts += _pair(draw, one, name, value)
    parts.append("".join(fill(one.behind, draw)))
    return joined(parts)


def _pair(draw: Draw, one: Record, name: str, value: Marked) -> list[Marked | str]:
    key = styled(draw, name, one.styles)
    found: list[Marked | str] = []
    at = 0
    for place in _PLACES.finditer(one.pair):
        found.append(one.pair[at : place.start()])
        found.append(key if place[0] == "«k»" else encoded(value, one.encode))
        at = place.end()
    return [*found, one.pair[at:]]


def _with_decoys(draw: Draw, fields: Fields) -> Fields:
    """Harmless fields before and behind: as many as are usual, none now and then."""
    decoys = [draw.choice(_DECOYS) for _ in range(draw.randrange(4))]
    filled = [(name, Marked("".join(fill(value, draw)))) for name, value in dict(decoys).items()]
    at = draw.randint(0, len(filled))
    return [*filled[:at], *fields, *filled[at:]]


_DECOYS: Final = (
    ("id", "«int»"), ("order_id", "«int»"), ("status", "active"), ("request_id", "«uuid»"), ("plan", "pro"),
    ("created_at", "«iso»"), ("retries", "3"), ("enabled", "true"), ("source", "mobile"), ("currency", "EUR"),
    ("version", "«version»"), ("duration_ms", "«ms»"), ("locale", "en_GB"), ("channel", "web"), ("page", "2"),
)  # fmt: skip


def _columns(draw: Draw, fields: Fields, between: str, quoted: bool) -> Marked:
    """A header and a row."""
    both = _with_decoys(draw, fields)
    parts: list[Marked | str] = [between.join(name for name, _ in both), "\n"]
    for index, (_, value) in enumerate(both):
        mark = '"' if quoted or between in value.text or '"' in value.text else ""
        parts += between if index else "", mark, encoded(value, in_csv), mark
    return joined(parts)


def _insert(draw: Draw, fields: Fields) -> Marked:
    both = _with_decoys(draw, fields)
    names = ", ".join(name for name, _ in both)
    parts: list[Marked | str] = [f"INSERT INTO customers ({names}) VALUES ("]  # noqa: S608  a log line
    for index, (_, value) in enumerate(both):
        parts += ", '" if index else "'", encoded(value, in_sql), "'"
    return joined([*parts, ")"])


def _duplicate_key(draw: Draw, fields: Fields) -> Marked:
    parts: list[Marked | str] = [
        f'ERROR: duplicate key value violates unique constraint "customers_{fields[0][0]}_key"\n'
        f"DETAIL:  Key ({', '.join(name for name, _ in fields)})=("
    ]
    for index, (_, value) in enumerate(fields):
        parts += ", " if index else "", value
    return joined([*parts, ") already exists."])


def _by_name(name: str) -> Record:
    return next(one for one in RECORDS if one.name == name)


def _in_string(draw: Draw, fields: Fields) -> Marked:
    inner = record(draw, _by_name("json"), fields)
    return joined(['{"topic":"customers","payload":"', encoded(inner, in_json), '"}'])


def _in_string_twice(draw: Draw, fields: Fields) -> Marked:
    return joined(['{"Message":"', encoded(_in_string(draw, fields), in_json), '"}'])


def _in_query(draw: Draw, fields: Fields) -> Marked:
    inner = record(draw, _by_name("json"), fields)
    return joined(["GET /collect?v=2&data=", encoded(inner, in_url), " HTTP/1.1"])


def _base64(draw: Draw, fields: Fields) -> Marked:
    inner = record(draw, _by_name("json"), fields)
    return joined([draw.choice(("payload=", "data: ", '{"data":"', "decoded message ")), in_base64(inner)])


#: Payloads that are no row of pairs.
SPECIAL: Final[dict[str, Callable[[Draw, Fields], Marked]]] = {
    "csv": lambda draw, fields: _columns(draw, fields, ",", quoted=draw.chance(0.5)),
    "csv-semicolon": lambda draw, fields: _columns(draw, fields, ";", quoted=False),
    "tsv": lambda draw, fields: _columns(draw, fields, "\t", quoted=False),
    "sql-insert": _insert,
    "sql-duplicate-key": _duplicate_key,
    "json-in-string": _in_string,
    "json-in-string-twice": _in_string_twice,
    "json-in-query": _in_query,
    "json-in-base64": _base64,
}
PAYLOADS: Final = (*(one.name for one in RECORDS), *SPECIAL)

#: Those in which values stand apart from their names.
COLUMNS: Final = ("csv", "csv-semicolon", "tsv", "sql-insert")


def payload(draw: Draw, fields: Fields, name: str) -> Marked | None:
    """The fields in the payload of that name; None where such values are not written so."""
    if name in SPECIAL:
        fits = name.startswith("json") or all("\n" not in value.text for _, value in fields)
        return SPECIAL[name](draw, fields) if fits else None
    one = _by_name(name)
    if one.encode in {in_json, in_ascii_json, in_html_json, in_slash_json, in_url, in_form}:
        return record(draw, one, fields)
    return record(draw, one, fields) if all(re.fullmatch(one.fits, v.text) for _, v in fields) else None
