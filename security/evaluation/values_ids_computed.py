"""draw → national ids of which stdnum has no rule: check digits, where there are any, are worked out here."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from security.evaluation.draw import Draw
from security.evaluation.nationalid import NONE, UNKNOWN, Id, spelt


def _weighed(digits: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def _born(draw: Draw) -> date:
    return date(1940, 1, 1) + timedelta(days=draw.randrange(21_900))  # before the year 2000


def _taj(draw: Draw) -> str:
    body = draw.chars(8, "0123456789")
    return f"{body}{_weighed(body, (3, 7) * 4) % 10}"


def _snils(draw: Draw) -> str:
    body = draw.chars(9, "0123456789")
    return f"{body}{_weighed(body, range(9, 0, -1)) % 101 % 100:02}"


def _iin(draw: Draw) -> str:
    while True:
        body = f"{_born(draw):%y%m%d}{draw.choice('34')}{draw.chars(4, '0123456789')}"
        check = _weighed(body, range(1, 12)) % 11
        if check < 10:  # noqa: PLR2004  the others have another sum
            return f"{body}{check}"


def _luhn(body: str) -> str:
    total = sum(sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(reversed(body)))
    return f"{body}{-total % 10}"


def _saudi(draw: Draw) -> str:
    return _luhn(draw.choice("12") + draw.chars(8, "0123456789"))


def _emirates(draw: Draw) -> str:
    return _luhn(f"784{draw.randint(1950, 2010)}{draw.chars(7, '0123456789')}")


def _egyptian(draw: Draw) -> str:
    governorate = draw.choice(("01", "02", "12", "14", "16", "21", "24", "28"))
    return f"2{_born(draw):%y%m%d}{governorate}{draw.chars(5, '0123456789')}"


def _iranian(draw: Draw) -> str:
    body = draw.chars(9, "0123456789")
    rest = _weighed(body, range(10, 1, -1)) % 11
    return f"{body}{rest if rest in (0, 1) else 11 - rest}"


def _uruguayan(draw: Draw) -> str:
    body = draw.choice("12345") + draw.chars(6, "0123456789")
    return f"{body}{-_weighed(body, (2, 9, 8, 7, 6, 3, 4)) % 10}"


def _lankan(draw: Draw) -> str:
    day = draw.randint(1, 366) + draw.choice((0, 500))
    return f"{draw.randint(40, 99)}{day:03}{draw.chars(4, '0123456789')}V"


def _vietnamese(draw: Draw) -> str:
    return f"{draw.choice(('001', '079', '048', '031'))}{draw.choice('0123')}{draw.chars(8, '0123456789')}"


IDS: Final = (
    Id(
        "hu_taj",
        UNKNOWN,
        _taj,
        NONE,
        ("### ### ###", "#########"),
        ("taj", "taj_szam"),
        ("TAJ", "TAJ szám", "TAJ-szám"),
    ),
    Id(
        "ru_snils",
        UNKNOWN,
        _snils,
        NONE,
        ("###-###-### ##", "###########"),
        ("snils",),
        ("СНИЛС", "SNILS"),
        ("###-###-### ##",),
    ),
    Id("kz_iin", UNKNOWN, _iin, NONE, ("############",), ("iin",), ("ИИН", "ЖСН", "IIN")),
    Id(
        "sa_national_id",
        UNKNOWN,
        _saudi,
        NONE,
        ("##########",),
        ("iqama", "saudi_id"),
        ("Iqama", "رقم الهوية"),
    ),
    Id(
        "ae_emirates_id",
        UNKNOWN,
        _emirates,
        NONE,
        ("###-####-#######-#", "###############"),
        ("emirates_id", "eid"),
        ("Emirates ID", "رقم الهوية"),
        ("###-####-#######-#",),
    ),
    Id(
        "eg_national_id",
        UNKNOWN,
        _egyptian,
        NONE,
        ("##############",),
        ("egyptian_id",),
        ("الرقم القومي", "Egyptian ID"),
    ),
    Id(
        "ir_national_code",
        UNKNOWN,
        _iranian,
        NONE,
        ("##########",),
        ("code_melli", "melli_code"),
        ("کد ملی", "code melli"),
    ),
    Id("lk_nic", UNKNOWN, _lankan, NONE, ("##########",), ("nic_no", "nic_number"), ("NIC No", "NIC number")),
    Id(
        "vn_cccd",
        UNKNOWN,
        _vietnamese,
        NONE,
        ("############",),
        ("cccd", "so_cccd", "can_cuoc"),
        ("CCCD", "Số CCCD", "căn cước"),
    ),
    Id("ng_nin", UNKNOWN, spelt("[d11]"), NONE, ("###########",), ("nin", "bvn"), ("NIN", "BVN")),
    Id("bd_nid", UNKNOWN, spelt("[d10]", "19[d15]"), NONE, ("#" * 17,), ("nid", "nid_no"), ("NID", "NID No")),
    Id(
        "uy_ci",
        UNKNOWN,
        _uruguayan,
        NONE,
        ("#.###.###-#", "#######-#", "########"),
        ("cedula", "cedula_identidad"),
        ("C.I.", "cédula de identidad", "Cédula"),
        ("#.###.###-#",),
    ),
    Id(
        "co_cedula",
        UNKNOWN,
        spelt("10[d8]"),
        NONE,
        ("##########", "#.###.###.###"),
        ("cedula", "cedula_ciudadania", "nuip"),
        ("cédula de ciudadanía", "NUIP", "Cédula"),
    ),
    Id(
        "ve_cedula",
        UNKNOWN,
        spelt("V[d8]"),
        NONE,
        ("#########", "#-##.###.###", "#-########"),
        ("cedula",),
        ("Cédula", "cédula"),
    ),
)
