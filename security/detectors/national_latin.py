"""Numbers that the states of Latin America call cédula; by python-stdnum's rules, unless said here."""

import re
from typing import Final

from stdnum.cr import cpf
from stdnum.do import cedula
from stdnum.ec import ci

from security.detectors.kind import Kind, Rank
from security.detectors.national_numbers import national

_CEDULA: Final = (
    "cédula",
    "cedula",
    "cédula de identidad",
    "cedula de identidad",
    "num cedula",
    "nro cedula",
    "numero cedula",
)


def _is_uruguayan(value: str) -> bool:
    """Weights 2 9 8 7 6 3 4, modulo 10 (Dirección Nacional de Identificación Civil)."""
    digits = [int(digit) for digit in value if digit.isdigit()]
    *body, check = [0] * (8 - len(digits)) + digits
    total = sum(d * w for d, w in zip(body, (2, 9, 8, 7, 6, 3, 4), strict=True))
    return -total % 10 == check


LATIN: Final[tuple[Kind, ...]] = (
    national(
        "uy_ci",
        "Identity number of Uruguay",
        r"\d\.\d{3}\.\d{3}-\d",
        _is_uruguayan,
        ("c.i.", "ci", *_CEDULA),
        alone=r"\d\.\d{3}\.\d{3}-\d",
        rank=Rank.NUMBER,
        matches=("C.I. ‹1.520.710-2›", "afiliado ‹4.123.458-5›"),
        misses=("1.520.710-3", "v1.520.710-2"),
    ),
    national(
        "uy_ci",
        "Identity number of Uruguay, by the words near it",
        r"\d{6,7}-?\d",
        _is_uruguayan,
        (*_CEDULA, "uruguay", "uruguayan", "c.i.", "ci"),
        matches=("cédula: ‹1520710-2›", "cedula=‹41234585›"),
        misses=("cédula: 1520710-3", "15207102"),
    ),
    national(
        "ec_ci",
        "Identity number of Ecuador",
        r"\d{9}-?\d",
        lambda value: ci.is_valid(re.sub(r"\D", "", value)),
        (*_CEDULA, "ecuador", "ecuadorian", "ci ec", "cédula ecuatoriana"),
        matches=("cédula: ‹1714307103›", "cedula=‹1714307103›", "Cedula ‹171430710-3›"),
        misses=("cédula: 1714307104", "1714307103"),
    ),
    national(
        "do_cedula",
        "Identity number of the Dominican Republic",
        r"\d{3}-\d{7}-\d",
        lambda value: cedula.is_valid(re.sub(r"\D", "", value)),
        _CEDULA,
        alone=r"\d{3}-\d{7}-\d",
        rank=Rank.NUMBER,
        matches=("cédula ‹001-1391820-5›", "cliente ‹224-0002211-1›."),
        misses=("001-1391820-6", "1001-1391820-5"),
    ),
    national(
        "do_cedula",
        "Identity number of the Dominican Republic, by the words near it",
        r"\d{11}",
        cedula.is_valid,
        (*_CEDULA, "dominican", "dominicana"),
        matches=("cedula=‹00113918205›", "cédula: ‹22400022111›"),
        misses=("cedula=00113918206", "00113918205"),
    ),
    national(
        "cr_cpf",
        "Identity number of Costa Rica",
        r"[1-9]-\d{3,4}-\d{4}|0[1-9]-\d{4}-\d{4}",
        cpf.is_valid,
        (*_CEDULA, "costa rica", "cédula física", "cedula fisica", "costarricense"),
        matches=("cédula física ‹1-0913-0259›", "cedula=‹3-0455-0175›"),
        misses=("cédula 12-0913-02599", "1-0913-0259"),
    ),
    national(
        "co_cedula",
        "Identity number of Colombia",
        r"1\.\d{3}\.\d{3}\.\d{3}|\d{1,2}\.\d{3}\.\d{3}|1\d{9}|[1-9]\d{7}",
        lambda _value: True,
        (
            "cédula de ciudadanía",
            "cedula de ciudadania",
            "cédula ciudadanía",
            "cedula ciudadania",
            "nuip",
            "c.c.",
            "cc no",
            "colombian",
            "colombia",
            *_CEDULA,
        ),
        person=False,
        confidence=0.75,
        matches=(
            "cédula de ciudadanía ‹1.032.456.789›",
            "cedula=‹79452318›",
            "C.C. ‹52.345.871›",
            "NUIP ‹1032456789›",
        ),
        misses=("cedula=794523", "1.032.456.789"),
    ),
    national(
        "ve_cedula",
        "Identity number of Venezuela",
        r"(?i:[VE])-?\d{1,2}\.?\d{3}\.?\d{3}",
        lambda _value: True,
        (*_CEDULA, "c.i.", "ci", "venezuela", "venezolano"),
        person=False,
        confidence=0.8,
        matches=("cédula ‹V-12.345.678›", "cedula=‹v12345678›", "C.I. ‹E-84.391.207›"),
        misses=("cédula 12.34", "v12.345.678"),
    ),
)
