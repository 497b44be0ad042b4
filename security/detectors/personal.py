"""Every kind of personal data beyond the basic ones; dates of birth, places, vehicles are declared here."""

import datetime
import re
from typing import Final

from security.detectors import masks
from security.detectors.finance import FINANCE
from security.detectors.health import HEALTH
from security.detectors.kind import Category, Kind, Rank
from security.detectors.national_americas import AMERICAS
from security.detectors.national_asia import ASIA
from security.detectors.national_europe import EUROPE
from security.detectors.nearby import named, spelled
from security.detectors.network import NETWORK

_BORN: Final = (
    "dob",
    "d.o.b",
    "date of birth",
    "birth date",
    "birth dt",
    "birth day",
    "patient dob",
    "date naissance",
    "geb datum",
    "data nasc",
    "birthdate",
    "birthday",
    "bday",
    "born",
    "born on",
    "geburtsdatum",
    "geburtstag",
    "geboren am",
    "geb",
    "geb am",
    "date de naissance",
    "né le",
    "née le",
    "fecha de nacimiento",
    "fecha nacimiento",
    "nacido el",
    "nacida el",
    "fec nac",
    "data di nascita",
    "nato il",
    "nata il",
    "data de nascimento",
    "data nascimento",
    "nascimento",
    "geboortedatum",
    "geboren op",
    "data urodzenia",
    "födelsedatum",
    "född",
    "fødselsdato",
    "fødselsdag",
    "syntymäaika",
    "doğum tarihi",
    "datum narození",
    "datum rođenja",
    "data nașterii",
    "születési idő",
    "születési dátum",
    "дата рождения",
    "дата народження",
    "родился",
    "родилась",
    "ημερομηνία γέννησης",
    "生年月日",
    "誕生日",
    "出生日期",
    "生日",
    "생년월일",
    "ngày sinh",
    "tanggal lahir",
    "tarikh lahir",
    "تاريخ الميلاد",
    "תאריך לידה",
    "जन्म तिथि",
    "วันเกิด",
)
_BORN_HINTS: Final = (
    r"(?i:dob|d\.o\.b|birth|bday|born|geburt|geboren|geb[\W_D]"
    r"|naissance|n\x{e9}e?[ _]le|nacimiento|nacid[oa]|fec[ _]nac)",
    r"(?i:nascita|nat[oa][ _]il|nascimento|geboorte|urodzenia|f\x{f6}d|f\x{f8}ds|syntym|do\x{11f}um|narozen)",
    r"(?i:ro\x{111}enja|na\x{219}terii|sz\x{fc}let|рожден|народжен|родил|γέννησης|ngày sinh|lahir)",
    "生年月日|誕生日|出生日期|生日|생년월일|الميلاد|לידה|जन्म|วันเกิด",
)
_MONTH: Final = r"[\pL]{3,10}\.?"
_DATE: Final = (
    r"(?P<value>(?:18|19|20)\d\d(?:[-/. ]\d{1,2}[-/. ]\d{1,2}"
    r"|年\s?\d{1,2}月\s?\d{1,2}日|년\s?\d{1,2}월\s?\d{1,2}일)"
    r"|\d{1,2}[-/. ]\d{1,2}[-/. ](?:\d{4}|\d{2})\b"
    r"|\d{1,2}\. ?\d{1,2}\. ?\d{4}"
    rf"|\d{{1,2}}(?:st|nd|rd|th|\.|º|er)?(?:[ -]|\sde\s|\sof\s){_MONTH}(?:,?[ -]|\sde\s)(?:\d{{4}}|\d{{2}})\b"
    rf"|{_MONTH}[ -]\d{{1,2}}(?:st|nd|rd|th)?,?[ -]\d{{4}}"
    r"|(?:19|20)\d{2}[01]\d[0-3]\d\b|[0-3]\d[01]\d(?:19|20)\d{2}\b)"
)
_FIRST_YEAR: Final = 1890


def is_birth_date(value: str) -> bool:
    """Whether it can be a day on which somebody alive was born, in one of the orders that are written."""
    numbers = [int(number) for number in re.findall(r"\d+", value)]
    if len(numbers) == 1 and len(number := re.sub(r"\D", "", value)) == len("20000101"):
        orders = [(number[:4], number[4:6], number[6:]), (number[4:], number[2:4], number[:2])]
        return any(_is_past_day(int(y), int(m), int(d)) for y, m, d in orders)
    if re.search(r"[^\W\d]{3}", value):  # a month in letters
        return len(numbers) == 2 and _is_past_day(numbers[1], 1, numbers[0])  # noqa: PLR2004
    if len(numbers) != 3:  # noqa: PLR2004
        return False
    a, b, c = numbers
    return any(
        _is_past_day(*order) for order in ((a, b, c), (c, b, a), (c, a, b)) if order[0] not in (b,) or True
    )


def _is_past_day(year: int, month: int, day: int) -> bool:
    century = 100
    if year < century:
        year += 1900
    try:
        return _FIRST_YEAR <= year and datetime.date(year, month, day) <= datetime.date.today()  # noqa: DTZ011
    except ValueError:
        return False


_VIN_VALUES: Final = dict(
    zip(
        "ABCDEFGHJKLMNPRSTUVWXYZ",
        (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9),
        strict=True,
    )
)
_VIN_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def is_vin(value: str) -> bool:
    """The check digit in the ninth place (49 CFR 565.15; ISO 3779 leaves it to the countries)."""
    value = value.upper()
    total = sum(
        weight * (int(letter) if letter.isdigit() else _VIN_VALUES[letter])
        for letter, weight in zip(value, _VIN_WEIGHTS, strict=True)
    )
    return "0123456789X"[total % 11] == value[8] and _is_mixed(value)


def _is_mixed(value: str) -> bool:
    least = 3
    return sum(map(str.isalpha, value)) >= least and sum(map(str.isdigit, value)) >= least + 1


def _is_place(value: str) -> bool:
    """Precise to a few metres at least in one of its numbers, and on the globe."""
    numbers = re.findall(r"-?\d+\.\d+", value)
    decimals = max(len(number.partition(".")[2]) for number in numbers)
    limits = (90, 180) if len(numbers) > 1 else (180,)
    precise = 5
    on_globe = all(abs(float(number)) <= limit for number, limit in zip(numbers, limits, strict=False))
    return decimals >= precise and on_globe and any(float(number) for number in numbers)


_PLACE: Final = (
    "coordinates",
    "coords",
    "coord",
    "gps",
    "gps position",
    "gps location",
    "location",
    "geo",
    "geolocation",
    "latlng",
    "latlong",
    "lat lng",
    "lat lon",
    "lat long",
    "lat,lng",
    "lat,lon",
    "lat/lon",
    "position",
    "point",
    "koordinaten",
    "standort",
    "coordenadas",
    "coordonnées",
    "ubicación",
)
_PLACE_NAMES: Final = (
    "lat",
    "latitude",
    "lon",
    "lng",
    "longitude",
    "gps lat",
    "gps lon",
    "breitengrad",
    "längengrad",
)
_DECIMAL: Final = r"[-+]?\d{1,3}\.\d{4,15}"

REST: Final[tuple[Kind, ...]] = (
    Kind(
        name="date_of_birth",
        title="Date of birth, by the name before it",
        category=Category.PII,
        pattern=named(_BORN, rf"(?:(?i:on|am|le|el|il|op|em)\s)?{_DATE}"),
        hints=_BORN_HINTS,
        not_before=r"\d",
        check=is_birth_date,
        mask=masks.named("date_of_birth"),
        rank=Rank.NUMBER + 4,
        fields=(
            r"(?:.*[^a-z0-9])?(?:dob|date_?of_?birth|birth_?(?:date|day)|geburtsdatum|date_?naissance"
            r"|fecha_?(?:de_?)?nacimiento|geboortedatum|data_?(?:di_?)?nascita)"
        ),
        matches=(
            "dob: ‹1985-07-09›",
            '"birthDate":"‹1985-07-09›T00:00:00Z"',
            "born on ‹July 9, 1985›",
            "Geburtsdatum: ‹09.07.1985›",
            "né le ‹9 juillet 1985›",
            "date_of_birth=‹07/09/85›",
            "生年月日: ‹1985年7月9日›",
            "DOB ‹09-Jul-1985›",
            "date of birth (dd/mm/yyyy): ‹09/07/1985›",
            "birthday ‹19850709›",
        ),
        misses=(
            "dob: 1985-13-40",
            "born 1985",
            "reborn at 2023-01-29x",
            "dob: 2999-01-01",
            "birth 2023-01-29",
        ),
    ),
    Kind(
        name="vin",
        title="Identification number of a vehicle (ISO 3779)",
        category=Category.PII,
        pattern=r"[A-HJ-NPR-Z0-9]{13}\d{4}",
        hints=(r"(?:^|[^A-Za-z0-9])[A-HJ-NPR-Z0-9]{13}\d{4}",),
        not_after=r"\w.+/-",
        not_before=r"\w.+/=-",
        check=is_vin,
        before=spelled("vin", "vehicle", "chassis"),
        mask=masks.named("vin"),
        rank=Rank.NUMBER,
        fields="(?:.*[^a-z0-9])?(?:fahrgestell_?nummer|vehicle_?identification_?number)",
        matches=("vehicle ‹1HGCM82633A004352› sold", "VIN=‹1M8GDM9AXKP042788›"),
        misses=("1HGCM82633A004353", "12345678901234567", "X1HGCM82633A004352"),
    ),
    Kind(
        name="vin",
        title="Identification number of a vehicle, by the name before it",
        category=Category.PII,
        pattern=named(
            (
                "vin",
                "vehicle identification",
                "chassis",
                "fahrgestell",
                "fahrgestellnummer",
                "fin",
                "vin code",
            ),
            r"(?P<value>(?i:[A-HJ-NPR-Z0-9]{17}))\b",
        ),
        hints=(
            r"(?i:vin|vehicle[\s_-]?identification|chassis|fahrgestell|fin)[^\n]{1,16}[A-HJ-NPR-Za-hj-npr-z0-9]{17}",
        ),
        not_before=r"\w-",
        check=_is_mixed,
        mask=masks.named("vin"),
        rank=Rank.NUMBER,
        matches=("VIN: ‹WVWZZZ1JZXW000001›", "vin=‹wvwzzz1jzxw000001›"),
        misses=("vin: 12345678901234567", "moving WVWZZZ1JZXW000001"),
    ),
    Kind(
        name="geo_coordinates",
        title="Place on the globe, precise to metres: latitude and longitude",
        category=Category.PII,
        pattern=named(
            _PLACE, rf"(?:\\?[\"'(\[{{]|POINT ?\()?(?P<value>{_DECIMAL}(?:\s?[,;]\s?|\s){_DECIMAL})"
        ),
        hints=(r"\d\.\d{4,15}(?:\s?[,;]\s?|\s)[-+]?\d{1,3}\.\d{4}",),
        not_before=r"\w.",
        check=_is_place,
        mask=masks.named("geo_coordinates"),
        rank=Rank.NUMBER,
        matches=("gps: ‹52.520008, 13.404954›", "location=(‹-33.868820,151.209290›)"),
        misses=("gps: 52.5200, 13.4049", "weights 0.123456, 0.654321", "location 95.520008, 13.404954"),
    ),
    Kind(
        name="geo_coordinates",
        title="Latitude or longitude, precise to metres, by the name before it",
        category=Category.PII,
        pattern=named(_PLACE_NAMES, r"(?P<value>[-+]?\d{1,3}\.\d{5,15})"),
        hints=(r"(?i:lat|latitude|lon|lng|longitude|ngengrad|breitengrad)[^\w\n]{1,6}\d{1,3}\.\d{5}",),
        not_before=r"\w.",
        check=_is_place,
        mask=masks.named("geo_coordinates"),
        rank=Rank.NUMBER,
        matches=("lat=‹52.520008› lon=‹13.404954›", '"latitude": ‹-33.868820›, "longitude": ‹151.209290›'),
        misses=("lat=52.5200", "latency: 12.345678", "flat 1.234567", "lat=352.520008"),
    ),
)

#: All of them.
PERSONAL: Final[tuple[Kind, ...]] = (*EUROPE, *AMERICAS, *ASIA, *NETWORK, *HEALTH, *FINANCE, *REST)
