"""Values of log calls: copied, bounded, JSON whatever they are, and none hurts the caller."""

import datetime
import decimal
import enum
import json
import math
import pathlib
import uuid
from collections import UserDict
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.logs import CUT, JsonFormatter, Limits
from telemetry.logs.values import MARGIN, Copier, shortened
from tests.telemetry.logs.loglines import Lines, formatted

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


class Colour(enum.StrEnum):
    RED = "red"


class Hostile:
    def __repr__(self) -> str:
        raise RuntimeError("no")


class HostileText(str):
    def __str__(self) -> str:
        raise RuntimeError("no")


class HostileDict(UserDict[str, int]):
    def items(self) -> Any:
        raise OSError("gone")


def copied(value: Any, limits: Limits | None = None) -> Any:
    return Copier(limits or Limits()).value(value)


@given(JSON)
def test_what_json_can_hold_stays_what_it_is(value: Any) -> None:
    assert copied(value, Limits(depth=100)) == value


@given(st.from_type(type).flatmap(st.from_type) | st.binary() | st.complex_numbers())
def test_any_value_at_all_becomes_json(value: Any) -> None:
    text = json.dumps(copied(value), allow_nan=False)
    assert copied(json.loads(text)) == json.loads(text)


@pytest.mark.parametrize(
    "value, expected",
    [
        (math.nan, "NaN"),
        (-math.inf, "-Infinity"),
        (2**70, str(2**70)),
        (True, True),
        (Colour.RED, "red"),
        (enum.IntEnum("N", {"A": 3}).A, 3),  # type: ignore[attr-defined]
        (np.float32(0.5), 0.5),
        (np.int64(5), 5),
        (datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC), "2026-01-02T03:04:05+00:00"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (decimal.Decimal("1.50"), "1.50"),
        (pathlib.PurePosixPath("/a/b"), "/a/b"),
        (b"caf\xc3\xa9\xff", "café\\xff"),
        ((1, {2}), [1, [2]]),
        ({1: 2, None: 3}, {"1": 2, "None": 3}),
        (UserDict({"a": 1}), {"a": 1}),
        (Hostile(), "<Hostile: RuntimeError when it was read>"),
        ([Hostile(), 1], ["<Hostile: RuntimeError when it was read>", 1]),
        (HostileText("text"), "text"),
        (HostileDict(), "<HostileDict: OSError when it was read>"),
    ],
)
def test_other_values_become_what_a_reader_expects(value: Any, expected: Any) -> None:
    assert copied(value) == expected
    assert type(copied(value)) is type(expected)


def test_a_value_that_changes_after_the_call_was_logged_as_it_was() -> None:
    lines = Lines()
    cart, state = {"items": [1]}, ["open"]
    with lines.logger() as log:
        for _ in range(100):
            log.info("cart %s", state, extra={"cart": cart})
        cart["items"].append(2)
        state[0] = "paid"
    for line in lines.all():
        assert line["attributes"]["cart"] == {"items": [1]}
        assert line["body"] == "cart ['open']"


def test_what_contains_itself_ends() -> None:
    loop: list[Any] = [1]
    loop.append(loop)
    tree: dict[str, Any] = {}
    tree["self"] = tree
    assert CUT in json.dumps(copied(loop), ensure_ascii=False)
    assert CUT in json.dumps(copied(tree), ensure_ascii=False)


def test_a_record_is_bounded_whatever_it_is_given() -> None:
    limits = Limits(text=100, total=20_000, values=50, depth=3)
    wide = {f"k{n}": {f"j{m}": ["x" * 9000] * 100 for m in range(100)} for n in range(100)}
    text = formatted(JsonFormatter("s", limits=limits), "b" * 10_000_000, wide=wide, more=wide)
    assert len(text) < 30_000
    line = json.loads(text)
    assert line["body"] == "b" * 100 + CUT
    assert CUT in text
    many = json.loads(formatted(JsonFormatter("s", limits=limits), "x", **{f"k{n}": n for n in range(1000)}))
    assert len(many["attributes"]) == 50 + 1 + 4
    assert many["attributes"][CUT] == 950


@given(st.text(max_size=40), st.integers(1, 30))
def test_a_text_within_its_limit_is_not_touched(text: str, limit: int) -> None:
    found = shortened(text, text, limit)
    assert found == text if len(text) <= limit else found == text[:limit] + CUT


def test_a_secret_at_the_limit_is_seen_whole() -> None:
    secret = "hunter2-hunter2-hunter2"  # noqa: S105
    limits = Limits(text=100)

    def redact(text: str) -> str:
        return text.replace(secret, "*")

    formatter = JsonFormatter("s", redact=redact, limits=limits)
    for place in range(60, 120):
        assert "hunter2" not in formatted(formatter, "b" * place + secret + "c" * 5000)
    # and where masks made the text so much shorter that the place of the cut lies within the limit
    for place in range(30):
        many = secret * ((100 + MARGIN) // len(secret) + 5)
        assert "hunter2" not in formatted(formatter, "b" * place + many)
