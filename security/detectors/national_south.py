"""Numbers that states from the Nile to the Mekong give to persons."""

import datetime
import re
from typing import Final

from stdnum import luhn
from stdnum.pk import cnic

from security.detectors.kind import Kind, Rank
from security.detectors.national_numbers import national


def _is_day(year: int, month: str, day: str) -> bool:
    try:
        datetime.date(year, int(month), int(day))
    except ValueError:
        return False
    return True


def _is_emirates(value: str) -> bool:
    """784, a year of birth, seven digits, and a check digit, which is not Luhn's in all that are issued."""
    return "1900" <= re.sub(r"\D", "", value)[3:7] <= str(datetime.datetime.now(datetime.UTC).year)


_GOVERNORATES: Final = frozenset(
    "01 02 03 04 11 12 13 14 15 16 17 18 19 21 22 23 24 25 26 27 28 29 31 32 33 34 35 88".split()
)


def _is_egyptian(value: str) -> bool:
    """A century, a day of birth, a governorate, a number, a check digit of which no rule is published."""
    year = (1900 if value[0] == "2" else 2000) + int(value[1:3])
    return _is_day(year, value[3:5], value[5:7]) and value[7:9] in _GOVERNORATES


def _is_iranian(value: str) -> bool:
    """Weights from 10 to 2, modulo 11."""
    digits = [int(digit) for digit in value if digit.isdigit()]
    rest = sum(d * w for d, w in zip(digits, range(10, 1, -1), strict=False)) % 11
    return digits[9] == (rest if rest < 2 else 11 - rest)  # noqa: PLR2004  as the rule says


def _is_vietnamese(value: str) -> bool:
    """A province (001 to 096), a century with a sex, a year, a number."""
    return 1 <= int(re.sub(r"\D", "", value)[:3]) <= 96  # noqa: PLR2004


def _is_lankan(value: str) -> bool:
    """A year, the day in it (500 more for a woman), a number."""
    day = int(value[2:5] if len(value) == 10 else value[4:7]) % 500  # noqa: PLR2004
    return 1 <= day <= 366  # noqa: PLR2004


SOUTH: Final[tuple[Kind, ...]] = (
    national(
        "pk_cnic",
        "Identity number of Pakistan (CNIC)",
        r"[1-7]\d{4}-\d{7}-\d",
        cnic.is_valid,
        ("cnic", "nicop", "nadra", "snic", "شناختی کارڈ"),
        alone=r"[1-7]\d{4}-\d{7}-\d",
        fields="cnic",
        rank=Rank.NUMBER + 1,
        matches=("CNIC ‹34201-0891231-8›", "customer ‹42201-0397640-8›,"),
        misses=("04201-0397640-8", "42201-0397640-0", "942201-0397640-8"),
    ),
    national(
        "pk_cnic",
        "Identity number of Pakistan (CNIC), by the words near it",
        r"[1-7]\d{12}",
        cnic.is_valid,
        ("cnic", "nicop", "nadra", "snic", "شناختی کارڈ"),
        rank=Rank.NUMBER + 1,
        matches=("cnic=‹3420108912318›", "NADRA verified ‹4220103976408›"),
        misses=("cnic=0420108912318", "3420108912318"),
    ),
    national(
        "ae_emirates_id",
        "Identity number of the United Arab Emirates",
        r"784-\d{4}-\d{7}-\d",
        _is_emirates,
        ("emirates id", "eid", "رقم الهوية"),
        alone=r"784-\d{4}-\d{7}-\d",
        fields="emirates_?id",
        rank=Rank.NUMBER + 1,
        matches=("Emirates ID ‹784-1987-6543210-9›", "holder ‹784-2001-1234567-8›."),
        misses=("784-2987-6543210-9", "1784-1987-6543210-9"),
    ),
    national(
        "ae_emirates_id",
        "Identity number of the United Arab Emirates, by the words near it",
        r"784 ?(?:19|20)\d{2} ?\d{7} ?\d",
        _is_emirates,
        ("emirates id", "emirates", "uae id", "eid", "رقم الهوية", "الهوية"),
        rank=Rank.NUMBER + 1,
        matches=("emirates_id=‹784198765432109›", "UAE ID: ‹784 2001 1234567 8›"),
        misses=("emirates_id=784298765432109", "784198765432109"),
    ),
    national(
        "sa_national_id",
        "Identity number of Saudi Arabia, and of who lives there (iqama)",
        r"[12]\d{9}",
        luhn.is_valid,
        (
            "iqama",
            "saudi id",
            "saudi national id",
            "saudi",
            "absher",
            "رقم الهوية",
            "الهوية الوطنية",
            "هوية",
            "إقامة",
        ),
        fields="iqama",
        rank=Rank.NUMBER + 1,
        matches=("iqama: ‹2123456788›", "رقم الهوية ‹1098765439›"),
        misses=("iqama: 2123456789", "2123456788"),
    ),
    national(
        "eg_national_id",
        "Identity number of Egypt",
        r"[23]\d{13}",
        _is_egyptian,
        ("egyptian id", "egypt", "egyptian", "raqam qawmi", "الرقم القومي", "رقم قومي", "بطاقة"),
        rank=Rank.NUMBER + 1,
        matches=("الرقم القومي ‹29501230112345›", "egyptian_id=‹30105150223456›"),
        misses=("egyptian_id=29513230112345", "29501230112345"),
    ),
    national(
        "ir_national_code",
        "National code of Iran",
        r"\d{3}-?\d{6}-?\d",
        _is_iranian,
        (
            "کد ملی",
            "کدملی",
            "code melli",
            "codemelli",
            "kode melli",
            "melli code",
            "meli code",
            "شماره ملی",
            "iranian",
        ),
        rank=Rank.NUMBER + 1,
        matches=("کد ملی: ‹0499370899›", "code_melli=‹0499370899›", "melli code ‹079-041990-4›"),
        misses=("کد ملی: 0499370898", "0499370899"),
    ),
    national(
        "lk_nic",
        "Identity number of Sri Lanka (NIC)",
        r"\d{9}[VvXx]|(?:19|20)\d{10}",
        _is_lankan,
        ("nic no", "nic number", "sri lanka", "sri lankan", "lanka", "ජාතික හැඳුනුම්පත"),
        rank=Rank.NUMBER + 1,
        matches=("NIC No ‹853400937V›", "Sri Lankan ID ‹198534000937›"),
        misses=("NIC No 854900937V", "853400937V"),
    ),
    national(
        "bd_nid",
        "Identity number of Bangladesh",
        r"(?:19|20)\d{15}|\d{13}|\d{10}",
        lambda _value: True,
        ("nid", "nid no", "nid number", "bangladesh", "bangladeshi", "জাতীয় পরিচয়পত্র", "এনআইডি"),
        person=False,
        confidence=0.75,
        matches=("NID: ‹7352891046›", "nid=‹19852691649000123›", "এনআইডি ‹2694810562871›"),
        misses=("NID: 735289", "7352891046"),
    ),
    national(
        "vn_cccd",
        "Identity number of Vietnam (CCCD)",
        r"0\d{2}[0-9]\d{2}\d{6}",
        _is_vietnamese,
        ("cccd", "căn cước", "can cuoc", "số định danh", "cmnd", "cmt", "vneid", "vietnamese"),
        fields="cccd",
        rank=Rank.NUMBER + 1,
        matches=("Số CCCD: ‹079177178485›", "can_cuoc=‹001203004567›"),
        misses=("Số CCCD: 099177178485", "079177178485"),
    ),
    national(
        "ng_nin",
        "Identity number of Nigeria (NIN), and that of its banks (BVN)",
        r"\d{11}",
        lambda _value: True,
        ("nin", "nimc", "bvn", "bank verification number", "nigerian", "nigeria"),
        person=False,
        confidence=0.75,
        fields="bvn|nimc",
        matches=("NIN=‹72678983018›", "bvn: ‹22345678901›", '"nimc_number": "‹70123984562›"'),
        misses=("coffin 72678983018", "72678983018"),
    ),
    national(
        "ke_id",
        "Identity number of Kenya",
        r"\d{7,8}",
        lambda _value: True,
        ("kenya id", "kenyan id", "kenyan", "huduma", "kitambulisho", "iprs", "maisha namba"),
        person=False,
        confidence=0.75,
        matches=("kitambulisho ‹28471936›", "huduma: ‹3047182›"),
        misses=("kitambulisho 284", "28471936"),
    ),
)
