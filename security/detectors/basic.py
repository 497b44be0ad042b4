"""The eight kinds that every stream is freed of; their masks are a contract with whoever reads the output."""

import re
from typing import Final

from security.detectors import checks, masks
from security.detectors.kind import Category, Kind, Rank

_SECRET: Final = Category.SECRET
_PASSWORD_NAME: Final = "(?:password|passwd|passphrase)"  # noqa: S105  a pattern, not a password
_KEY_NAME: Final = "(?:x-)?(?:api|access|secret|auth)[_-]?(?:key|token)"
_ASSIGNS: Final = r"\\*[\"']?\s*[:=]\s*"
_DATABASES: Final = (
    r"(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|mssql|sqlserver|oracle|clickhouse)"
)
_URL: Final = rf"(?i:(?:jdbc:)?{_DATABASES}(?:\+\w+)?://)[^\s\"'<>]+"
_KEY_SHAPES: Final = (
    r"(?:AKIA|ASIA)[0-9A-Z]{16}"
    r"|gh[pousr]_[0-9A-Za-z]{36,}"
    r"|github_pat_[0-9A-Za-z_]{36,}"
    r"|glpat-[0-9A-Za-z_-]{20,}"
    r"|xox[abprs]-[0-9A-Za-z-]{10,}"
    r"|AIza[0-9A-Za-z_-]{35}"
    r"|(?:(?:sk|rk|pk)_(?:live|test)|whsec)_[0-9A-Za-z]{16,}"
    r"|sk-[0-9A-Za-z_-]{20,}"
)
_NORTH_AMERICAN: Final = r"(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[-. ])[2-9]\d{2}[-. ]\d{4}"
_INTERNATIONAL: Final = r"\+[1-9]\d{0,2}(?:[-. ]?\(?\d{1,4}\)?){2,5}"
_PHONE_DIGITS: Final = 8  # fewer digits after a plus are no telephone number (ITU-T E.164 has none so short)
_DECIMAL: Final = re.compile(r"\+\d+\.\d+$")


def _is_phone(value: str) -> bool:
    return sum(map(str.isdigit, value)) >= _PHONE_DIGITS and not _DECIMAL.match(value)


def _has_digit(value: str) -> bool:
    """``sk-`` begins words as well."""
    return not value.startswith("sk-") or any(map(str.isdigit, value))


def _is_of_a_person(value: str) -> bool:
    """``git`` is the user of every repository, and nobody."""
    return not value.startswith("git@")


BASIC: Final = (
    Kind(
        name="database_url",
        title="Address of a database, which may hold its password",
        category=_SECRET,
        pattern=_URL,
        hints=(rf"(?i:{_DATABASES}(?:\+\w+)?://)",),
        mask=masks.DATABASE_URL,
        rank=Rank.CONTAINER,
        family="database_url",
        matches=("connecting to ‹postgresql://app:pw@db:5432/orders› failed",),
        misses=("see https://example.com/postgres",),
    ),
    Kind(
        name="jwt",
        title="JSON Web Token (RFC 7519)",
        category=_SECRET,
        pattern=r"eyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*",
        not_after=r"\w-",
        hints=("eyJ",),
        mask=masks.JWT,
        rank=Rank.CONTAINER - 1,
        family="jwt",
        matches=("token ‹eyJhbGciOi9.eyJzdWIiOiIx.c2lnbmF0dXJl›",),
        misses=("eyJhbGciOi9 alone",),
    ),
    Kind(
        name="api_key",
        title="Key of an interface, by the fixed beginnings of the most common ones",
        category=_SECRET,
        pattern=_KEY_SHAPES,
        not_after="^\\W_",
        hints=(
            "A[KS]IA",
            "gh[pousr]_",
            "github_pat_",
            "glpat-",
            "xox[abprs]-",
            "AIza",
            "[srp]k_(?:live|test)_",
            "whsec_",
            "sk-",
        ),
        check=_has_digit,
        mask=masks.API_KEY,
        rank=Rank.SHAPE - 1,
        family="api_key",
        matches=("key ‹AKIAQWERTYUIOP123456›", "‹ghp_" + "a1B2" * 9 + "›"),
        misses=("sk-learn-something-long-name-here",),
    ),
    Kind(
        name="api_key",
        title="Key of an interface, by the name before it",
        category=_SECRET,
        pattern=(
            f"(?i:{_KEY_NAME}{_ASSIGNS})"
            "(?:\"(?P<value1>[^\"]{8,})\"|'(?P<value2>[^']{8,})'"
            "|[\"']?(?i:bearer )?(?P<value3>[\\w./+-]{8,}=*))"
        ),
        hints=(f"(?i:{_KEY_NAME}{_ASSIGNS})",),
        mask=masks.API_KEY,
        rank=Rank.NAMED,
        fields=f"(?:.*[^a-z0-9])?{_KEY_NAME}",
        family="api_key",
        matches=('x-api-key: "‹0123456789abcdef›"', "api_key=‹0123456789abcdef›"),
        misses=("api_key=short", "the api key: none"),
    ),
    Kind(
        name="password",
        title="Password, by the name before it",
        category=_SECRET,
        pattern=(
            f"(?i:{_PASSWORD_NAME}{_ASSIGNS})"
            r"(?:\"(?P<value1>[^\"]*)\"|'(?P<value2>[^']*)'|[\"']?(?P<value3>[^\s\"',;&]+))"
            f"|(?i:pwd{_ASSIGNS})"
            r"(?:\"(?P<value4>[^\"/][^\"]*)\"|'(?P<value5>[^'/][^']*)'|[\"']?(?P<value6>[^\s\"',;&/][^\s\"',;&]*))"
        ),
        hints=(f"(?i:(?:{_PASSWORD_NAME}|pwd){_ASSIGNS})",),
        mask=masks.PASSWORD,
        rank=Rank.NAMED,
        fields="(?:.*[^a-z0-9])?(?:password|passwd|passphrase|pwd)",
        family="password",
        matches=("password=‹hunter2› x", "Passwd: '‹s3cret›'", 'password="‹correct horse›"'),
        misses=("the password was wrong", "pwd:/home/jane"),
    ),
    Kind(
        name="email",
        title="Address of electronic mail (RFC 5321, RFC 6531)",
        category=Category.PII,
        pattern=r"[\pL\pN_.%+'-]+@(?:[\pL\pN_-]+\.)+\pL{2,}",
        hints=(r"@[^\s@]*\.",),
        check=_is_of_a_person,
        mask=masks.email,
        rank=Rank.TEXT,
        family="email",
        matches=("user ‹jane.doe@example.com› failed", "‹müller@bücher.example›"),
        misses=("user@localhost", "git@github.com:org/repo"),
    ),
    Kind(
        name="credit_card",
        title="Number of a payment card (ISO/IEC 7812), 12 to 19 digits",
        category=Category.PCI,
        pattern=r"\d(?:[ -]?\d){11,40}",
        not_after=r"\w.+-",
        not_before=r"\w-",
        hints=(r"\d(?:[ -]?\d){11}",),
        within=checks.cards,
        mask=masks.card,
        rank=Rank.NUMBER,
        family="credit_card",
        matches=("card ‹4111 1111 1111 1111› declined", "‹378282246310005›"),
        misses=("4111 1111 1111 1112", "9999999999999995", "4111 1111 1111 1112 0"),
    ),
    Kind(
        name="ssn",
        title="Social security number of the United States",
        category=Category.PII,
        pattern=r"\d{3}-\d{2}-\d{4}",
        not_after=r"\w-",
        not_before=r"\w-",
        check=checks.is_issued_ssn,
        mask=masks.SSN,
        rank=Rank.NUMBER,
        family="ssn",
        matches=("ssn ‹123-45-6789›",),
        misses=("000-12-3456", "666-12-3456", "900-12-3456", "123-00-4567", "123-45-0000"),
    ),
    Kind(
        name="phone",
        title="Telephone number",
        category=Category.PII,
        pattern=rf"(?:\+1[-. ]?|1[-. ])?(?:{_NORTH_AMERICAN}|{_INTERNATIONAL})",
        not_after=r"\w.+(-",
        not_before=r"\w-",
        hints=(_NORTH_AMERICAN, r"\+[1-9][\d .()-]{6}"),
        check=_is_phone,
        mask=masks.PHONE,
        rank=Rank.LOOSE,
        family="phone",
        matches=("call ‹(415) 555-2671›", "‹+4915112345678›", "‹1-800-555-0199›"),
        misses=("+1.23456789", "2023-01-29T08:41:09.074694Z"),
    ),
)
