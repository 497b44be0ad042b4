"""draw → payment cards, bank accounts and social security numbers, and what looks like them."""

from functools import cache
from typing import Final

from security.evaluation.case import Value
from security.evaluation.draw import Draw

#: Issuer → (prefixes, lengths); ranges as the schemes publish them (ISO/IEC 7812).
ISSUERS: Final[dict[str, tuple[tuple[str, ...], tuple[int, ...]]]] = {
    "visa": (("4",), (13, 16, 16, 16, 19)),
    "mastercard": (("51", "52", "53", "54", "55", "2221", "2300", "2500", "2699", "2720"), (16,)),
    "amex": (("34", "37"), (15,)),
    "discover": (("6011", "644", "645", "649", "65"), (16, 16, 19)),
    "diners": (("300", "301", "305", "36", "38", "39"), (14,)),
    "jcb": (("3528", "3540", "3589"), (16, 16, 19)),
    "unionpay": (("620", "6221", "6250", "6282", "8171"), (16, 17, 18, 19)),
    "maestro": (("5018", "5020", "5038", "6304", "6759", "6761", "6763"), (12, 13, 14, 15, 16, 18, 19)),
    "mir": (("2200", "2201", "2204"), (16, 17, 18, 19)),
    "rupay": (("508", "6521", "607"), (16,)),
    "elo": (("401178", "438935", "504175", "506699", "636368", "650031"), (16,)),
    "troy": (("979200", "979289"), (16,)),
    "uatp": (("1",), (15,)),
    "interpayment": (("636",), (16, 17, 18, 19)),
    "hipercard": (("606282",), (16,)),
    "dankort": (("5019", "4571"), (16,)),
}
_DOUBLE_OVER: Final = 9


def luhn(body: str) -> str:
    """The check digit behind ``body`` (ISO/IEC 7812-1, annex B)."""
    total = 0
    for index, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if index % 2 == 0 else 1)
        total += value - 9 if value > _DOUBLE_OVER else value
    return str(-total % 10)


def _card_number(draw: Draw, issuer: str) -> str:
    prefixes, lengths = ISSUERS[issuer]
    prefix, length = draw.choice(prefixes), draw.choice(lengths)
    body = prefix + draw.chars(length - len(prefix) - 1, "0123456789")
    return body + luhn(body)


_AMEX_LENGTH: Final = 15
_DINERS_LENGTH: Final = 14


def _grouped(draw: Draw, number: str) -> str:
    sizes = (
        (4, 6, 5) if len(number) == _AMEX_LENGTH else (4, 6, 4) if len(number) == _DINERS_LENGTH else (4,) * 5
    )
    between = draw.choice(("", "", " ", "-", " ", ".", "\u00a0"))
    groups, at = [], 0
    for size in sizes:
        groups.append(number[at : at + size])
        at += size
    return between.join(group for group in groups if group)


def card(draw: Draw) -> Value:
    """A number of an issuer's range that passes Luhn, in one run or in the groups that are printed on it."""
    issuer = draw.some(tuple(ISSUERS))
    if draw.chance(0.4):
        issuer = draw.choice(("visa", "mastercard", "amex"))
    number = _card_number(draw, issuer)
    # what only some issuers use, in a bare run, could be any number: logs name it
    known = issuer in {"visa", "mastercard", "amex", "discover", "diners", "jcb"} and len(number) < 17  # noqa: PLR2004
    text = _grouped(draw, number)
    return Value(text=text, origin=f"{issuer}|{len(number)} digits", bare=known or text != number)


def no_card(draw: Draw) -> Value:
    """Digits of such a length that fail Luhn, or of no issuer; millisecond and nanosecond times."""
    number = _card_number(draw, draw.choice(tuple(ISSUERS)))
    wrong = number[:-1] + str((int(number[-1]) + draw.randint(1, 9)) % 10)
    nobody = draw.choice(("0", "7", "90")) + draw.chars(15, "0123456789")
    text = draw.choice(
        (
            _grouped(draw, wrong),
            nobody,
            f"{draw.randint(1600, 1799)}{draw.chars(15, '0123456789')}",
            f"0x{draw.hex(16)}",
            "0" * 16,
            "*" * 12 + draw.chars(4, "0123456789"),
            f"{draw.digits(20)}{draw.digits(6)}",
            f"XXXX-XXXX-XXXX-{draw.chars(4, '0123456789')}",
        )
    )
    return Value(text=text)


CARD_KEYS: Final = (
    "card_number", "credit_card", "cc_number", "pan", "card", "cardnumber", "cc", "payment_card", "card_no",
    "ccnum", "primary_account_number", "kreditkarte", "debit_card", "account_number", "tarjeta",
)  # fmt: skip
CARD_LABELS: Final = (
    "card", "card number", "credit card", "CC", "PAN", "Kreditkarte", "carte bancaire", "tarjeta", "карта",
    "卡号", "クレジットカード", "Visa", "payment card", "Card No.", "cartão", "kart numarası",
)  # fmt: skip
CARD_SENTENCES: Final = (
    "charge declined for «v»", "payment with card «v» authorized, amount=«int».00", "«v»",
    "token created from «v»", "Refund «v» failed: insufficient funds", "charging card «v» (exp 12/27)",
    "card=«v» cvv=***", "paid by «v», order «int»", "Zahlung mit «v» abgelehnt", "支付卡«v»被拒绝",
    "processor response for «v»: 05", "invalid expiry for «v».",
)  # fmt: skip

_AREAS_NEVER: Final = 666
_AREAS: Final = 899


def ssn(draw: Draw) -> Value:
    """A US social security number of a range that can be issued (rules of the SSA)."""
    area = draw.choice([n for n in range(1, _AREAS + 1) if n != _AREAS_NEVER])
    parts = f"{area:03d}", f"{draw.randint(1, 99):02d}", f"{draw.randint(1, 9999):04d}"
    between = draw.choices(("-", " ", "", ".", "–"), (12, 3, 3, 1, 1))[0]
    return Value(text=between.join(parts), origin=f"separator {between!r}", bare=between == "-")


def no_ssn(draw: Draw) -> Value:
    """The ranges that are never issued, and other numbers with two dashes."""
    text = draw.choice(
        (
            f"000-{draw.digits(2)}-{draw.digits(4)}",
            f"666-{draw.digits(2)}-{draw.digits(4)}",
            f"{draw.digits(3)}-00-{draw.digits(4)}",
            f"{draw.digits(3)}-{draw.digits(2)}-0000",
            f"{draw.digits(2)}-{draw.digits(2)}-{draw.digits(4)}",
            f"{draw.digits(4)}-{draw.digits(2)}-{draw.digits(4)}",
            f"v{draw.digits(3)}-{draw.digits(2)}-{draw.digits(4)}-rc1",
            f"{draw.digits(3)}-{draw.digits(2)}-{draw.digits(5)}",
            "***-**-****",
            "XXX-XX-" + draw.digits(4),
        )
    )
    return Value(text=text)


SSN_KEYS: Final = (
    "ssn", "social_security_number", "social_security_no", "ssn_number", "tax_id", "taxpayer_id", "ss_number",
    "social", "us_ssn",
)  # fmt: skip
SSN_LABELS: Final = (
    "SSN", "ssn", "Social Security Number", "Social Security No.", "social security #", "SS#", "Tax ID",
)  # fmt: skip
SSN_SENTENCES: Final = (
    "applicant «v» approved", "credit check for «v» took «ms»ms", "«v»", "SSN «v» already on file",
    "verify «v» failed", "W-2 generated for ssn «v»", "identity check [«v»] rejected", "ssn:«v»",
)  # fmt: skip


@cache
def _iban_shapes() -> dict[str, tuple[str, ...]]:
    """Country → classes of the characters of its account number, from the IBAN registry that stdnum ships."""
    import re

    from stdnum.iban import _ibandb

    shapes = {}
    for prefix, properties in _all_prefixes(_ibandb):
        structure = re.findall(r"(\d+)!([nac])", properties.get("bban", ""))
        if structure:
            shapes[prefix] = tuple(letter for count, letter in structure for _ in range(int(count)))
    return shapes


def _all_prefixes(database: "object") -> list[tuple[str, dict[str, str]]]:
    found = []
    for first in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        for second in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
            (_, properties), *_ = database.info(first + second)  # type: ignore[attr-defined]
            if properties:
                found.append((first + second, properties))
    return found


_CLASSES: Final = {
    "n": "0123456789",
    "a": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "c": "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
}
_IBAN_MODULUS: Final = 97


def _iban_text(draw: Draw, country: str) -> str:
    body = "".join(draw.choice(_CLASSES[letter]) for letter in _iban_shapes()[country])
    number = int("".join(str(int(char, 36)) for char in body + country + "00"))
    return f"{country}{98 - number % _IBAN_MODULUS:02d}{body}"


def iban(draw: Draw) -> Value:
    """An account of a country by its structure, with check digits by ISO 13616 (mod 97-10).

    The national check digits inside of it are random for countries that have some: most tools do not look.
    """
    import stdnum.iban

    while True:
        country = draw.some(tuple(_iban_shapes()))
        text = _iban_text(draw, country)
        if stdnum.iban.is_valid(text, check_country=draw.chance(0.3)):
            break
        if country == "ES":  # few pass its two check digits by chance
            continue
    way = draw.choice(("compact", "compact", "fours", "fours", "small", "dashes"))
    fours = [text[at : at + 4] for at in range(0, len(text), 4)]
    text = {"compact": text, "fours": " ".join(fours), "small": text.lower(), "dashes": "-".join(fours)}[way]
    return Value(text=text, origin=f"{country}|{way}", bare=way in {"compact", "fours"})


def no_iban(draw: Draw) -> Value:
    """The same with wrong check digits, or a country that has none."""
    text = _iban_text(draw, draw.choice(tuple(_iban_shapes())))
    wrong = text[:2] + f"{(int(text[2:4]) + draw.randint(1, 95)) % 97:02d}" + text[4:]
    other = draw.choice(("US", "XX", "CA", "ZZ", "JP")) + draw.digits(2) + draw.digits(16)
    return Value(text=draw.choice((wrong, other, draw.chars(22, "ABCDEF0123456789"))))


IBAN_KEYS: Final = (
    "iban", "account", "bank_account", "account_number", "creditor_iban", "debtor_account", "payout_account",
    "konto", "iban_number", "beneficiary_account", "sepa_account",
)  # fmt: skip
IBAN_LABELS: Final = (
    "IBAN", "Iban", "account", "Konto", "compte", "cuenta", "conto", "bank account", "rekening", "счёт",
)  # fmt: skip
IBAN_SENTENCES: Final = (
    "payout to «v» scheduled", "transfer «int».50 EUR to «v»", "«v»", "Lastschrift von «v» zurückgegeben",
    "direct debit «v» failed: AM04", "SEPA mandate for «v», ref «uuid»", "unknown IBAN «v».",
    "virement vers «v» effectué",
)  # fmt: skip
