"""Numbers that states of Asia, Africa, Oceania give to persons; python-stdnum's rules, unless said here."""

import datetime
import re
from typing import Final

from stdnum.au import tfn
from stdnum.cn import ric
from stdnum.id import nik
from stdnum.il import idnr as il_idnr
from stdnum.in_ import aadhaar, pan
from stdnum.kr import rrn
from stdnum.my import nric
from stdnum.nz import ird
from stdnum.th import pin
from stdnum.za import idnr as za_idnr

from security.detectors import masks
from security.detectors.kind import Category, Kind, Rank
from security.detectors.national_numbers import national
from security.detectors.nearby import named


def _is_medicare(value: str) -> bool:
    """Ten digits, of which the ninth is the check digit (Services Australia)."""
    digits = re.sub(r"\D", "", value)
    total = sum(int(d) * w for d, w in zip(digits, (1, 3, 7, 9, 1, 3, 7, 9), strict=False))
    return str(total % 10) == digits[8]


def _is_my_number(value: str) -> bool:
    """Twelve digits with a check digit (order 85 of 2014 of the Ministry of Internal Affairs, article 5)."""
    digits = re.sub(r"\D", "", value)
    total = sum(int(d) * w for d, w in zip(digits, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=False))
    rest = total % 11
    return str(0 if rest <= 1 else 11 - rest) == digits[11]


def _is_nric(value: str) -> bool:
    """Weighted digits and an offset choose the last letter, of one row for each series."""
    first, digits, last = value[0].upper(), value[1:8], value[8].upper()
    total = sum(int(d) * w for d, w in zip(digits, (2, 7, 6, 5, 4, 3, 2), strict=True))
    total += {"T": 4, "G": 4, "M": 3}.get(first, 0)
    row = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "F": "XWUTRQPNMLK", "G": "XWUTRQPNMLK"}
    return last == (row[first][total % 11] if first in row else "KLJNPQRTUWX"[10 - total % 11])


#: Provinces in codes of administrative divisions (GB/T 2260); their counties come and go.
_PROVINCES: Final = frozenset(
    (
        *range(11, 16),
        *range(21, 24),
        *range(31, 38),
        *range(41, 47),
        *range(50, 55),
        *range(61, 66),
        71,
        81,
        82,
        83,
        91,
    )
)


def _is_resident(value: str) -> bool:
    """A province, a day of birth, and a check character (GB 11643)."""
    try:
        datetime.date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        return False
    return int(value[:2]) in _PROVINCES and ric.calc_check_digit(value) == value[17].upper()


def _is_hkid(value: str) -> bool:
    """One or two letters, six digits and a check character, all by modulo 11."""
    text = re.sub(r"\W", "", value).upper().rjust(9)
    total = sum(w * (36 if c == " " else int(c, 36)) for c, w in zip(text, range(9, 1, -1), strict=False))
    return "0123456789A"[-total % 11] == text[8]


def _is_taiwan(value: str) -> bool:
    """The letter stands for two digits; the weighted sum ends with 0."""
    number = 10 + "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(value[0].upper())
    digits = [number // 10, number % 10, *map(int, value[1:])]
    return sum(d * w for d, w in zip(digits, (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1), strict=True)) % 10 == 0


def _is_dated_rrn(value: str) -> bool:
    """Since October 2020 the last six digits are drawn by lot: only the date can be wrong."""
    digits = re.sub(r"\D", "", value)
    try:
        datetime.date(2000 + int(digits[:2]) % 4, int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        return False
    return True


ASIA: Final[tuple[Kind, ...]] = (
    national(
        "au_tfn",
        "Tax file number of Australia",
        r"\d{3}[ -]?\d{3}[ -]?\d{2,3}",
        lambda value: tfn.is_valid(re.sub(r"\D", "", value)),
        ("tfn", "tax file number", "tax file", "taxfile"),
        fields="tfn|tax_?file",
        matches=("TFN: ‹123 414 676›", "tfn=‹123439296›"),
        misses=("TFN: 123 414 677", "123414676"),
    ),
    national(
        "au_medicare",
        "Medicare number of Australia",
        r"[2-6]\d{3}[ -]?\d{5}[ -]?\d(?: ?[-/]? ?\d)?",
        _is_medicare,
        ("medicare", "medicare number", "medicare no", "medicare card"),
        person=False,
        fields="medicare",
        rank=Rank.NUMBER + 1,
        matches=("Medicare ‹2123 45670 1›", "medicare_no=‹2123456701›", "medicare card ‹2123 45670 1/2›"),
        misses=("Medicare 2123 45671 1", "2123456701"),
    ),
    national(
        "nz_ird",
        "Tax number of New Zealand (IRD)",
        r"\d{2,3}[ -]?\d{3}[ -]?\d{3}",
        lambda value: ird.is_valid(re.sub(r"\D", "", value)),
        ("ird", "ird number", "ird no", "inland revenue", "ird num", "nz tax", "new zealand", "ir number"),
        matches=("IRD number ‹49-091-850›", "ird=‹49091850›"),
        misses=("IRD number 49-091-851", "49091850"),
    ),
    national(
        "in_aadhaar",
        "Identity number of India (Aadhaar)",
        r"[2-9]\d{3}[ -]?\d{4}[ -]?\d{4}",
        aadhaar.is_valid,
        ("aadhaar", "aadhar", "adhaar", "adhar", "uidai", "uid number", "uid no", "आधार"),
        fields="aadh?aar",
        matches=("Aadhaar ‹2341 2444 0625›", "aadhaar_number: ‹234120357150›", "UIDAI ‹2341-8675-0236›"),
        misses=("Aadhaar 2341 2444 0626", "size 234124440625"),
    ),
    national(
        "in_pan",
        "Permanent account number of India (PAN)",
        r"[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]",
        pan.is_valid,
        ("pan", "permanent account", "pan card", "pan no", "आयकर"),
        alone=r"[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]",
        rank=Rank.NUMBER + 2,
        matches=("PAN ‹ACUPA7085X›", "‹ACUPA7085C›,"),
        misses=("ACUXA7085X", "ACUPA0000X", "XACUPA7085X"),
    ),
    national(
        "cn_resident_id",
        "Resident identity number of China (GB 11643)",
        r"[1-8]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]",
        _is_resident,
        ("身份证", "身份证号", "公民身份号码", "resident id", "sfz", "sfzh"),
        alone=r"[1-8]\d{5}(?:18|19|20)\d{2}[01]\d[0-3]\d{4}[\dXx]",
        fields="身份证(?:号)?|sfzh?",
        rank=Rank.NUMBER + 2,
        beside_letters=True,
        matches=("身份证 ‹360426199101015059›", "‹360426199101010266›", "sfz=‹420106196310186816›"),
        misses=("360426199101015058", "360426199113015059", "1674981729487160534"),
    ),
    national(
        "jp_my_number",
        "Individual number of Japan (My Number)",
        r"\d{4}[ -]?\d{4}[ -]?\d{4}",
        _is_my_number,
        (
            "my no",
            "kojin",
            "マイナンバーカード",
            "japanese",
            "my number",
            "mynumber",
            "マイナンバー",
            "個人番号",
            "individual number",
            "individual no",
            "kojin bango",
            "kojinbango",
        ),
        fields="my_?number|マイナンバー|個人番号",
        matches=("マイナンバー: ‹1234 5678 9018›", "my_number=‹123456789018›", "個人番号‹123456789018›"),
        misses=("my_number=123456789019", "123456789018"),
        beside_letters=True,
    ),
    national(
        "kr_rrn",
        "Resident registration number of Korea",
        r"\d{2}[01]\d[0-3]\d-[0-9]\d{6}",
        rrn.is_valid,
        (
            "주민등록번호",
            "주민번호",
            "주민",
            "외국인등록번호",
            "rrn",
            "jumin",
            "resident registration",
            "korean",
            "korea",
        ),
        alone=r"\d{2}[01]\d[0-3]\d-\d{7}",
        fields="주민등록번호",
        rank=Rank.NUMBER + 1,
        matches=("‹971013-9024075›", "주민등록번호: ‹971013-9027056›"),
        misses=("971013-9024076", "971313-9024075"),
    ),
    national(
        "kr_rrn",
        "Resident registration number of Korea, by the words near it",
        r"\d{2}[01]\d[0-3]\d[- ]?[1-8]\d{6}",
        _is_dated_rrn,
        ("주민등록번호", "주민번호", "rrn", "resident registration", "jumin"),
        person=False,
        beside_letters=True,
        matches=("rrn=‹9710131024076›", "주민등록번호 ‹010203-3024076›"),
        misses=("rrn=9713131024076", "9710131024076"),
    ),
    national(
        "sg_nric",
        "Identity number of Singapore (NRIC, FIN)",
        r"[STFGM]\d{7}[A-Z]",
        _is_nric,
        ("nric", "fin"),
        alone=r"[STFGM]\d{7}[A-Z]",
        fields="nric(?:_?fin)?",
        rank=Rank.NUMBER + 2,
        matches=("NRIC ‹S1234567D›", "‹T0123456G›"),
        misses=("S1234567E", "XS1234567D"),
    ),
    national(
        "sg_nric",
        "Identity number of Singapore (NRIC, FIN), in small letters",
        r"[stfgm]\d{7}[a-z]",
        _is_nric,
        ("nric", "fin number", "fin no"),
        rank=Rank.NUMBER + 2,
        matches=("nric=‹s1234567d›",),
        misses=("nric=s1234567e", "s1234567d"),
    ),
    Kind(
        name="sg_nric",
        title="Identity number of foreigners in Singapore (FIN), in small letters, by the name before it",
        category=Category.PII,
        pattern=named(("fin",), r"(?P<value>[stfgm]\d{7}[a-z])\b"),
        hints=(r"(?i:fin)[^a-z0-9]{1,4}[stfgm]\d{7}",),
        not_before=r"\w-",
        check=_is_nric,
        mask=masks.named("sg_nric"),
        rank=Rank.NUMBER + 2,
        matches=("fin: ‹s1234567d›", '"fin":"‹s1234567d›"'),
        misses=("fin: s1234567e", "coffin s1234567d"),
    ),
    national(
        "my_nric",
        "Identity number of Malaysia (MyKad)",
        r"\d{2}[01]\d[0-3]\d-\d{2}-\d{4}",
        nric.is_valid,
        (
            "mykad",
            "kad pengenalan",
            "nric",
            "ic no",
            "ic number",
            "ic num",
            "no kp",
            "nokp",
            "no ic",
            "mypr",
            "malaysian",
            "malaysia",
        ),
        alone=r"\d{2}[01]\d[0-3]\d-\d{2}-\d{4}",
        fields="mykad",
        rank=Rank.NUMBER + 1,
        matches=("IC ‹770305-12-1587›", "‹770305-12-1558›"),
        misses=("771305-12-1587", "770305-00-1587"),
    ),
    national(
        "my_nric",
        "Identity number of Malaysia (MyKad), by the words near it",
        r"\d{12}",
        nric.is_valid,
        ("mykad", "kad pengenalan", "nric", "no kp", "ic number", "ic no", "malaysia"),
        matches=("mykad=‹770305121587›", "IC No: ‹770305121558›"),
        misses=("mykad=771305121587", "770305121587"),
    ),
    national(
        "th_id",
        "Identity number of Thailand",
        r"[1-8]-\d{4}-\d{5}-\d{2}-\d|[1-8] \d{4} \d{5} \d{2} \d",
        pin.is_valid,
        ("บัตรประชาชน", "เลขประจำตัวประชาชน"),
        alone=r"[1-8][ -]\d{4}[ -]\d{5}[ -]\d{2}[ -]\d",
        rank=Rank.NUMBER + 1,
        matches=("‹7-1076-00039-00-8›", "ID ‹7 1076 00039 00 8›"),
        misses=("7-1076-00039-00-9",),
    ),
    national(
        "th_id",
        "Identity number of Thailand, by the words near it",
        r"[1-8]\d{12}",
        pin.is_valid,
        ("บัตรประชาชน", "เลขประจำตัวประชาชน", "thai id", "thai national id", "thailand"),
        beside_letters=True,
        matches=("thai_id=‹7107600031422›", "เลขประจำตัวประชาชน ‹7107600039008›"),
        misses=("thai_id=7107600031423", "7107600031422"),
    ),
    national(
        "id_nik",
        "Identity number of Indonesia (NIK)",
        r"[1-9]\d{5}[0-7]\d[01]\d{7}",
        nik.is_valid,
        (
            "nik",
            "ktp",
            "e ktp",
            "ektp",
            "nomor induk kependudukan",
            "no ktp",
            "nomor ktp",
            "no nik",
            "no induk",
            "induk kependudukan",
            "kartu tanda penduduk",
            "indonesian",
            "indonesia",
        ),
        fields="no_?ktp",
        rank=Rank.NUMBER + 1,
        matches=("NIK: ‹3171011708450001›", "no_ktp=‹3171015708450001›"),
        misses=("NIK: 3171011713450001", "3171011708450001"),
    ),
    national(
        "il_id",
        "Identity number of Israel (teudat zehut)",
        r"\d{8}-?\d",
        lambda value: il_idnr.is_valid(value.replace("-", "")),
        (
            "teudat zehut",
            "תעודת זהות",
            "ת.ז.",
            "ת.ז",
            "tz",
            "mispar zehut",
            "מספר זהות",
            "israeli id",
            "israel",
            "israeli",
            "zehut",
        ),
        fields="teudat_?zehut|israeli_?id",
        matches=("teudat zehut ‹039301809›", "ת.ז. ‹03935602-7›", "israeli_id=‹039300124›"),
        misses=("teudat zehut 039301808", "039301809"),
    ),
    national(
        "za_id",
        "Identity number of South Africa",
        r"\d{2}[01]\d[0-3]\d ?\d{4} ?[012]\d{1} ?\d",
        za_idnr.is_valid,
        (
            "sa id",
            "south african id",
            "rsa id",
            "rsa",
            "south africa",
            "south african",
            "za id",
            "said",
            "identity",
        ),
        fields="(?:sa|rsa|south_?african)_?id",
        matches=("SA ID ‹7503305044089›", "identity number ‹750330 5044 08 9›"),
        misses=("SA ID 7503305044088", "7503305044089", "identity 1674981729487"),
    ),
    national(
        "hk_hkid",
        "Identity number of Hong Kong",
        r"[A-Z]{1,2}\d{6}\([\dA]\)",
        _is_hkid,
        ("hkid", "香港身份證"),
        alone=r"[A-Z]\d{6}\([\dA]\)",
        not_before=r"\w",
        fields="hkid",
        rank=Rank.NUMBER + 1,
        matches=("HKID ‹A123456(3)›", "‹AB987654(3)›"),
        misses=("A123456(4)",),
    ),
    national(
        "hk_hkid",
        "Identity number of Hong Kong without parentheses, by the words near it",
        r"(?i:[A-Z]{1,2}\d{6}[ -]?[\dA]|[A-Z]{1,2}\d{6}\([\dA]\))",
        _is_hkid,
        ("hkid", "hk id", "hkic", "hong kong id", "hong kong identity", "香港身份證", "香港身份证", "身份證"),
        not_before=r"\w",
        matches=("hkid=‹A1234563›", '"hkidNo": "‹a123456(3)›"'),
        misses=("hkid=A1234564", "A1234563"),
    ),
    national(
        "tw_id",
        "Identity number of Taiwan",
        r"[A-Z][1289]\d{8}",
        _is_taiwan,
        (
            "身分證",
            "身分證字號",
            "統一證號",
            "國民身分證",
            "居留證",
            "taiwan",
            "taiwan id",
            "taiwanese",
            "tw id",
            "twid",
            "roc id",
            "tw national id",
            "arc number",
        ),
        beside_letters=True,
        matches=("身分證字號 ‹A123456789›", "national_id=‹B142536472›"),
        misses=("身分證 A123456788", "A123456789"),
    ),
)
