"""What must not be read is hidden wherever it stands; the rest stays as it was written."""

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from security.policy import Action, Allowed, Named, Policy, Rule
from security.redactor import Redactor

MAIL = "jane.doe@example.com"
REDACTOR = Redactor()


def clean(text: str, redactor: Redactor = REDACTOR) -> str:
    redacted = redactor.redact(text).text
    assert redacted is not None
    return redacted


def test_a_document_stays_as_it_was_written_but_for_what_is_hidden() -> None:
    text = '{ "a" : [1,  2.50, true,null ],"mail":"jane.doe@example.com" , "\\u00e9":"\\u00e9" }'
    assert clean(text) == text.replace(MAIL, "j***@example.com")


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (f"GET /u?mail={quote(MAIL, safe='')}&n=1", "GET /u?mail=j***@example.com&n=1"),
        ("mail jane.doe\\u0040example.com in", "mail j***@example.com in"),
        ("card 4111 1111\n    1111 1111 declined", "card ****-****-****-1111 declined"),
        (
            "app.accessKey=glrt-pFfRwisw9cYxiuAPM2nm\napp.plan=pro\napp.retries=3",
            "app.accessKey=[API_KEY]\napp.plan=pro\napp.retries=3",
        ),
        ('{"a":"{\\"b\\":\\"jane.doe@example.com\\"}"}', '{"a":"{\\"b\\":\\"j***@example.com\\"}"}'),
        ('{"n":4111111111111111}', '{"n":"****-****-****-1111"}'),
        ('{"password":{"old":"x y","new":17}}', '{"password":{"old":"[PASSWORD]","new":"[PASSWORD]"}}'),
        (
            '{"bob@x.com":1,"b***@x.com":2,"bill@x.com":3}',
            '{"b***@x.com":1,"b***@x.com":2,"b***@x.com (2)":3}',
        ),
    ],
)
def test_what_hides_is_hidden(text: str, hidden: str) -> None:
    assert clean(text) == hidden
    assert clean(hidden) == hidden


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_base64_is_opened_and_closed_again(encode: Any) -> None:
    token = encode(json.dumps({"user": MAIL, "note": "aaaa???>>>"}).encode()).decode()
    out = clean(f"payload={token} end")
    inside = out.removeprefix("payload=").removesuffix(" end")
    opened = base64.urlsafe_b64decode(inside.replace("+", "-").replace("/", "_") + "===")
    assert json.loads(opened) == {"user": "j***@example.com", "note": "aaaa???>>>"}
    assert clean(out) == out


def test_findings_stand_where_the_value_stands_in_characters() -> None:
    text = f'é{{"x":"😀 {MAIL}"}}'
    (found,) = REDACTOR.redact(text).found
    assert text[found.finding.start : found.finding.end] == MAIL
    document = f'{{"é":"\\u00e9 {MAIL}","deep":{{"er":["{MAIL}"]}}}}'
    found = REDACTOR.redact(document).found
    assert [document[one.finding.start : one.finding.end] for one in found] == [MAIL, MAIL]
    assert [one.field for one in found] == ["é", "deep.er"]


def wrap(layer: int, text: str) -> str:
    """``text`` in one more layer of what logs put around texts."""
    match layer:
        case 0:
            return json.dumps({"msg": text})
        case 1:
            return json.dumps([text, 1])
        case 2:
            return f"at 12:00 {text} ok"
        case 3:
            return "q=" + quote(text, safe="")
        case _:
            return "b " + base64.b64encode(text.encode()).decode() + " e"


def unwrapped(text: str) -> set[str]:
    """Everything that can be read in ``text`` by whoever takes the trouble."""
    seen, todo = set(), [text]
    while todo:
        one = todo.pop()
        if one in seen:
            continue
        seen.add(one)
        from security.views import views

        todo += [view.text for view in views(one)]
        try:
            values = json.loads(one)
        except ValueError:
            continue
        todo += (
            [
                value
                for value in (values.values() if isinstance(values, dict) else values)
                if isinstance(value, str)
            ]
            if isinstance(values, dict | list)
            else []
        )
    return seen


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=4), st.sampled_from(["", "é ", "{", '"', "\\", "%"]))
def test_whatever_it_is_wrapped_in_it_cannot_be_read(layers: list[int], before: str) -> None:
    text = f"{before}to {MAIL} sent"
    for layer in layers:
        text = wrap(layer, text)
    out = clean(text)
    assert not any(MAIL in readable for readable in unwrapped(out)), out
    assert clean(out) == out


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_redacting_twice_is_redacting_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once


def test_a_document_too_deep_to_be_parsed_is_free_text() -> None:
    depth = 100_000
    assert "jane" not in clean('{"a":' * depth + f'"{MAIL}"' + "}" * depth)


def test_texts_in_texts_without_end_are_hidden_whole() -> None:
    text = f"to {MAIL}"
    for _ in range(9):
        text = json.dumps({"a": text})
    out = clean(text)
    assert "example.com" not in out
    assert "[UNREAD]" in out
    json.loads(out)


def test_a_text_full_of_values_is_hidden_to_its_end() -> None:
    out = clean(f"{MAIL} " * 11_000 + "and jane")
    assert out.count("j***@example.com") == 10_000
    assert out.endswith("[UNREAD]")
    assert "jane" not in out


class TestPolicy:
    def test_an_allowed_value_is_left_alone_and_beats_a_block(self) -> None:
        policy = Policy(
            allowed=(Allowed(value="help@example.com"), Allowed(pattern=r".*@example\.org", kind=("email",)))
        )
        text = "help@example.com ops@example.org jane@example.net"
        assert clean(text, Redactor(policy)) == "help@example.com ops@example.org j***@example.net"

    def test_rules_are_by_kind_source_and_field(self) -> None:
        policy = Policy(
            rules=(
                Rule(action=Action.REPLACE, kind=("pii",), source="shop-*", text="[PERSON]"),
                Rule(action=Action.KEEP, kind=("email",), field="*.contact"),
            )
        )
        redactor = Redactor(policy)
        text = json.dumps({"contact": MAIL, "from": MAIL})
        assert json.loads(redactor.redact(text, source="shop-a", field="attributes").text or "") == {
            "contact": "[PERSON]",
            "from": "[PERSON]",
        }
        assert json.loads(redactor.redact(text, source="other", field="attributes").text or "") == {
            "contact": MAIL,
            "from": "j***@example.com",
        }

    def test_a_line_is_dropped_and_a_field_is(self) -> None:
        lines = Redactor(Policy(rules=(Rule(action=Action.DROP_LINE, kind=("pci",)),)))
        assert lines.redact("card 4111 1111 1111 1111").text is None
        assert clean(MAIL, lines) == "j***@example.com"
        fields = Redactor(Policy(default=Action.DROP_FIELD))
        assert fields.redact(f"to {MAIL}", field="name").text == "[DROPPED]"
        assert json.loads(
            fields.redact(json.dumps({"a": f"to {MAIL}", "b": 1}), field="attributes").text or ""
        ) == {
            "a": "to [DROPPED]",
            "b": 1,
        }

    def test_a_field_that_is_named_is_never_read(self) -> None:
        redactor = Redactor(Policy(fields=(Named(path="*.diagnosis"), Named(path="*.note.*", text="[NOTE]"))))
        text = json.dumps({"diagnosis": "flu", "note": {"a": [1, "x"]}, "b": "ok", "c": {"diagnosis": 7}})
        assert json.loads(redactor.redact(text, field="attributes").text or "") == {
            "diagnosis": "[REDACTED]",
            "note": {"a": ["[NOTE]", "[NOTE]"]},
            "b": "ok",
            "c": {"diagnosis": "[REDACTED]"},
        }


def test_what_was_masked_between_brackets_is_not_found_again() -> None:
    text = "Array\n(\n    [pwd] => [PASSWORD]\n    [page] => 2\n)\n[pwd=[PASSWORD]][id=4]"
    assert Redactor().findings(text) == []


def test_a_field_that_says_that_there_is_no_secret_holds_none() -> None:
    text = '{"password":"${DB_PASSWORD}","api_key":"[FILTERED]","pwd":"None","secret_key":"****"}'
    assert Redactor().redact(text).text == text
