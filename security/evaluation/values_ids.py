"""draw → national ids with right check digits, as they are printed and as databases keep them."""

import importlib
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from itertools import product
from typing import Any, Final, NamedTuple

from security.detectors.kind import Category
from security.evaluation.case import Aim, Topic, Value
from security.evaluation.draw import Draw
from security.evaluation.spell import spell

_DIGITS: Final = "0123456789"


class Id(NamedTuple):
    """A national id. ``body``: what stands before the check characters; ``checks``: what these may be.

    ``module``: that of stdnum, which says whether a number is valid.

    ``forms``: where spaces and marks go, ``#`` for a character. ``bare``: the forms that are known by
    themselves. ``words``: how logs call it.
    """

    name: str
    module: str
    body: Callable[[Draw], str]
    checks: Sequence[str]
    forms: tuple[str, ...]
    keys: tuple[str, ...]
    labels: tuple[str, ...]
    bare: tuple[str, ...] = ()


def _born(form: str) -> Callable[[Draw], str]:
    """A body that begins with a date of birth; behind ``|`` is what :func:`spell` draws."""
    dates, _, rest = form.partition("|")

    def body(draw: Draw) -> str:
        day = date(1935, 1, 1) + timedelta(days=draw.randrange(25_000))
        return day.strftime(dates) + spell(draw, rest)

    return body


def _spelt(*forms: str) -> Callable[[Draw], str]:
    return lambda draw: spell(draw, draw.choice(forms))


def _nir(draw: Draw) -> str:
    department = draw.choice((*range(1, 20), *range(21, 96)))
    return (
        f"{draw.choice('12')}{draw.randrange(100):02d}{draw.randint(1, 12):02d}{department:02d}"
        f"{draw.randint(1, 400):03d}{draw.randint(1, 999):03d}"
    )


def _codice(draw: Draw) -> str:
    consonants = "BCDFGLMNPRSTVZ"
    name = draw.chars(6, consonants)
    day = draw.randint(1, 28) + draw.choice((0, 40))
    month = draw.choice("ABCDEHLMPRST")
    return f"{name}{draw.randrange(100):02d}{month}{day:02d}{draw.choice('ADFHL')}{draw.randrange(100, 999)}"


def _curp(draw: Draw) -> str:
    day = date(1950, 1, 1) + timedelta(days=draw.randrange(17_000))
    state = draw.choice(("DF", "JC", "NL", "PL", "GT", "VZ", "OC", "SR", "YN"))
    letters = "BCDFGHJKLMNPQRSTVWXYZ"
    start = draw.choice(letters) + draw.choice("AEIOU") + draw.chars(2, letters)
    return f"{start}{day:%y%m%d}{draw.choice('HM')}{state}{draw.chars(3, letters)}0"


def _chinese(draw: Draw) -> str:
    area = draw.choice(("110101", "310104", "440305", "510107", "330106", "420111", "320102", "610103"))
    day = date(1950, 1, 1) + timedelta(days=draw.randrange(19_000))
    return f"{area}{day:%Y%m%d}{draw.randrange(1000):03d}"


def _hetu(draw: Draw) -> str:
    day = date(1935, 1, 1) + timedelta(days=draw.randrange(23_000))
    return f"{day:%d%m%y}-{draw.randint(2, 899):03d}"


def _belgian(draw: Draw) -> str:
    day = date(1940, 1, 1) + timedelta(days=draw.randrange(21_000))
    return f"{day:%y%m%d}{draw.randint(1, 997):03d}"


def _nik(draw: Draw) -> str:
    day = date(1960, 1, 1) + timedelta(days=draw.randrange(14_000))
    area = draw.choice(("317401", "327301", "357801", "517101"))
    return f"{area}{day:%d%m%y}{draw.randint(1, 9999):04d}"


_ONE: Final = tuple(_DIGITS)
_TWO: Final = tuple(map("".join, product(_DIGITS, repeat=2)))
_LETTERS: Final = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_NONE: Final = ("",)

IDS: Final = (
    Id(
        "us_itin",
        "us.itin",
        _spelt("9[d2]7[d1][d4]", "9[d2]8[d1][d4]"),
        _NONE,
        ("###-##-####", "#########"),
        ("itin", "tax_id", "taxpayer_id"),
        ("ITIN", "Individual Taxpayer Identification Number"),
        ("###-##-####",),
    ),
    Id(
        "uk_nhs",
        "gb.nhs",
        _spelt("4[d8]", "6[d8]", "7[d8]"),
        _ONE,
        ("### ### ####", "##########", "###-###-####"),
        ("nhs_number", "nhs_no", "nhs"),
        ("NHS number", "NHS No.", "NHS"),
    ),
    Id(
        "de_steuer_id",
        "de.idnr",
        _spelt("[d10]"),
        _ONE,
        ("###########", "## ### ### ###"),
        ("steuer_id", "idnr", "steuerliche_identifikationsnummer", "tax_id"),
        ("Steuer-ID", "Steueridentifikationsnummer", "IdNr."),
    ),
    Id(
        "fr_nir",
        "fr.nir",
        _nir,
        _TWO,
        ("###############", "# ## ## ## ### ### ##"),
        ("nir", "numero_securite_sociale", "num_secu"),
        ("NIR", "numéro de sécurité sociale", "n° sécu"),
        ("# ## ## ## ### ### ##",),
    ),
    Id(
        "es_dni",
        "es.dni",
        _spelt("[d8]"),
        _LETTERS,
        ("#########", "########-#"),
        ("dni", "nif", "documento"),
        ("DNI", "NIF", "documento de identidad"),
    ),
    Id(
        "es_nie",
        "es.nie",
        _spelt("X[d7]", "Y[d7]", "Z[d7]"),
        _LETTERS,
        ("#########", "#-#######-#"),
        ("nie", "documento"),
        ("NIE", "número de extranjero"),
    ),
    Id(
        "it_codice_fiscale",
        "it.codicefiscale",
        _codice,
        _LETTERS,
        ("################",),
        ("codice_fiscale", "cf", "tax_code"),
        ("codice fiscale", "C.F.", "CF"),
        ("################",),
    ),
    Id(
        "nl_bsn",
        "nl.bsn",
        _spelt("[d8]"),
        _ONE,
        ("#########", "#### ## ###"),
        ("bsn", "burgerservicenummer", "sofinummer"),
        ("BSN", "burgerservicenummer", "bsn-nummer"),
    ),
    Id(
        "be_national_number",
        "be.nn",
        _belgian,
        _TWO,
        ("##.##.##-###.##", "###########"),
        ("rijksregisternummer", "national_number", "nrn", "insz"),
        ("rijksregisternummer", "numéro national", "INSZ"),
        ("##.##.##-###.##",),
    ),
    Id(
        "pl_pesel",
        "pl.pesel",
        _born("%y%m%d|[d4]"),
        _ONE,
        ("###########",),
        ("pesel", "pesel_number"),
        ("PESEL", "nr PESEL"),
    ),
    Id(
        "se_personnummer",
        "se.personnummer",
        _born("%y%m%d|-[d3]"),
        _ONE,
        ("###########",),
        ("personnummer", "person_nr", "pnr"),
        ("personnummer", "Personnr"),
        (),
    ),
    Id(
        "no_fodselsnummer",
        "no.fodselsnummer",
        _born("%d%m%y|[d3]"),
        _TWO,
        ("###########", "###### #####"),
        ("fodselsnummer", "fnr", "personnummer"),
        ("fødselsnummer", "fnr", "personnummer"),
    ),
    Id(
        "dk_cpr",
        "dk.cpr",
        _born("%d%m%y|[d3]"),
        _ONE,
        ("######-####", "##########"),
        ("cpr", "cpr_nummer", "cpr_nr"),
        ("CPR", "CPR-nummer", "cpr-nr."),
    ),
    Id(
        "fi_hetu",
        "fi.hetu",
        _hetu,
        tuple("0123456789ABCDEFHJKLMNPRSTUVWXY"),
        ("###########",),
        ("hetu", "henkilotunnus"),
        ("henkilötunnus", "HETU", "personbeteckning"),
        ("###########",),
    ),
    Id(
        "ch_ahv",
        "ch.ssn",
        _spelt("756[d9]"),
        _ONE,
        ("###.####.####.##", "#############"),
        ("ahv", "avs", "ahv_nummer", "ahvn13"),
        ("AHV-Nummer", "AVS", "AHV-Nr.", "numero AVS"),
        ("###.####.####.##",),
    ),
    Id(
        "pt_nif",
        "pt.nif",
        _spelt("1[d7]", "2[d7]"),
        _ONE,
        ("#########", "### ### ###"),
        ("nif", "contribuinte", "nif_pt"),
        ("NIF", "contribuinte", "número de contribuinte"),
    ),
    Id(
        "br_cpf",
        "br.cpf",
        _spelt("[d9]"),
        _TWO,
        ("###.###.###-##", "###########"),
        ("cpf", "documento", "cpf_cliente"),
        ("CPF", "cpf do cliente"),
        ("###.###.###-##",),
    ),
    Id(
        "mx_curp",
        "mx.curp",
        _curp,
        _ONE,
        ("##################",),
        ("curp", "clave_curp"),
        ("CURP", "clave única"),
        ("##################",),
    ),
    Id(
        "ca_sin",
        "ca.sin",
        _spelt("1[d7]", "2[d7]", "4[d7]", "5[d7]", "7[d7]"),
        _ONE,
        ("### ### ###", "###-###-###", "#########"),
        ("sin", "social_insurance_number", "sin_number"),
        ("SIN", "Social Insurance Number", "NAS"),
    ),
    Id(
        "au_tfn",
        "au.tfn",
        _spelt("[d8]"),
        _ONE,
        ("### ### ###", "#########"),
        ("tfn", "tax_file_number"),
        ("TFN", "Tax File Number"),
    ),
    Id(
        "in_aadhaar",
        "in_.aadhaar",
        _spelt("2[d10]", "5[d10]", "9[d10]"),
        _ONE,
        ("#### #### ####", "############", "####-####-####"),
        ("aadhaar", "aadhaar_number", "uidai", "aadhar"),
        ("Aadhaar", "Aadhaar No.", "आधार", "UIDAI"),
    ),
    Id(
        "in_pan",
        "in_.pan",
        _spelt("[U3]P[U1][d4]", "[U3]C[U1][d4]"),
        _LETTERS,
        ("##########",),
        ("pan", "pan_number", "pan_card"),
        ("PAN", "PAN card", "Permanent Account Number"),
    ),
    Id(
        "cn_resident_id",
        "cn.ric",
        _chinese,
        (*_ONE, "X"),
        ("##################",),
        ("id_card", "sfz", "idcard_no", "resident_id"),
        ("身份证", "身份证号", "ID card"),
        ("##################",),
    ),
    Id(
        "jp_my_number",
        "jp.in_",
        _spelt("[d11]"),
        _ONE,
        ("############", "#### #### ####"),
        ("my_number", "kojin_bango", "individual_number"),
        ("マイナンバー", "個人番号", "My Number"),
    ),
    Id(
        "kr_rrn",
        "kr.rrn",
        _born("%y%m%d|-1[d5]"),
        _ONE,
        ("##############",),
        ("rrn", "jumin", "resident_number"),
        ("주민등록번호", "RRN", "resident registration number"),
        ("##############",),
    ),
    Id(
        "za_id",
        "za.idnr",
        _born("%y%m%d|[d4]08"),
        _ONE,
        ("#############", "###### #### ###"),
        ("id_number", "sa_id", "rsa_id"),
        ("ID number", "SA ID", "RSA ID no."),
    ),
    Id(
        "tr_tckn",
        "tr.tckimlik",
        _spelt("1[d8]", "3[d8]", "5[d8]"),
        _TWO,
        ("###########",),
        ("tckn", "tc_kimlik", "kimlik_no"),
        ("TCKN", "T.C. Kimlik No", "kimlik no"),
    ),
    Id(
        "il_id",
        "il.idnr",
        _spelt("0[d7]", "2[d7]", "3[d7]"),
        _ONE,
        ("#########",),
        ("teudat_zehut", "israeli_id", "tz"),
        ("תעודת זהות", "Teudat Zehut", "ת.ז."),
    ),
    Id(
        "cl_rut",
        "cl.rut",
        _spelt("1[d7]", "2[d7]"),
        (*_ONE, "K"),
        ("##.###.###-#", "########-#"),
        ("rut", "run", "rut_cliente"),
        ("RUT", "RUN", "rut cliente"),
        ("##.###.###-#",),
    ),
    Id(
        "ie_pps",
        "ie.pps",
        _spelt("[d7]"),
        _LETTERS,
        ("########",),
        ("pps", "ppsn", "pps_number"),
        ("PPS number", "PPSN", "PPS No."),
    ),
    Id("gr_amka", "gr.amka", _born("%d%m%y|[d4]"), _ONE, ("###########",), ("amka",), ("AMKA", "ΑΜΚΑ")),
    Id(
        "ro_cnp",
        "ro.cnp",
        _born("1%y%m%d|12[d3]"),
        _ONE,
        ("#############",),
        ("cnp", "cod_numeric_personal"),
        ("CNP", "cod numeric personal"),
    ),
    Id(
        "cz_rodne_cislo",
        "cz.rc",
        _born("%y%m%d|[d3]"),
        _ONE,
        ("######/####", "##########"),
        ("rodne_cislo", "rc"),
        ("rodné číslo", "RČ"),
    ),
    Id("bg_egn", "bg.egn", _born("%y%m%d|[d3]"), _ONE, ("##########",), ("egn",), ("ЕГН", "EGN")),
    Id(
        "ee_isikukood",
        "ee.ik",
        _born("3%y%m%d|[d3]"),
        _ONE,
        ("###########",),
        ("isikukood", "personal_code"),
        ("isikukood", "Personal code"),
    ),
    Id("hr_oib", "hr.oib", _spelt("[d10]"), _ONE, ("###########",), ("oib",), ("OIB",)),
    Id(
        "ru_inn",
        "ru.inn",
        _spelt("77[d8]", "50[d8]"),
        _TWO,
        ("############",),
        ("inn", "inn_fl"),
        ("ИНН", "INN"),
    ),
    Id(
        "ar_cuit",
        "ar.cuit",
        _spelt("20[d8]", "27[d8]", "23[d8]"),
        _ONE,
        ("##-########-#", "###########"),
        ("cuit", "cuil"),
        ("CUIT", "CUIL"),
    ),
    Id(
        "nz_ird",
        "nz.ird",
        _spelt("4[d7]", "8[d7]", "10[d6]"),
        _ONE,
        ("###-###-###", "#########"),
        ("ird", "ird_number"),
        ("IRD number", "IRD"),
    ),
    Id(
        "th_pin",
        "th.pin",
        _spelt("1[d11]", "3[d11]"),
        _ONE,
        ("# #### ##### ## #", "#############"),
        ("thai_id", "citizen_id"),
        ("เลขบัตรประชาชน", "Thai ID"),
    ),
    Id(
        "id_nik",
        "id.nik",
        _nik,
        _NONE,
        ("################",),
        ("nik", "no_ktp", "ktp"),
        ("NIK", "KTP", "No. KTP"),
    ),
)


def _valid(module: str, text: str) -> bool:
    return bool(importlib.import_module(f"stdnum.{module}").is_valid(text))


def _number(draw: Draw, one: Id) -> str:
    """A body, and the first of the check characters in a random order that stdnum takes."""
    while True:
        body = one.body(draw)
        for check in draw.sample(one.checks, len(one.checks)):
            if _valid(one.module, body + check):
                return body + check


def _written(text: str, form: str) -> str:
    chars = iter(text)
    return "".join(next(chars) if mark == "#" else mark for mark in form)


def _make(draw: Draw, *, one: Id) -> Value:
    form = draw.choice(one.forms)
    return Value(text=_written(_number(draw, one), form), origin=form, bare=form in one.bare)


def _wrong(draw: Draw, *, one: Id) -> Value:
    """A check character that is wrong."""
    text = _number(draw, one)
    others = [check for check in one.checks if not _valid(one.module, text[: -len(check)] + check)]
    return Value(text=text[: len(text) - len(one.checks[0])] + draw.choice(others))


def _nino(draw: Draw) -> Value:
    never = ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ")
    while (prefix := draw.choice("ABCEGHJKLMNOPRSTWXYZ") + draw.choice("ABCEGHJKLMNPRSTWXYZ")) in never:
        pass
    digits, suffix = draw.chars(6, _DIGITS), draw.choice("ABCD")
    spaced = f"{prefix} {digits[:2]} {digits[2:4]} {digits[4:]} {suffix}"
    text = draw.choice((f"{prefix}{digits}{suffix}", spaced, spaced, f"{prefix}{digits}{suffix}".lower()))
    return Value(text=text, origin="uk_nino", bare=text == spaced)


_NRIC_LETTERS: Final = {"S": "JZIHGFEDCBA", "T": "GFEDCBAJZIH", "F": "XWUTRQPNMLK", "G": "RQPNMLKXWUT"}


def _nric(draw: Draw) -> Value:
    series = draw.choice("STFG")
    digits = draw.chars(7, _DIGITS)
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
}
TOPICS: Final = (
    *(
        _topic(
            one.name,
            partial(_make, one=one),
            one.keys,
            one.labels,
            partial(_wrong, one=one) if one.bare and one.checks != _NONE else None,
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
