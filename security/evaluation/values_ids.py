"""draw → national ids with right check digits, as they are printed and as databases keep them."""

from functools import partial
from typing import Any, Final

from security.detectors.kind import Category
from security.evaluation import values_ids_americas, values_ids_asia, values_ids_computed, values_ids_europe
from security.evaluation.case import Aim, Topic, Value
from security.evaluation.draw import Draw
from security.evaluation.nationalid import NONE, right, wrong

IDS: Final = (
    *values_ids_europe.IDS,
    *values_ids_americas.IDS,
    *values_ids_asia.IDS,
    *values_ids_computed.IDS,
)


def _nino(draw: Draw) -> Value:
    never = ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ")
    while (prefix := draw.choice("ABCEGHJKLMNOPRSTWXYZ") + draw.choice("ABCEGHJKLMNPRSTWXYZ")) in never:
        pass
    digits, suffix = draw.chars(6, "0123456789"), draw.choice("ABCD")
    spaced = f"{prefix} {digits[:2]} {digits[2:4]} {digits[4:]} {suffix}"
    text = draw.choice((f"{prefix}{digits}{suffix}", spaced, spaced, f"{prefix}{digits}{suffix}".lower()))
    return Value(text=text, origin="uk_nino", bare=text == spaced)


_NRIC_LETTERS: Final = {"S": "JZIHGFEDCBA", "T": "GFEDCBAJZIH", "F": "XWUTRQPNMLK", "G": "RQPNMLKXWUT"}


def _nric(draw: Draw) -> Value:
    series = draw.choice("STFG")
    digits = draw.chars(7, "0123456789")
    total = sum(int(digit) * weight for digit, weight in zip(digits, (2, 7, 6, 5, 4, 3, 2), strict=True))
    letter = _NRIC_LETTERS[series][total % 11]
    return Value(text=f"{series}{digits}{letter}", origin="sg_nric", bare=False)


def _topic(
    name: str, make: Any, keys: tuple[str, ...], labels: tuple[str, ...], lookalike: Any = None
) -> Topic:
    return Topic(
        name=name,
        category=Category.PII,
        aim=Aim.FIXED,
        make=make,
        keys=keys,
        labels=labels,
        sentences=_SENTENCES,
        lookalike=lookalike,
        also=_ALSO.get(name, ()),
    )


_SENTENCES: Final = (
    "verified «v» against registry", "«v»", "applicant «v» approved", "duplicate person «v»",
    "KYC for «v» took «ms»ms", "no match for «v».", "patient «v» admitted", "lookup [«v»] failed",
)  # fmt: skip
_ALSO: Final = {
    "th_pin": ("th_id",),
    "cz_rodne_cislo": ("sk_rodne_cislo",),
    "us_itin": ("ssn",),
    "es_dni": ("pt_nif",),
    "es_nie": ("es_dni",),
    "ca_sin": ("ssn",),
    **dict.fromkeys(("co_cedula", "ec_ci", "uy_ci"), ("ar_dni", "co_cedula", "ec_ci", "uy_ci")),
}
TOPICS: Final = (
    *(
        _topic(
            one.name,
            partial(right, one=one),
            one.keys,
            one.labels,
            partial(wrong, one=one) if one.bare and one.checks != NONE else None,
        )
        for one in IDS
    ),
    _topic(
        "uk_nino",
        _nino,
        ("nino", "national_insurance_number", "ni_number"),
        ("NINO", "NI number", "National Insurance No."),
    ),
    _topic("sg_nric", _nric, ("nric", "fin", "nric_no"), ("NRIC", "FIN", "NRIC/FIN")),
)
