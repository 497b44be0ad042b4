"""Telephone numbers: the declared entries; :mod:`security.detectors.phones` says what is one."""

from typing import Final

from security.detectors import masks, phones
from security.detectors.kind import Category, Kind, Rank
from security.detectors.nearby import BLANKS, DASHES, bounded, named

_AREA: Final = r"[2-9]\d{2}"
_NORTH_AMERICAN: Final = rf"(?:\({_AREA}\)[ -]?|{_AREA}[-.]){_AREA}[-. ]\d{{4}}"
_EXTENSION: Final = r"(?:[ ,;]{0,2}(?i:x|ext\.?|extension)[ .:]?\d{1,6})?"
_GROUPS: Final = (
    rf"(?:(?:[.{BLANKS}{DASHES}]{{0,2}}|[+]|%20)(?:\(\d{{1,5}}\)|\(\d+(?:[ .-]\d+)+\)"
    r"|/?\d{1,12})){1,6}"
)
_INTERNATIONAL: Final = rf"(?:\+|%2[bB]|\\+u002[bB])\s?[1-9]\d{{0,2}}{_GROUPS}"
_DIALLED: Final = (
    rf"(?:\+\d[\d{BLANKS}]*\(\d[\d./{BLANKS}{DASHES}]{{5,}}\d\)"
    rf"|(?:\\+u002[bB])?[+(]{{0,2}}\d[\d()./+{BLANKS}{DASHES}]{{3,20}}\d)"
)
_PHONE_NAMES: Final = (
    "phone",
    "phone number",
    "phonenumber",
    "phone no",
    "telephone",
    "tel",
    "tel no",
    "telno",
    "tele",
    "mobile",
    "mobile phone",
    "mobile number",
    "mobile no",
    "cellphone",
    "cell phone",
    "cell number",
    "cell",
    "contact number",
    "contact no",
    "msisdn",
    "whatsapp",
    "fax",
    "phone home",
    "phone work",
    "phone mobile",
    "sms to",
    "caller id",
    "caller number",
    "phone2",
    "telefon",
    "telefonnummer",
    "tel nr",
    "handy",
    "handynummer",
    "mobil",
    "mobilnummer",
    "rufnummer",
    "rückruf",
    "festnetz",
    "téléphone",
    "telephone portable",
    "portable",
    "tél",
    "teléfono",
    "telefono",
    "móvil",
    "movil",
    "celular",
    "cellulare",
    "telemóvel",
    "telefone",
    "telefoon",
    "telefoonnummer",
    "mobiel",
    "telefonnumer",
    "telefonu",
    "komórka",
    "matkapuhelin",
    "puhelin",
    "puh",
    "gsm",
    "tlf",
    "тел",
    "телефон",
    "телефона",
    "моб",
    "мобильный",
    "τηλέφωνο",
    "τηλ",
    "電話",
    "電話番号",
    "携帯",
    "携帯電話",
    "电话",
    "联系电话",
    "手机",
    "手机号",
    "手机号码",
    "手機",
    "전화",
    "전화번호",
    "휴대폰",
    "연락처",
    "هاتف",
    "جوال",
    "טלפון",
    "נייד",
    "โทร",
    "โทรศัพท์",
    "फ़ोन",
    "मोबाइल",
)
_PHONE_HINT: Final = (
    r"(?i:phone|telephone|mobile|cell|fax|whatsapp|msisdn|telef|handy|mobil|rufnummer|r\x{fc}ckruf|festnetz|portable"
    r"|t\x{e9}l|tel\x{e9}f|caller[ _-]?id|m\x{f3}vil|movil|celular|tele?m"
    r"|kom\x{f3}rka|puhelin|puh\W|gsm|tlf|tel|contact[ _-]?n"
    r"|sms[ _-]?to"
    r"|тел|моб|τηλ)"
    r"\w{0,12}[^a-zA-Z\d\n]{0,16}"
    r"(?i:(?:numbers?|no|nr|n\x{b0}|num|home|work|mobile|is|was|to|rejected value)"
    r"[^a-zA-Z\d\n]{1,6}){0,2}[+(]{0,2}\d"
)
_PHONE_HINT_ELSEWHERE: Final = (
    "(?:電話|携帯|电话|手机|手機|전화|휴대폰|연락처|هاتف|جوال|טלפון|נייד|โทร|फ़ोन|मोबाइल)"
)
_CALL_NAMES: Final = (
    "call",
    "called",
    "calling",
    "caller",
    "callback",
    "call back",
    "call me at",
    "call me on",
    "call us at",
    "dial",
    "dialed",
    "dialled",
    "dialing",
    "ring",
    "text",
    "texted",
    "sms",
    "reach me at",
    "reach at",
    "contact",
    "ph",
    "anruf",
    "anrufer",
    "appel",
    "appelez",
    "llame al",
    "llamar al",
    "chiamare",
    "bel",
    "zadzwoń",
)
_CALL_HINT: Final = (
    r"(?i:call|called|calling|caller|back|me at|me on|us at|dial|dialed|dialled|dialing"
    r"|ring|text|texted|sms|reach at"
    r"|contact|ph|anruf|anrufer|appel|appelez|llame al|llamar al|chiamare|bel|zadzwo\x{144})"
    r"[^a-zA-Z\d\n]{1,4}[+(]{0,2}\d{2,5}[^a-zA-Z:=,;]"
)


PHONES: Final[tuple[Kind, ...]] = (
    Kind(
        name="phone",
        title="Telephone number with the code of its country",
        category=Category.PII,
        pattern=bounded(
            rf"{_INTERNATIONAL}{_EXTENSION}"
            rf"|00[1-9]\d{{0,2}}(?:[ +./-]\(?\d{{1,9}}\)?){{1,6}}{_EXTENSION}"
            rf"|001-\d{{3}}-\d{{3}}-\d{{4}}{_EXTENSION}",
            r"0-9A-Za-z_.+(/@*^-",
        ),
        not_before=r"\w-",
        hints=(
            r"(?:\+|%2[bB]|\\+u002[bB])\s?[1-9][\d .()/\x{a0}+-]{6}",
            r"00[1-9]\d{0,2}[ +./-]\(?\d[\d +./()-]{4}",
        ),
        within=phones.international,
        mask=masks.PHONE,
        rank=Rank.LOOSE + 1,
        family="phone",
        matches=(
            "‹+4915112345678›",
            "call ‹+44 20 7946 0958›.",
            "‹+49 (0)30 1234567›",
            "‹0049 30 1234567›",
            "‹001-415-555-2671x123›",
            "tel:‹+33612345678›",
        ),
        misses=("+1.23456789", "2023-01-29T08:41:09.074694Z", "@@ -1,5 +12345 @@", "a+12345678901", "+0800"),
    ),
    Kind(
        name="phone",
        title="Telephone number of North America, by its grouping",
        category=Category.PII,
        pattern=rf"(?:\+?1[-. ]?)?{_NORTH_AMERICAN}{_EXTENSION}",
        not_after=r"\w.+(/-",
        not_before=r"\w-",
        hints=(_NORTH_AMERICAN,),
        check=phones.is_north_american,
        mask=masks.PHONE,
        rank=Rank.LOOSE,
        family="phone",
        matches=("call ‹(415) 555-2671›", "‹1-800-555-0199›", "‹415.555.2671› ext", "‹(415)555-2671 x12›"),
        misses=("2023-01-29T08:41:09.074694Z", "115-555-2671", "911-555-2671", "415-555-26711"),
    ),
    Kind(
        name="phone",
        title="Telephone number of a country, by its grouping",
        category=Category.PII,
        pattern=r"\d{1,5}(?:[ .-][0-9a-fA-F]{2,8})+",
        not_after=r"\w.+(/:-",
        not_before=r"\w-",
        hints=(
            r"0[1-9](?:[ .-]\d{2}){4}",
            r"[2-9]\d{2} [2-9]\d{2} \d{4}",
            r"0[1-9]\d{0,3} \d{3,4} \d{3,4}",
            r"0[1-9]\d{3} \d{6}",
        ),
        within=phones.of_a_run,
        mask=masks.PHONE,
        rank=Rank.LOOSE,
        family="phone",
        matches=("appelé ‹06 12 34 56 78›", "‹212 555 2671›", "‹020 7946 0958›", "‹07700 900123›"),
        misses=("00 01 02 03 04 05 06 07", "512 256 1024", "415 555 2671 12", "0644 1000 1000"),
    ),
    Kind(
        name="phone",
        title="Telephone number as it is dialled inside a country",
        category=Category.PII,
        pattern=(
            rf"\(0\d{{1,5}}\)[ -]?\d{{2,5}}(?:[ -]?\d{{2,5}}){{0,3}}{_EXTENSION}"
            rf"|0[1-9]\d{{0,2}}-\d{{3,4}}-\d{{4}}"
            rf"|01\d-\d{{3,4}}-\d{{4}}|\([1-9]\d\) ?9?\d{{4}}-\d{{4}}"
        ),
        not_after=r"\w.+(/-",
        not_before=r"\w-",
        hints=(r"\(0\d{1,5}\)[ -]?\d", r"0[1-9]\d{0,2}-\d{3,4}-\d{4}", r"\([1-9]\d\) ?9?\d{4}-\d{4}"),
        check=lambda value: (
            phones.is_brazilian(value)
            if value[1] in "123456789" and value[0] == "("
            else phones.has_trunk_prefix(value)
        ),
        mask=masks.PHONE,
        rank=Rank.LOOSE,
        family="phone",
        matches=(
            "‹(020) 7946 0958›",
            "‹03-3224-5111›",
            "‹090-1234-5678›",
            "‹(11) 91234-5678›",
            "‹(02) 9374 4000›",
        ),
        misses=("01-29-2023", "(0) 123 456", "(00) 1234-5678"),
    ),
    Kind(
        name="phone",
        title="Telephone number, by the name before it",
        category=Category.PII,
        pattern=named(_PHONE_NAMES, rf"(?P<value>{_DIALLED}{_EXTENSION})"),
        hints=(
            _PHONE_HINT,
            _PHONE_HINT_ELSEWHERE,
            r"(?i:phone|mobile|tel|fax|cell|caller)[^\n]{0,12}[vV]alue\W{1,6}[+(]?\d",
        ),
        not_before=r"\w:",
        check=phones.is_called_one,
        mask=masks.PHONE,
        rank=Rank.LOOSE + 2,
        family="phone",
        matches=(
            "phone=‹5551234›",
            "Telefon: ‹030/1234567›",
            '"mobileNumber": "‹09171234567›"',
            "tél. ‹01.23.45.67.89›",
            "手机号: ‹13800138000›",
            "userPhone='‹98765 43210›'",
        ),
        misses=(
            "phone: 2023-01-29 08:41:09",
            "telemetry 12345678",
            "phone=12.5",
            "mobile: 10.11.12.13",
            "phone_id=123456789",
            "tel=0",
        ),
    ),
    Kind(
        name="phone",
        title="Telephone number that is called",
        category=Category.PII,
        pattern=named(_CALL_NAMES, rf"(?P<value>{_DIALLED}{_EXTENSION})"),
        hints=(_CALL_HINT,),
        not_before=r"\w:",
        check=phones.is_dialled,
        mask=masks.PHONE,
        rank=Rank.LOOSE + 1,
        family="phone",
        matches=("please call ‹030 1234567›", "texted ‹98765 43210› twice", "caller=‹01 23 45 67 89›"),
        misses=("call 12345678 ms", "call 2023-01-29 08:41:09", "ring 0 1 2 3 4 5 6 7 8"),
    ),
)
