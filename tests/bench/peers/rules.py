"""The rules of the job, an event at a time: what users of Bytewax or Quix Streams write in plain Python.

Debezium's value → event | refusal | None. Both are dictionaries; a refusal has a ``reason``.
``None`` is what makes no event: tombstones, updates and deletes.
"""

import os
import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import msgspec

Item = dict[str, Any]

#: How long the first of two equal events is remembered: an hour, and the whole of the capture, because the
#: peers read one partition of a backlog hours ahead of another, and forget by the one that is ahead.
HORIZON_MS: Final = 3_600_000 + 48 * 3_600_000
WAIT_MS: Final = 600_000  # how long an event waits for its series to be declared
_MAX_BYTES: Final = 1_048_576
_YEAR_2000: Final = 946_684_800.0
_DAY_SECONDS: Final = 86_400.0
_SCALARS: Final = (str, int, float, bool, type(None))
_NOT_FINITE: Final = {"NaN": "value_nan", "Infinity": "value_infinite", "-Infinity": "value_infinite"}


def read_event(value: bytes | None) -> Item | None:
    """The event that a change of ``metrics.events`` inserts, masked; or why it is refused."""
    if value is None:
        return None
    change = _change(value)
    if isinstance(change, str):
        return {"reason": change}
    if change["op"] not in ("c", "r"):
        return None
    row, committed_ms = change["after"], change["source"]["ts_ms"]
    tags = row.get("tags")
    if isinstance(tags, str):
        tags = _parsed(redact(tags))
    reason = _reason(row, tags, committed_ms)
    if reason is not None:
        return {"reason": reason, "seq": row.get("seq")}
    return {
        "metric_id": redact(row["metric_id"]),
        "timestamp": row["timestamp"],
        "value": row["value"],
        "tags": tags,
        "seq": row["seq"],
        "committed_ms": committed_ms,
    }


def read_series(value: bytes | None) -> str | None:
    """The metric_id that a change of ``metrics.series`` declares."""
    change = None if value is None else _change(value)
    if not isinstance(change, dict) or change["op"] not in ("c", "r", "u"):
        return None
    return redact(change["after"]["metric_id"])


def encode(item: Item) -> bytes:
    """As it is written."""
    return msgspec.json.encode(item)


def _change(value: bytes) -> Item | str:
    if len(value) > _MAX_BYTES:
        return "oversized"
    try:
        change = msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return "malformed"
    if not isinstance(change, dict) or change.get("op") not in ("c", "r", "u", "d"):
        return "no_change"
    return change


def _parsed(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


def _reason(row: Item, tags: Any, committed_ms: int) -> str | None:
    """The first part of the contract that the row breaks, if any."""
    metric_id, value = row.get("metric_id"), row.get("value")
    if not metric_id or not isinstance(metric_id, str):
        return "metric_id_null" if metric_id is None else "metric_id_empty"
    return (
        _time_reason(row.get("timestamp"), committed_ms)
        or (None if isinstance(value, float | int) else _value_reason(value))
        or _tags_reason(tags)
    )


def _time_reason(text: Any, committed_ms: int) -> str | None:
    if not isinstance(text, str):
        return "timestamp_null" if text is None else "timestamp_malformed"
    try:
        seconds = datetime.fromisoformat(text).timestamp()
    except ValueError:
        return "timestamp_malformed"
    if seconds < _YEAR_2000:
        return "timestamp_1970"
    return "timestamp_future" if seconds > committed_ms / 1000 + _DAY_SECONDS else None


def _value_reason(value: Any) -> str:
    return "value_null" if value is None else _NOT_FINITE.get(value, "value_type")


def _tags_reason(tags: Any) -> str | None:
    match tags:
        case dict():
            nested = any(not isinstance(tag, _SCALARS) for tag in tags.values())
            return "tags_nested" if nested else None
        case None:
            return "tags_null"
        case list():
            return "tags_array"
        case bool():
            return "tags_boolean"
        case str():
            return "tags_string"
        case _:
            return "tags_number"


Replacement = str | Callable[[re.Match[str]], str]


def _keep_name(mask: str) -> Callable[[re.Match[str]], str]:
    return lambda match: match["name"] + mask + match["end"]


def _card(match: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", match.group())
    doubled = [sum(divmod(2 * int(d), 10)) for d in digits[-2::-2]]
    valid = (sum(doubled) + sum(map(int, digits[-1::-2]))) % 10 == 0 and digits[0] in "23456"
    return f"****-****-****-{digits[-4:]}" if valid else match.group()


#: The eight redactions, one expression each, in the order in which they are applied.
REDACTIONS: Final[tuple[tuple[re.Pattern[str], Replacement], ...]] = (
    (
        re.compile(r"(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|mssql)://[^\s\"'<>]+"),
        "[DATABASE_URL]",
    ),
    (re.compile(r"\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*"), "[JWT]"),
    (
        re.compile(
            r"\b(?:(?:AKIA|ASIA)[0-9A-Z]{16}|gh[pousr]_\w{36,}|glpat-[\w-]{20,}|xox[abprs]-[\w-]{10,}"
            r"|AIza[\w-]{35}|(?:sk|rk|pk)_(?:live|test)_\w{16,}|sk-[\w-]{20,})"
        ),
        "[API_KEY]",
    ),
    (
        re.compile(
            r"(?i)(?P<name>(?:password|passwd|pwd|passphrase)[\"']?\s*[:=]\s*[\"']?)[^\s\"',;&]+(?P<end>)"
        ),
        _keep_name("[PASSWORD]"),
    ),
    (
        re.compile(r"(?<![\w.%+'-])([\w.%+'-])[\w.%+'-]*@((?:[\w-]+\.)+[^\W\d_]{2,})"),
        r"\1***@\2",
    ),
    (re.compile(r"\b(?<![.+-])\d(?:[ -]?\d){12,18}\b"), _card),
    (re.compile(r"\b(?<!-)(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}\b(?!-)"), "***-**-****"),
    (
        re.compile(
            r"(?<![\w.+(-])(?:\+1[-. ]?|1[-. ])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[-. ])"
            r"[2-9]\d{2}[-. ]\d{4}(?![\w-])"
            r"|(?<![\w.+(-])\+[1-9]\d{0,2}(?:[-. ]?\(?\d{1,4}\)?){3,5}(?![\w-])"
        ),
        "***-***-****",
    ),
)


def redact(text: str) -> str:
    """``text`` with every sensitive value masked: one pass for each of the eight kinds."""
    for pattern, replacement in REDACTIONS:
        text = pattern.sub(replacement, text)
    return text


if os.environ.get("PEERS_REMEMBER") == "1":  # for those who know that their texts come again and again
    redact = lru_cache(65_536)(redact)
