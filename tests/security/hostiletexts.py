"""Texts made to keep whoever reads them busy: each a function of how long it is to be."""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Final

Text = Callable[[int], str]


def repeated(text: str, before: str = "", after: str = "") -> Text:
    """``text`` again and again."""
    return lambda size: before + text * (size // len(text)) + after


def numbered(text: str, between: str = " ", before: str = "", after: str = "") -> Text:
    """``text`` again and again, with another number each time."""
    return lambda size: before + between.join(text.format(n) for n in range(size // len(text))) + after


def _base64_of_base64(size: int) -> str:
    """As many times as fit."""
    text = b"mail jane.doe@example.com and many more words "
    while len(text) * 4 // 3 < size:
        text = base64.b64encode(text)
    return text.decode()


def _base64_thrice(size: int) -> str:
    text = " ".join(f"u{n}@example.com" for n in range(size // 40)).encode()
    for _ in range(3):
        text = base64.b64encode(text)
    return text.decode()


def _json_in_json(size: int) -> str:
    text = " ".join(f"u{n}@example.com" for n in range(size // 20))
    for _ in range(3):
        text = json.dumps({"a": text})
    return text


def _long_name(size: int) -> str:
    values = ",".join(['"u@example.com"'] * (size // 32))
    return f'{{"{"n" * (size // 2)}":[{values}]}}'


TEXTS: Final[Mapping[str, Text]] = {
    "percent-encoded signs": repeated("%40"),
    "escaped signs": repeated(r"\u0040"),
    "escaped signs in JSON": repeated(r"\u0040", '{"m":"', '"}'),
    "lone surrogates in JSON": repeated(r"\ud800", '{"m":"', '"}'),
    "pairs of surrogates in JSON": repeated(r"\ud83d\ude00 u@example.com", '{"m":"', '"}'),
    "hexadecimal escapes": repeated(r"\x40"),
    "percent of percent": repeated("%2525252540"),
    "percent-encoded addresses": repeated("u%40example.com%20"),
    "one letter": repeated("a", after="!"),
    "NUL": repeated("\0"),
    "quotes": repeated('"'),
    "quotes in quotes": repeated("\"'"),
    "escaped quotes": repeated(r"\""),
    "backslashes": repeated("\\"),
    "brackets": repeated("("),
    "square brackets": repeated("["),
    "objects that are not closed": repeated('{"a":'),
    "begins of tokens": repeated("eyJ"),
    "parts of tokens": repeated("eyJhbGciOiJIUzI1NiJ9."),
    "keys without end": repeated("-----BEGIN PRIVATE KEY-----"),
    "lines of keys without end": repeated("-----BEGIN PRIVATE KEY-----\n"),
    "passwords without value": repeated("password="),
    "passwords without value, apart": repeated("password= "),
    "a password without end": repeated(r"\"", 'password="'),
    "passwords": numbered("password=x{}yzzyAbc"),
    "half masks": repeated("***-", "password=", "!"),
    "stars and dashes": repeated("*-", "password=", "!"),
    "dashes": repeated("-", "password="),
    "masks": repeated("[JWT]", "password=", "!"),
    "addresses": numbered("u{}@example.com"),
    "addresses in a row": repeated("u@example.com"),
    "parts of addresses": repeated("a.", after="@"),
    "at": repeated("a@"),
    "digits": repeated("1234567890"),
    "digits in groups": repeated("1234 5678 "),
    "digits with dashes": repeated("4-"),
    "cards": repeated("4111 1111 1111 1111 "),
    "phones": repeated("+1 415 555 2671 "),
    "a phone without end": repeated("1 ", "phone "),
    "accounts": repeated("DE89 3704 0044 0532 0130 00 "),
    "begins of URLs": repeated("://"),
    "databases": repeated("postgres://u:p@"),
    "names of fields": repeated('"key":'),
    "headers": repeated("Authorization: Basic "),
    "numbers of people": repeated("ssn 123-45-6789 "),
    "begins of numbers of people": repeated("tax id "),
    "colons": repeated("a:"),
    "dots": repeated("1."),
    "blanks": repeated(" ", after="x\n"),
    "blanks and carriage returns": repeated(" \r", after="\n"),
    "line feeds": repeated("\n"),
    "addresses over lines": repeated("jane@\nexample.com\n"),
    "emoji": repeated("\U0001f600"),
    "what joins": repeated("\u200d"),
    "base64": lambda size: base64.b64encode(b"mail jane.doe@example.com " * (size // 36)).decode(),
    "base64 of base64 of base64": _base64_thrice,
    "base64 of base64 and so on": _base64_of_base64,
    "many of base64": repeated(base64.b64encode(b"user u@example.com is here").decode() + " "),
    "names in JSON": numbered('"k{}":1', ",", "{", "}"),
    "names that are masked alike": repeated('"u@example.com":1,', "{", '"":0}'),
    "secrets in JSON": repeated('{"password":"abcdefgh"},', "[", "0]"),
    "values below a long name": _long_name,
    "JSON in JSON": _json_in_json,
    "addresses in JSON": numbered('"u{}@example.com"', ",", "[", "]"),
    "lists that are not closed": repeated("(a,b"),
    "structured data": repeated(r'x="\\', "<34>1 - h a p m ["),
    "frames": repeated("\tat a.b(c.java:1)\n", "2024-01-01 12:00:00 ERROR x\n"),
    "ways up": repeated("../"),
    "logins": repeated("login failed for user "),
    "pairs": numbered("k{}=v"),
}
