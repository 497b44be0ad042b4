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
from security.detectors.national_latin import LATIN
from security.detectors.national_south import SOUTH
from security.detectors.nearby import named, phrases, spelled
from security.detectors.network import NETWORK
from security.detectors.travel import TRAVEL

#: What stands before the day on which somebody was born, as people say it and in more languages.
_BORN_ELSEWHERE: Final = phrases(
    "d/n, geboren, gebore, γέννησης, γεννήθηκε, rojen, rojena, rojena dne, rojen dne, rođen, rođena, "
    "rodjen, rodjena, роден, родена, родила се, נולד, נולדה, పుట్టిన తేదీ, பிறந்த தேதி, பிறந்த நாள், জন্ম "
    "তারিখ, জন্মতারিখ, ಹುಟ್ಟಿದ ದಿನಾಂಕ, ജനനത്തീയതി, ജനന തീയതി, જન્મ તારીખ, ਜਨਮ ਮਿਤੀ, ਜਨਮ ਤਾਰੀਖ, जन्मतिथि, "
    "जन्मतारीख, जन्म दिनांक, जन्मदिन, تاریخ پیدائش, پیدائش, تاریخ تولد, متولد, تولد, مواليد, تاريخ ميلاد, "
    "مولود, ولد في, syntymäaikaan, syntymäajan, született, szül, gimė, dzimis, dzimusi, sinh ngày, "
    "დაიბადა, დაბადების თარიღი, ծննդ, ծննդյան ամսաթիվ, ծնված, tug'ilgan sanasi, tug'ilgan, туған күні, "
    "төрсөн, fæddur, fædd, fæðingardagur, jaioteguna, jaio, imwieled, imwielda, fèt, nascut el, nascuda "
    "el, data de naixement, data de nacemento, născut, născută, datëlindja, lindur më, tarehe ya "
    "kuzaliwa, alizaliwa, kapanganakan, ipinanganak, tgl lahir, 出生于, 出生年月, 生于, 生於, 出生, "
    "출생, 생일, sündinud, "
    "narodený, narodená, народився, народилася, fødselsdata"
)

_BORN: Final = (
    "dob",
    "geb.-datum",
    "geb.-dat",
    "geb.-tag",
    "dogum tarihi",
    "d.tarihi",
    "ne le",
    "nee le",
    "f. nac",
    "fec. nac",
    "fecha nacim",
    "d. nasc",
    "fodselsdato",
    "fodselsdag",
    "fodelsedatum",
    "syntymaaika",
    "szuletesi ido",
    "szuletesi datum",
    "data nasterii",
    "datum rodenja",
    "datum rodjenja",
    "dátum narodenia",
    "datum narodenia",
    "datum rojstva",
    "tgl lahir",
    "д.р",
    "дата рожд",
    "d o b",
    "d.o.b",
    "dt birth",
    "birth date time",
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
    "born at",
    "nascido em",
    "nascida em",
    "nasc",
    "dt nasc",
    "dt nascimento",
    "data nasc",
    "fnac",
    "f nacimiento",
    "fecha nac",
    "fec nacimiento",
    "date naiss",
    "né e le",
    "geb dat",
    "gebdat",
    "geb date",
    "urodzony",
    "urodzona",
    "ur",
    "data ur",
    "narozen",
    "narozena",
    "nar",
    "dat nar",
    "datum narozeni",
    "dzimšanas datums",
    "gimimo data",
    "sünniaeg",
    "sünnikuupäev",
    "syntynyt",
    "född den",
    "født",
    "nata a",
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
    *_BORN_ELSEWHERE,
)
_BORN_HINTS: Final = (
    r"(?i:dob|d\.o\.b|birth|bday|born|geburt|geboren|geb[\W_D]"
    r"|naissance|n\x{e9}e?[ _]le|nacimiento|nacid[oa]|fec[ _]nac)",
    r"(?i:nascita|nat[oa][ _]il|nasc[io_.]|nasc:|fnac|f[ _]nac|fecha[ _]?nac|gebdat|naiss|urodz"
    r"|geboorte|urodzenia|f\x{f6}d|f\x{f8}ds|syntym|do\x{11f}um|narozen)",
    r"(?i:ro\x{111}enja|na\x{219}terii|sz\x{fc}let|рожден|народжен|родил|γέννησης|ngày sinh|lahir)",
    r"(?i:(?:^|[^a-z]|\\[nrtbf])ur\.? ?\\*[\"']?(?: ?[:=])? ?\\*[\"']?\d|narozen|[ ,(;]nar\. |dat[_ ]nar|dzim"
    r"|gimimo|s\x{fc}nni|syntynyt|f\x{f8}dt)",
    r"(?i:geb\.-|dogum[ _]?tarihi|d\.tarihi|\bnee? le|f\. nac|nacim|d\. nasc|fodsels|fodelse"
    r"|szuletesi|nasterii|ro(?:d|dj)enja|narodenia|rojstva|д\.р|рожд)",
    "生年月日|誕生日|出生日期|生日|생년월일|الميلاد|לידה|जन्म|วันเกิด",
    f"(?i:{'|'.join(_BORN_ELSEWHERE)})",
)
_MONTH: Final = r"[\pL]{3,10}\.?"
_MONTHS: Final = r"(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
#: Between a word for a birth and its day, as registers write it: where.
_IN_A_PLACE: Final = (
    r"\s(?i:à|a|en|em|in|w|te|at)\s[\pL][\pL' .()-]{1,40}?,?\s(?i:le|il|el|em|on|am|op|dnia)\s"
)
_DATE: Final = (
    r"(?P<value>(?:18|19|20)\d\d(?:(?:[-/. ]|, ?)\d{1,2}(?:[-/. ]|, ?)\d{1,2}"
    r"|年\s?\d{1,2}月\s?\d{1,2}日|년\s?\d{1,2}월\s?\d{1,2}일)"
    r"|\d{1,2}[-/. ]\d{1,2}[-/. ](?:\d{4}|\d{2})\b"
    r"|\d{1,2}\. ?\d{1,2}\. ?\d{4}"
    rf"|\d{{1,2}}(?:st|nd|rd|th|\.|º|er)?(?:[ -]|\sde\s|\sof\s){_MONTH}(?:,?[ -]|\sde\s)(?:\d{{4}}|\d{{2}})\b"
    rf"|\d{{1,2}}{_MONTHS}(?:\d{{4}}|\d{{2}})\b"
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
    return any(_is_past_day(*order) for order in ((a, b, c), (c, b, a), (c, a, b)))


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
    latitude, longitude, precise = 90, 180, 5
    sizes = sorted(abs(float(number)) for number in numbers)  # geometries say the longitude first
    on_globe = sizes[-1] <= longitude and (len(sizes) == 1 or sizes[0] <= latitude)
    return decimals >= precise and on_globe and any(float(number) for number in numbers)


def _is_bare_place(value: str) -> bool:
    """The same without a name: two precise numbers, of which one is not small."""
    first, second = (abs(float(number)) for number in re.findall(r"\d+\.\d+", value))
    few = 10
    return _is_place(value) and max(first, second) >= few


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
    "koordinaten",
    "standort",
    "coordenadas",
    "coordonnées",
    "ubicación",
    "localização",
    "posición",
    "posizione",
    "coordinate",
    "lat long",
    "latitude longitude",
    "ll",
    "geo point",
    "geopoint",
    "lonlat",
    "lnglat",
    "latlon",
    "driver at",
    "courier at",
    "rider at",
    "vehicle at",
    "user at",
    "customer at",
    "device at",
    "device ping",
    "delivered at",
    "delivered near",
    "located at",
    "located near",
    "arrived at",
    "dropped at",
    "picked up at",
    "last seen at",
    "position updated to",
    "location updated to",
    "current location",
    "last location",
    "last known location",
    "device location",
    "home location",
    "work location",
    "user location",
    "geo position",
    "geo coordinates",
    "gps coordinates",
    "gps fix",
    "coordonnées gps",
    "coordenadas gps",
    "współrzędne",
    "souřadnice",
    "koordinater",
    "koordinaatit",
    "koordinat",
    "lokasi",
    "tọa độ",
    "พิกัด",
    "إحداثيات",
    "vị trí",
    "konum",
    "geohash",
    "geofence",
    "geofence exit",
    "geofence enter",
    "geofence entered",
    "geofence exited",
    "checked in at",
    "drop off",
    "pickup",
    "pick up",
    "waypoint",
    "位置",
    "坐标",
    "経緯度",
    "座標",
    "좌표",
    "местоположение",
    "координаты",
)
#: How maps are asked for a place, and programs are given one.
_MAPS: Final = (
    r"(?i:#map=[\d.]{1,5}/|maps?[^\s\"'<>]{0,80}?(?:[?&](?:q|ll|sll|center|daddr|saddr|query|destination|loc|cp)=|/@|place/)"
    r"|geo:)(?:loc:)?"
)
#: A point of a geometry, of a class, of a program's logs.
_POINT: Final = (
    r"(?:\b(?:MULTI)?(?:POINT|Point)\s?(?:Z|M|ZM)?\s?[({\[]{1,2}\s?"
    r"|\b(?i:st_(?:make)?point|st_pointfromtext|geographypoint|geographicpoint|geopoint|geo_?coord\w*|lat_?l(?:ng|on|ong)"
    r"|lng_?lat|lon_?lat|coordinates?|cllocation(?:coordinate2d)?|location)\s?[({\[<]{1,2}"
    r"(?:(?:gps|fused|network|lat|latitude)[ =:]+)?\s?"
    r"|\b(?i:geoadd|geosearch) \S+ (?:(?i:fromlonlat) )?)"
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
    "breite",
    "länge",
    "latitud",
    "longitud",
    "latitudine",
    "longitudine",
    "geo lat",
    "geo lon",
    "geo lng",
    "широта",
    "долгота",
    "纬度",
    "经度",
    "緯度",
    "経度",
    "위도",
    "경도",
    "lat deg",
    "lon deg",
    "lng deg",
    "coordinates",
    "coords",
    "latlng",
    "lonlat",
    "x coord",
    "y coord",
)
_DECIMAL: Final = r"[-+]?\d{1,3}\.\d{4,15}"

REST: Final[tuple[Kind, ...]] = (
    Kind(
        name="date_of_birth",
        title="Date of birth, by the name before it",
        category=Category.PII,
        pattern=named(
            _BORN, rf"(?:(?i:on|am|le|el|il|op|em|den|dnia|dne|a)\s|(?i:date|timestamp)\s\\*['\"])?{_DATE}"
        )
        + rf"|(?:^|[^\pL])(?i:née?|nat[oa]|nacid[oa]|nascid[oa]|born|geboren|urodzon[ya]){_IN_A_PLACE}"
        + _DATE.replace("<value>", "<value2>")
        + r"|\(0010,0030\) DA \[(?P<value3>\d{8})\]",
        hints=(*_BORN_HINTS, r"(?i:née?|nat[oa]) (?i:à|a) ", r"\(0010,0030\) DA \["),
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
            "WHERE birthdate = DATE '‹1989-12-07›' AND x",
            "(0010,0030) DA [‹19770608›] # 8, 1 PatientBirthDate",
            '"birthDate":"‹1985-07-09›T00:00:00Z"',
            "born on ‹July 9, 1985›",
            "Geburtsdatum: ‹09.07.1985›",
            "né le ‹9 juillet 1985›",
            "date_of_birth=‹07/09/85›",
            "生年月日: ‹1985年7月9日›",
            "DOB ‹09-Jul-1985›",
            "date of birth (dd/mm/yyyy): ‹09/07/1985›",
            "birthday ‹19850709›",
            "nascido em ‹8 de outubro de 1956›",
            "Emelie, ur. ‹02.09.1962›",
            "ur.=‹12.07.1980›",
            "dob=(‹1985, 7, 9›)",
            "DOB ‹09JUL85›",
            "Mitarbeiterin Geb.-Datum ‹03.08.1978›",
            "dogum_tarihi=‹02.10.1942›",
            "née à Lyon le ‹9 juillet 1985›",
            "nato a Reggio Emilia il ‹09/07/1985›",
        ),
        misses=(
            "dob: 1985-13-40",
            "born 1985",
            "reborn at 2023-01-29x",
            "dob: 2999-01-01",
            "birth 2023-01-29",
            "dob 85JUL85",
            "nata a caso",
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
        pattern=rf"{_MAPS}(?P<value1>{_DECIMAL}(?:,|/|%2[cC]){_DECIMAL})"
        rf"|<(?P<value4>[+-]{_DECIMAL},[+-]{_DECIMAL})> \+/-"
        + rf"|{_POINT}(?P<value3>{_DECIMAL}(?:\s?,\s?|\s){_DECIMAL})|"
        + named(
            _PLACE, rf"(?:\\?[\"'(\[{{]|POINT ?\()?\s?(?P<value2>{_DECIMAL}(?:\s?[,;/]\s?|\s){_DECIMAL})"
        ),
        hints=(r"\d\.\d{4,15}(?:\s?[,;/]\s?|\s|%2[cC])[-+]?\d{1,3}\.\d{4}",),
        not_before=r"\w.",
        check=_is_place,
        mask=masks.named("geo_coordinates"),
        rank=Rank.NUMBER,
        matches=(
            "gps: ‹52.520008, 13.404954›",
            "location=(‹-33.868820,151.209290›)",
            "GET https://maps.google.com/?q=‹-34.08489,150.97462›",
            "geofence exit (‹-1.257694, 36.578667›)",
            "checked in at ‹46.765037,-0.693274› by tram",
            "SRID=4326;POINT(‹-38.0002430 64.0831208›)",
            "ST_MakePoint(‹13.404954, 52.520008›)",
            "Location[gps ‹52.520008,13.404954› hAcc=12]",
            "GEOADD drivers ‹13.404954 52.520008› 17",
            "https://www.openstreetmap.org/#map=18/‹52.520008/13.404954›",
            "<‹+52.52000800,+13.40495400›> +/- 5.00m",
            "driver at ‹52.520008,13.404954› accepted",
        ),
        misses=(
            "gps: 52.5200, 13.4049",
            "flat 46.765037,-0.693274",
            "pointer at 46.765037,60.693274",
            "weights 0.123456, 0.654321",
            "location 195.520008, 13.404954",
            "location 95.520008, 113.404954",
        ),
    ),
    Kind(
        name="geo_coordinates",
        title="Latitude and longitude, a field of their own",
        category=Category.PII,
        pattern=rf"(?:^|[\t;|]|,[\"']|^[\"'])(?P<value>{_DECIMAL},\s?{_DECIMAL})(?:[\t;|]|[\"'],|[\"']?$)",
        hints=(r"\d\.\d{5,15}, ?[-+]?\d{1,3}\.\d{5}",),
        check=_is_bare_place,
        mask=masks.named("geo_coordinates"),
        rank=Rank.LOOSE,
        confidence=0.6,
        matches=("ok\t‹-1.535786,36.521488›\t9120", '"‹37.9357193, -122.4481808›",NNZ'),
        misses=(
            "'0.123456,0.654321'",
            "0.1;1.123456,2.654321;3",
            "range 12.345678,45.678901 ms",
            'arg: "-61.701449, 159.505677"',
        ),
    ),
    Kind(
        name="geo_coordinates",
        title="Latitude or longitude in degrees, minutes and seconds, or with the letter of its hemisphere",
        category=Category.PII,
        pattern=(
            r"(?P<value1>(?:[NSEWO] ?)?\d{1,3} ?° ?\d{1,2} ?['′’] ?\d{1,2}(?:[.,]\d+)?"
            r" ?(?:\\?\"|″|”|'')(?: ?[NSEWO]\b)?)"
            r"|(?P<value2>\b\d{1,3}\.\d{5,15} ?°? ?[NSEW])\b"
            r"|\b(?P<value3>[NSEW] ?\d{1,3}\.\d{5,15}°?)"
            r"|,(?P<value4>\d{4}\.\d{2,8},[NS],\d{5}\.\d{2,8},[EW])\b"
            r"|\b(?i:lat|latitude|lon|lng|longitude)_?[eE]7[\"']?\s?[:=]\s?[\"']?(?P<value5>-?\d{7,10})\b"
            r"|(?P<value6>\b\d{1,3} deg \d{1,2}' \d{1,2}(?:\.\d+)?\\?\" [NSEW])\b"
            r"|(?:^|[\s\"'=:,(])(?P<value7>[+-]\d{2}\.\d{4,10}[+-]\d{3}\.\d{4,10}(?:[+-]\d+(?:\.\d+)?)?/)"
            r"|\b(?i:geo_?hash)(?:\\*[\"'])?\s?[:=]\s?\\*[\"']?(?P<value8>[0-9b-hjkmnp-z]{7,12})\b"
            r"|(?:^|[^0-9A-Za-z+])(?P<value9>[2-9CFGHJMPQRVWX]{8}\+[2-9CFGHJMPQRVWX]{2,3})\b"
        ),
        hints=(
            r"\d ?° ?\d{1,2} ?['′’] ?\d",
            r"\d\.\d{5,15} ?°? ?[NSEW]",
            r"[NSEW] ?\d{1,3}\.\d{5}",
            r"\d\.\d{2,8},[NS],\d{5}\.",
            r"(?i:lat|latitude|lon|lng|longitude)_?[eE]7",
            r"\d deg \d{1,2}' \d",
            r"[+-]\d{2}\.\d{4,10}[+-]\d{3}\.\d{4}",
            r"(?i:geo_?hash)(?:\\*[\"'])?\s?[:=]\s?\\*[\"']?[0-9b-hjkmnp-z]{7}",
            r"(?:^|[^0-9A-Za-z+])[2-9CFGHJMPQRVWX]{8}\+[2-9CFGHJMPQRVWX]{2}",
        ),
        not_before=r"\w.",
        mask=masks.named("geo_coordinates"),
        rank=Rank.NUMBER,
        matches=(
            "at ‹52°31'12.0\"N› ‹13°24'17\"E›",
            "‹52.520008 N›, ‹13.404954° E›",
            "$GPGGA,123519,‹4807.038,N,01131.000,E›,1,08",
            '"latitudeE7": ‹525200080›',
            "GPS Position : ‹52 deg 31' 12.00\" N›, ‹13 deg 24' 17.00\" E›",
            "moved to ‹+52.520008+013.404954/›",
            '"geohash":"‹u33dc1v0xupz›"',
            "plus code ‹9F4MGC22+22G›",
        ),
        misses=(
            "geohash: missing",
            "a+bC22222222+22",
            "turn 45° 3 times",
            "52.52 N",
            "ratio 0.123456 Nm",
            "E 1.5",
            "pattern7: 525200080",
        ),
    ),
    Kind(
        name="geo_coordinates",
        title="Latitude or longitude, precise to metres, by the name before it",
        category=Category.PII,
        pattern=named(_PLACE_NAMES, r"(?P<value>[-+]?\d{1,3}\.\d{5,15})"),
        hints=(
            r"(?i:lat|latitude?|lon|lng|longitude?|lat_?deg|lo?ng?_?deg|coordinates|coords|latlng|lonlat|latitudine|ngengrad|breitengrad|nge|breite|coord|\w_?lat|\w_?lng)(?:_?\d{1,2})?[^\w\n]{1,6}\d{1,3}\.\d{5}",
            r"(?:широта|долгота|纬度|经度|緯度|経度|위도|경도)[^\n]{1,12}\d\.\d{5}",
        ),
        not_before=r"\w.",
        check=_is_place,
        mask=masks.named("geo_coordinates"),
        rank=Rank.NUMBER,
        matches=(
            "@__latitude_4='‹-1.5867750›'",
            "lat=‹52.520008› lon=‹13.404954›",
            '"latitude": ‹-33.868820›, "longitude": ‹151.209290›',
        ),
        misses=("lat=52.5200", "latency: 12.345678", "flat 1.234567", "lat=352.520008"),
    ),
)

#: All of them.
PERSONAL: Final[tuple[Kind, ...]] = (
    *EUROPE,
    *AMERICAS,
    *LATIN,
    *ASIA,
    *SOUTH,
    *TRAVEL,
    *NETWORK,
    *HEALTH,
    *FINANCE,
    *REST,
)
