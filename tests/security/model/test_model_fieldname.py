"""The name of the field that a value is of, in the ways texts write fields; what such a name says."""

import pytest

from security.model.fieldname import ANYTHING, NO_NAME, OTHER, field_name, said_by


@pytest.mark.parametrize(
    ("marked", "name"),
    [
        ('{"token_type": "x", "device": "‹Phone1›"}', "device"),
        ('{\\"api key\\":\\"‹Zed9›\\"}', "api key"),
        ("{'user': '‹joe9›'}", "user"),
        ("user='‹joe9›' from=x", "user"),
        ("level=info auth.token=‹Zed9›", "auth.token"),
        ('"groups": ["Group1", "‹Group2›"]', "groups"),
        ("<Data Name='TargetUserName'>‹AZ-01$›</Data>", "TargetUserName"),
        ("<pw>‹abc1›</pw>", "pw"),
        ("password: ‹abc1›", "password"),
        ("secret => ‹abc1›", "secret"),
        ("the ‹abc1›", ""),
        ("‹abc1›", ""),
        ("a key, ‹abc1›", ""),
    ],
)
def test_a_value_is_of_the_field_whose_name_stands_before_it(marked: str, name: str) -> None:
    start = marked.index("‹")
    assert field_name(marked.replace("‹", "").replace("›", ""), start) == name


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("dbPassword", "P"),
        ("x-api-key", "T"),
        ("otp", "C"),
        ("userName", "L"),
        ("user_token", "T"),
        ("new_value", ANYTHING),
        ("user_data", ANYTHING),
        ("device", OTHER),
        ("", NO_NAME),
    ],
)
def test_a_name_says_what_its_words_say_secrets_first(name: str, said: str) -> None:
    assert said_by(name) == said
