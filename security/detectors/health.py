"""Numbers of patients, of those who treat them, and of what pays for it."""

import re
from typing import Final

from stdnum import luhn

from security.detectors import masks
from security.detectors.kind import Category, Kind, Rank
from security.detectors.nearby import hints, named, spelled

_LETTER: Final = "[AC-HJKMNP-RT-Y]"  # none that looks like a digit (CMS, format of the MBI)
_EITHER: Final = "[AC-HJKMNP-RT-Y0-9]"
_MBI: Final = rf"[1-9]{_LETTER}{_EITHER}\d-?{_LETTER}{_EITHER}\d-?{_LETTER}{{2}}\d{{2}}"
_RECORD: Final = (
    "mrn",
    "medical record",
    "medical rec",
    "med rec",
    "patient id",
    "patient no",
    "patient number",
    "patientid",
    "patient nr",
    "patienten id",
    "patientennummer",
    "patienten nr",
    "chart number",
    "chart no",
    "chart id",
    "health record",
    "hospital number",
    "hospital no",
    "case record",
    "numéro de dossier médical",
    "historia clinica",
    "historia clínica",
    "cartella clinica",
    "medical number",
    "med rec no",
    "unit number",
    "hospital mrn",
    "patient mrn",
    "patient identifier",
    "pt id",
    "fallnummer",
    "krankenaktennummer",
    "numéro de dossier",
    "ipp",
    "nip patient",
    "número de historia",
    "prontuário",
    "prontuario",
    "journalnummer",
    "patientnummer",
    "病历号",
    "病案号",
    "患者番号",
    "診察券番号",
    "환자번호",
)
_INSURANCE: Final = (
    "health insurance",
    "health insurance id",
    "insurance",
    "insurance no",
    "insurance card",
    "insured id",
    "insurance member",
    "insurance member id",
    "insurance id",
    "insurance policy",
    "health plan",
    "health plan id",
    "health plan member id",
    "health plan member",
    "plan member id",
    "medical insurance",
    "health policy",
    "medical policy",
    "payer id",
    "ehic",
    "ohip",
    "beneficiary id",
    "beneficiary",
    "subscriber id",
    "member id",
    "health card",
    "hicn",
    "kvnr",
    "versichertennummer",
    "krankenversichertennummer",
    "krankenversicherungsnummer",
    "krankenversicherung",
    "krankenkasse",
    "krankenkassennummer",
    "versicherten nr",
    "versichertennr",
    "numéro d'assuré",
    "numéro de mutuelle",
    "tarjeta sanitaria",
    "número de afiliado",
    "tessera sanitaria",
    "zorgpolisnummer",
    "polisnummer",
    "carteirinha",
    "medicaid",
    "medicaid id",
    "medicaid number",
    "保険証番号",
    "被保険者番号",
    "医保卡号",
    "社保卡号",
)


def _is_npi(value: str) -> bool:
    """Luhn's check digit of the number behind 80840 (45 CFR 162.406)."""
    return bool(luhn.is_valid("80840" + value))


def _is_dea(value: str) -> bool:
    """The sum of the odd digits and twice that of the even ones ends with the last (DEA, 21 CFR 1301)."""
    digits = [int(digit) for digit in value[-7:]]
    return (sum(digits[0:6:2]) + 2 * sum(digits[1:6:2])) % 10 == digits[6]


def _has_digits(value: str) -> bool:
    few = 4
    return len(re.findall(r"\d", value)) >= few


def _is_insured(value: str) -> bool:
    fewest = 6
    return len(re.findall(r"\d", value)) >= fewest and not _DAY.match(value)


#: A day, which is said of insurances as well.
_DAY: Final = re.compile(r"(?:19|20)\d\d([ -]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?!\d)")

HEALTH: Final[tuple[Kind, ...]] = (
    Kind(
        name="us_mbi",
        title="Number of a beneficiary of Medicare in the United States (MBI)",
        category=Category.PHI,
        pattern=_MBI,
        hints=(_MBI,),
        not_after=r"\w.-",
        not_before=r"\w-",
        before=spelled("mbi", "medicare", "beneficiary"),
        mask=masks.named("us_mbi"),
        rank=Rank.NUMBER + 2,
        matches=("Medicare ‹1EG4-TE5-MK73›", "mbi=‹2AC5UF7RT91›"),
        misses=("1EG4-TE5-MK7", "1SG4-TE5-MK73", "01EG4TE5MK73"),
    ),
    Kind(
        name="us_mbi",
        title="Number of a beneficiary of Medicare, in small letters",
        category=Category.PHI,
        pattern=f"(?i:{_MBI})",
        hints=hints("mbi", "medicare"),
        not_after=r"\w.-",
        not_before=r"\w-",
        before=spelled("mbi", "medicare", "medicare number", "medicare id", "medicare beneficiary"),
        needs_context=True,
        mask=masks.named("us_mbi"),
        rank=Rank.NUMBER + 2,
        matches=("mbi=‹1eg4te5mk73›",),
        misses=("1eg4te5mk73",),
    ),
    Kind(
        name="us_npi",
        title="Number of a provider of health care in the United States (NPI)",
        category=Category.PHI,
        pattern=r"[12]\d{9}",
        hints=hints("npi", "national provider", "provider id", "provider number"),
        not_after=r"\w.-",
        not_before=r"\w-",
        check=_is_npi,
        before=spelled(
            "npi",
            "npi number",
            "npinumber",
            "national provider",
            "provider id",
            "provider number",
            "physician",
        ),
        after=("npi",),
        needs_context=True,
        mask=masks.named("us_npi"),
        rank=Rank.NUMBER + 1,
        matches=("NPI: ‹1234567893›", "npi=‹1245319599›", "provider_id: ‹1234567893›"),
        misses=("NPI: 1234567890", "1234567893"),
    ),
    Kind(
        name="us_dea",
        title="Number of a prescriber of controlled substances in the United States (DEA)",
        category=Category.PHI,
        pattern=r"(?i:[A-HJKLMPRSTUX])(?i:[A-Z]|9)\d{7}",
        hints=hints("dea", "prescriber", "physician", "prescription"),
        not_after=r"\w.-",
        not_before=r"\w-",
        check=_is_dea,
        before=spelled("dea", "dea number", "dea no", "prescriber", "physician", "provider", "doctor"),
        after=("dea",),
        needs_context=True,
        mask=masks.named("us_dea"),
        rank=Rank.NUMBER + 1,
        matches=("DEA: ‹AB1234563›", "dea_number=‹BS5927681›", "prescriber ‹AP5836727›"),
        misses=("DEA: AB1234562", "order AB1234563"),
    ),
    Kind(
        name="medical_record_number",
        title="Number of a patient's record, by the name before it",
        category=Category.PHI,
        pattern=r"<(?i:patient\s+id)\W"  # of an object in a program
        + "|"
        + named(_RECORD, r"(?P<value>(?:[A-Za-z]{1,5}[-_]?)?\d{2,12}(?:[-/]\d{1,6}){0,3}[A-Za-z]?)\b"),
        hints=hints(*_RECORD),
        not_before=r"\w-",
        check=_has_digits,
        mask=masks.named("medical_record_number"),
        rank=Rank.NUMBER - 1,
        fields=r"(?:.*[^a-z0-9])?(?:mrn|medical_?record(?:_?(?:number|num|no|id))?|patient_?(?:id|number|no))",
        matches=(
            "MRN: ‹00482913›",
            "medical record number ‹MR-4829137›",
            '"patientId": "‹P0012345›"',
            "Patientennummer ‹4711223›",
        ),
        misses=("mrn: none", "patient id 12", "medical records 2023-01-29T08:41:09"),
    ),
    Kind(
        name="health_insurance_number",
        title="Number of an insured person, by the name before it",
        category=Category.PHI,
        pattern=named(
            _INSURANCE, r"(?P<value>(?i:[A-Z]{0,4}[ -]?\d{3,20}(?:[ -]\d{2,4}){0,5}(?:[ -]?[A-Z]{1,2})?))\b"
        ),
        hints=hints(*_INSURANCE),
        not_before=r"\w-",
        check=_is_insured,
        mask=masks.named("health_insurance_number"),
        rank=Rank.NUMBER - 2,
        fields=r"(?:.*[^a-z0-9])?(?:health_?insurance(?:_?(?:number|no|id))|kvnr|hicn|versichertennummer)",
        matches=(
            "health insurance number: ‹XEH123456789›",
            "KVNR ‹A123456780›",
            "member_id=‹W221448890›",
            "insuranceNumber: ‹4149-128-482-ED›",
            "EHIC ‹80756009253358164021›",
        ),
        misses=("health plan: gold", "member id 12", "insurance 2024-01-02", "insurance: 20240102T0841"),
    ),
)
