"""Numbers that the states of northern Europe give to persons; python-stdnum's rules, unless said here."""

import datetime
import re
from typing import Final

from stdnum import luhn
from stdnum.dk import cpr
from stdnum.ee import ik
from stdnum.fi import hetu
from stdnum.gb import nhs
from stdnum.ie import pps
from stdnum.is_ import kennitala
from stdnum.lt import asmens
from stdnum.no import fodselsnummer
from stdnum.se import personnummer

from security.detectors.kind import Kind, Rank
from security.detectors.national_numbers import national


def _is_nino(value: str) -> bool:
    """The prefixes that HM Revenue & Customs does not give out (National Insurance Manual, NIM39110)."""
    return value[:2].upper() not in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ")


def _is_personnummer(value: str) -> bool:
    """Also a coordination number, whose day is more by 60 (Skatteverket, SKV 707)."""
    day = re.sub(r"\D", "", value)[-6:-4]
    if "61" <= day <= "91":  # the check digit is of what is written: only the date is looked at otherwise
        digits = re.sub(r"\D", "", value)[-10:]
        return _is_day(digits[2:4], int(day) - 60) and luhn.is_valid(digits)
    return bool(personnummer.is_valid(value))


def _is_day(month: str, day: int) -> bool:
    try:
        datetime.date(2000, int(month), day)
    except ValueError:
        return False
    return True


def _is_personas_kods(value: str) -> bool:
    """Latvia: with a date and a check digit until 2017, since then it begins with 32 and has neither."""
    digits = re.sub(r"\D", "", value)
    if digits[:2] == "32":
        return True
    weights = (1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    check = (1101 - sum(w * int(d) for w, d in zip(weights, digits, strict=False))) % 11 % 10
    return _is_day(digits[2:4], int(digits[:2])) and digits[6] in "012" and check == int(digits[10])


NORTH: Final[tuple[Kind, ...]] = (
    national(
        "uk_nino",
        "National Insurance number of the United Kingdom",
        r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-D]",
        _is_nino,
        ("nino", "national insurance", "nat ins", "natins", "ni number", "ni no", "ni num"),
        alone=r"[A-Z]{2}[ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-D]",
        fields="nino|national_?insurance",
        rank=Rank.NUMBER + 2,
        matches=("NI number ‹JG 10 37 59 A›", "nino=‹JG103759A›;", '{"ref":"‹AB-12-34-56-C›"}'),
        misses=("GB123456A", "AB123456E", "XAB123456C", "AB 12 34 567 C"),
    ),
    national(
        "uk_nino",
        "National Insurance number of the United Kingdom, in small letters",
        r"[a-ceghj-pr-tw-z][a-ceghj-npr-tw-z][ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[a-d]",
        _is_nino,
        ("nino", "national insurance", "nat ins", "natins", "ni number", "ni no", "ni num"),
        rank=Rank.NUMBER + 2,
        matches=("national_insurance=‹jg103759a›", "nat_ins_no: ‹jg103759a›"),
        misses=("commit ab123456c",),
    ),
    national(
        "uk_nhs",
        "NHS number of the United Kingdom",
        r"\d{3}[ -]?\d{3}[ -]?\d{4}",
        nhs.is_valid,
        ("nhs", "nhs number", "nhsnumber", "patient id", "patient number"),
        fields="nhs",
        matches=("NHS number: ‹943 021 5736›", "nhs_no=‹9439540613›", "patient number ‹943-247-2019›"),
        misses=("NHS number 943 021 5737", "build 9439540613"),
    ),
    national(
        "se_personnummer",
        "Personal identity number of Sweden",
        r"(?:19|20)?\d{6}[-+ ]?\d{4}",
        lambda value: _is_personnummer(value.replace(" ", "-")),
        (
            "personnummer",
            "personnr",
            "pers nr",
            "pnr",
            "samordningsnummer",
            "person nr",
            "person nummer",
            "personal nummer",
            "samordningsnr",
            "swedish",
            "sweden",
        ),
        fields="personnummer|personnr",
        matches=("person_nummer: ‹880320-0438›", "pnr=‹198803207623›", "personal_number: ‹880380-4700›"),
        misses=("personnummer 880320-0439", "log 20230129-0841", "880320-0438"),
    ),
    national(
        "no_fodselsnummer",
        "Birth number of Norway",
        r"\d{6}[ -]?\d{5}",
        fodselsnummer.is_valid,
        (
            "fødselsnummer",
            "fodselsnummer",
            "foedselsnummer",
            "fødselsnr",
            "fodselsnr",
            "foedselsnr",
            "fødsels nr",
            "fodsels nr",
            "f nr",
            "fnr",
            "fdnr",
            "personnr",
            "personnummer",
            "person nr",
            "d nummer",
            "dnr",
            "norwegian id",
            "norway",
            "norwegian",
        ),
        fields="f(?:ø|o)dselsnummer",
        matches=("fødselsnummer ‹15038099873›", "fnr: ‹150380 22684›"),
        misses=("fnr: 15038099874", "15038099873"),
    ),
    national(
        "dk_cpr",
        "Number of a person in Denmark (CPR)",
        r"\d{6}[- ]?\d{4}",
        cpr.is_valid,
        (
            "cpr",
            "cpr nummer",
            "cpr nr",
            "cprnr",
            "personnummer",
            "personnr",
            "cpr number",
            "cpr no",
            "cprnummer",
            "danish",
            "denmark",
        ),
        fields="cpr(?:_?nr)",
        matches=("CPR-nr. ‹211062-1265›", "cpr=‹2110624108›"),
        misses=("cpr=3213621265", "211062-1265"),
    ),
    national(
        "fi_hetu",
        "Personal identity code of Finland",
        r"[0-3]\d[01]\d{3}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]",
        hetu.is_valid,
        ("hetu",),
        alone=r"[0-3]\d[01]\d{3}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]",
        fields="hetu|henkil(?:ö|o)tunnus",
        rank=Rank.NUMBER + 1,
        matches=("asiakas ‹131052-308T›", "‹131052-303M›"),
        misses=("131052-308U", "131052-3081"),
    ),
    national(
        "fi_hetu",
        "Personal identity code of Finland, by the words near it",
        r"[0-3]\d[01]\d{3}[-+A-FU-Ya-fu-y]\d{3}[0-9A-FHJ-NPR-Ya-fhj-npr-y]",
        lambda value: hetu.is_valid(value, allow_temporary=True),
        ("hetu", "henkilötunnus", "henkilotunnus", "personbeteckning", "sotu"),
        matches=("hetu: ‹131052-308t›", "henkilötunnus ‹010594Y9021›"),
        misses=("hetu: 131052-308U",),
    ),
    national(
        "ie_pps",
        "Personal public service number of Ireland",
        r"\d{7}[A-W][ABHWTX]?",
        pps.is_valid,
        ("pps", "ppsn", "pps number", "pps no", "ppsno", "ppsnum", "personal public service", "irish"),
        fields="ppsn?",
        rank=Rank.NUMBER + 1,
        matches=("PPS number ‹6433435F›", "ppsn=‹6433435OA›", "(PPSN ‹6433435IH›)"),
        misses=("PPS number 6433435E", "heap 1048576K"),
    ),
    national(
        "ie_pps",
        "Personal public service number of Ireland, of two letters",
        r"\d{7}[A-W][ABHW]",
        pps.is_valid,
        ("pps", "ppsn"),
        alone=r"\d{7}[A-W][ABHW]",
        rank=Rank.NUMBER + 1,
        matches=("customer ‹6433435OA›",),
        misses=("6433435VH", "12345678KB"),
    ),
    national(
        "ee_isikukood",
        "Personal code of Estonia",
        r"[1-8]\d{10}",
        ik.is_valid,
        ("isikukood", "isiku kood", "ik kood", "estonian", "estonia"),
        fields="isikukood",
        matches=("isikukood ‹36805280828›",),
        misses=("isikukood 36805280829", "36805280828"),
    ),
    national(
        "lt_asmens",
        "Personal code of Lithuania",
        r"[1-9]\d{10}",
        asmens.is_valid,
        ("asmens kodas", "asmenskodas", "asmens", "asm kodas", "lithuanian", "lithuania"),
        fields="asmens_?kodas",
        matches=("asmens kodas: ‹38703027429›",),
        misses=("asmens kodas: 38703027428", "38703027429"),
    ),
    national(
        "lv_personas",
        "Personal code of Latvia",
        r"\d{6}-?\d{5}",
        _is_personas_kods,
        ("personas kods", "personas", "pers kods", "personas koda", "persona kods", "pers kod", "latvian"),
        fields="pers(?:onas)?_?kods",
        matches=(
            "personas kods ‹161175-19997›",
            "personas_kods=‹32867300679›",
            '"persKods": "‹161175-19997›"',
        ),
        misses=("personas kods 161175-19996", "161175-19997"),
    ),
    national(
        "is_kennitala",
        "Identity number of Iceland",
        r"[0-7]\d[01]\d{3}-?\d{4}",
        kennitala.is_valid,
        ("kennitala", "kennitölu", "kennitölur", "kt", "icelandic", "iceland"),
        fields="kennitala",
        matches=("kennitala ‹120174-3399›", "kt. ‹1201743399›"),
        misses=("kennitala 120174-3389", "120174-3399"),
    ),
)
