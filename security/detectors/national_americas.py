"""Numbers that the states of the Americas give to persons; python-stdnum's rules, unless said here."""

import re
from typing import Final

from stdnum.ar import cuit
from stdnum.br import cpf
from stdnum.ca import sin
from stdnum.cl import rut
from stdnum.mx import curp, rfc
from stdnum.us import ein, itin

from security.detectors import checks, masks
from security.detectors.kind import Category, Check, Kind, Rank
from security.detectors.national_numbers import national
from security.detectors.nearby import hints, named

_ITIN_GROUP: Final = r"(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])"  # Internal Revenue Service, Publication 1915
_PASSPORT: Final = (
    "passport",
    "pass no",
    "reisepass",
    "reisepassnummer",
    "passeport",
    "pasaporte",
    "passaporto",
    "paspoort",
    "paspoortnummer",
    "paszport",
    "passaporte",
    "护照",
    "護照",
    "パスポート",
    "여권",
    "паспорт",
)
_US_PASSPORT: Final = ("us passport", "usa passport", "american passport", "passport us", "passport")
_LICENCE: Final = (
    "driver license",
    "drivers license",
    "driver's license",
    "driver licence",
    "drivers licence",
    "driver's licence",
    "driving licence",
    "driving license",
    "driver lic",
    "drivers lic",
    "dl number",
    "dl no",
    "dln",
    "dl",
    "licence number",
    "fuehrerschein",
    "führerschein",
    "führerscheinnummer",
    "fuehrerscheinnummer",
    "permis de conduire",
    "permiso de conducir",
    "patente di guida",
    "rijbewijs",
    "rijbewijsnummer",
)
_DNI: Final = ("dni", "documento", "doc nacional", "documento nacional de identidad")


def _has_digits(least: int) -> Check:
    return lambda value: sum(map(str.isdigit, value)) >= least and checks.is_plain(value)


def _is_itin(value: str) -> bool:
    if value.endswith("0000"):
        return False
    return bool(re.match(rf"9\d\d-?{_ITIN_GROUP}-?\d{{4}}$", value)) or itin.is_valid(value)


AMERICAS: Final[tuple[Kind, ...]] = (
    national(
        "us_itin",
        "Individual taxpayer identification number of the United States",
        rf"9\d{{2}}-{_ITIN_GROUP}-\d{{4}}",
        _is_itin,
        ("itin", "taxpayer"),
        alone=r"9\d{2}-[5-9]\d-\d{4}",
        fields="itin",
        matches=("ITIN ‹912-90-2943›", "payer ‹912-72-6440›."),
        misses=("912-89-2943", "912-93-2943", "812-90-2943", "0912-90-2943"),
    ),
    national(
        "us_itin",
        "Individual taxpayer identification number, by the words near it",
        rf"9\d{{2}}[ -]?{_ITIN_GROUP}[ -]?\d{{4}}",
        lambda value: _is_itin(re.sub(r"\D", "", value)),
        ("itin", "individual taxpayer"),
        matches=("itin=‹912906440›", "ITIN: ‹912 90 6440›"),
        misses=("itin=912896440", "912906440"),
    ),
    national(
        "us_ein",
        "Employer identification number of the United States",
        r"\d{2}-?\d{7}",
        ein.is_valid,
        ("ein", "fein", "employer identification", "employer id", "federal tax id", "tax id", "tax number"),
        person=False,
        fields="fein|employer_?id(?:entification)?",
        matches=("EIN: ‹91-1140504›", '"tax_id": "‹91-1140676›"', "employer_id=‹911147062›"),
        misses=("EIN: 89-1140504", "part 91-1140504"),
    ),
    Kind(
        name="us_passport",
        title="Number of a passport of the United States",
        category=Category.PII,
        pattern=named(_US_PASSPORT, r"(?P<value>[A-Z]?\d{8,9})\b"),
        hints=hints("passport"),
        not_before=r"\w-",
        check=_has_digits(8),
        mask=masks.named("us_passport"),
        rank=Rank.NUMBER + 1,
        matches=("passport: ‹512345678›", '"passportNumber":"‹C12345678›"', "US passport no. ‹C03005988›"),
        misses=("passport: 2023", "passport.js:512345678123", "passport expired"),
    ),
    Kind(
        name="passport_number",
        title="Number of a passport, by the name before it",
        category=Category.PII,
        pattern=named(
            _PASSPORT,
            r"(?P<value>[A-Z]{0,3} ?\d{6,9}[A-Z]?|[A-Z]\d[A-Z\d]{6,7}|\d{2} \d{2} \d{6}"
            r"|[CFGHJK][CFGHJKLMNPRTVWXYZ0-9]{8})\b",
        ),
        hints=hints(*_PASSPORT),
        not_before=r"\w-",
        check=_has_digits(3),
        mask=masks.named("passport_number"),
        rank=Rank.NUMBER,
        fields=r"(?:.*[^a-z0-9])?(?:passport|passeport|pasaporte|reisepass)(?:[^a-z0-9]?(?:number|num|no|nr|nummer))",
        matches=(
            "Reisepass: ‹C01X00T47›",
            "passport_no=‹AB1234567›",
            "passeport n° ‹12AB34567›".replace("12AB34567", "123456789"),
            '"passportNumber": "‹P1234567›"',
        ),
        misses=("passport-saml 3.2.1", "passport check passed", "passport: 20230129T0841"),
    ),
    Kind(
        name="drivers_license",
        title="Number of a driving licence, by the name before it",
        category=Category.PII,
        pattern=named(
            _LICENCE,
            r"(?P<value>[A-Z]{0,2}[ -]?\d{3}[ -]\d{3}[ -]\d{2,4}(?:[ -]\d{1,3})?"
            r"|[A-Z]\d{2,4}-\d{4}-\d{4,5}|[A-Z\d*]{6,18})\b",
        ),
        hints=hints(*_LICENCE),
        not_before=r"\w",
        check=_has_digits(4),
        mask=masks.named("drivers_license"),
        rank=Rank.NUMBER,
        fields=r"(?:.*[^a-z0-9])?driv(?:er'?s?|ing)_?licen[sc]e(?:[^a-z0-9]?(?:number|num|no|nr))?",
        matches=(
            "driver's license: ‹D1234567›",
            '"driversLicenseNumber": "‹S530-4601-2345›"',
            "driving licence ‹MORGA657054SM9IJ›",
            "DL: ‹F2554920›",
        ),
        misses=("driver license expired", "dl: 12.5 Mbit", "html: D1234567"),
    ),
    national(
        "br_cpf",
        "Number of a taxpayer in Brazil (CPF)",
        r"\d{3}\.\d{3}\.\d{3}-\d{2}",
        cpf.is_valid,
        ("cpf",),
        alone=r"\d{3}\.\d{3}\.\d{3}-\d{2}",
        fields="cpf",
        rank=Rank.NUMBER + 1,
        matches=("CPF ‹390.533.209-46›", "‹390.533.152-76›"),
        misses=("390.533.209-47", "111.111.111-11"),
    ),
    national(
        "br_cpf",
        "Number of a taxpayer in Brazil (CPF), by the words near it",
        r"\d{9}-?\d{2}|\d{3} \d{3} \d{3}[ -]\d{2}",
        lambda value: cpf.is_valid(re.sub(r"\D", "", value)),
        ("cpf", "cadastro de pessoas físicas", "contribuinte", "documento", "doc"),
        matches=("cpf=‹39053320946›", '"CPF": "‹390533152-76›"', "‹39053372318› é o CPF"),
        misses=("cpf=39053320947", "39053320946"),
    ),
    national(
        "mx_curp",
        "Key of a person in Mexico (CURP)",
        r"[A-Z][AEIOUX][A-Z]{2}\d{6}[HMX][A-Z]{5}[A-Z\d]\d",
        curp.is_valid,
        ("curp",),
        alone=r"[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z\d]\d",
        fields="curp",
        rank=Rank.NUMBER + 3,
        matches=("CURP ‹BOXW310820HNERXN75›", "‹BOXW310820HNERXN59›"),
        misses=("BOXW310820HNERXN76", "BOXW311320HNERXN75"),
    ),
    national(
        "mx_rfc",
        "Number of a taxpayer in Mexico (RFC), a person's",
        r"[A-Z&Ñ]{4}[ -]?\d{6}[ -]?[A-Z\d]{2}[A\d]",
        lambda value: rfc.is_valid(value, validate_check_digits=True),
        ("rfc",),
        alone=r"[A-Z&][ -]?\d{6}[ -]?[A-Z\d]{2}[A\d]",
        rank=Rank.NUMBER + 2,
        matches=("cliente ‹GODE561231GR8›", "‹GODE-561231-GR8›"),
        misses=("GODE561231GR7", "GODE561331GR8"),
    ),
    national(
        "mx_rfc",
        "Number of a taxpayer in Mexico (RFC), by the words near it",
        r"[A-ZÑa-zñ&]{4}[ -]?\d{6}[ -]?[A-Za-z\d]{3}",
        rfc.is_valid,
        ("rfc", "contribuyente"),
        rank=Rank.NUMBER + 1,
        matches=("RFC: ‹GODE561231GR4›", "rfc=‹gode561231gr4›"),
        misses=("rfc=GODE561331GR4", "GODE561231GR4"),
    ),
    Kind(
        name="ar_dni",
        title="Identity number of Argentina (DNI), by the name before it",
        category=Category.PII,
        pattern=named(_DNI, r"(?P<value>\d{1,2}\.\d{3}\.\d{3}|\d{7,8})\b"),
        hints=hints(*_DNI),
        not_before=r"\w-",
        check=_has_digits(7),
        mask=masks.named("ar_dni"),
        rank=Rank.NUMBER,
        fields=r"(?:.*[^a-z0-9])?dni",
        matches=("DNI ‹20.123.456›", "dni=‹20123456›;"),
        misses=("DNI 20.123", "dni: 123456789012"),
    ),
    national(
        "ar_cuit",
        "Tax number of Argentina (CUIT, CUIL)",
        r"\d{2}-\d{8}-\d",
        cuit.is_valid,
        ("cuit", "cuil"),
        alone=r"\d{2}-\d{8}-\d",
        fields="cui[tl]",
        rank=Rank.NUMBER + 1,
        matches=("CUIL ‹20-05536168-2›", "‹20-05536168-2›"),
        misses=("20-05536168-3", "99-05536168-2"),
    ),
    national(
        "ar_cuit",
        "Tax number of Argentina (CUIT, CUIL), by the words near it",
        r"\d{11}|\d{2} \d{8} \d",
        cuit.is_valid,
        ("cuit", "cuil", "clave única de identificación"),
        matches=("cuit=‹20055361682›",),
        misses=("cuit=20055361683", "20055361682"),
    ),
    national(
        "cl_rut",
        "Tax number of Chile (RUT)",
        r"\d{1,2}\.\d{3}\.\d{3}-[\dkK]",
        rut.is_valid,
        ("rut", "run"),
        alone=r"\d\.\d{3}\.\d{3}-[\dkK]",
        rank=Rank.NUMBER + 1,
        matches=("RUT ‹12.531.909-2›", "‹12.531.909-2› ok"),
        misses=("12.531.909-3",),
    ),
    national(
        "cl_rut",
        "Number of a person in Chile (RUN)",
        r"\d{7,8}-[\dkK]",
        rut.is_valid,
        ("run",),
        matches=("RUN: ‹12531909-2›",),
        misses=("run 20230129-7", "12531909-2"),
    ),
    national(
        "cl_rut",
        "Tax number of Chile (RUT), by the words near it",
        r"\d{7,8}-?[\dkK]",
        rut.is_valid,
        ("rut", "rut cliente", "rol único tributario", "rol unico tributario", "cedula", "cédula"),
        matches=("rut: ‹12531909-2›", "RUT=‹125319092›"),
        misses=("rut: 12531909-3", "12531909-2"),
    ),
    national(
        "ca_sin",
        "Social insurance number of Canada",
        r"[1-79]\d{2}[ .-]?\d{3}[ .-]?\d{3}",
        lambda value: sin.is_valid(re.sub(r"\D", "", value)),
        ("sin", "sin number", "social insurance", "numéro d'assurance sociale", "assurance sociale", "nas"),
        fields="social_?insurance",
        matches=("SIN ‹123-460-511›", "sin_number=‹123442683›", "social insurance ‹123 452 971›"),
        misses=("SIN 123-460-512", "sin(123460511.0)", "123-460-511"),
    ),
)
