"""draw → national ids of the Americas."""

from datetime import date, timedelta
from typing import Final

from security.evaluation.draw import Draw
from security.evaluation.nationalid import NONE, ONE, TWO, Id, spelt


def _curp(draw: Draw) -> str:
    day = date(1950, 1, 1) + timedelta(days=draw.randrange(17_000))
    state = draw.choice(("DF", "JC", "NL", "PL", "GT", "VZ", "OC", "SR", "YN"))
    letters = "BCDFGHJKLMNPQRSTVWXYZ"
    start = draw.choice(letters) + draw.choice("AEIOU") + draw.chars(2, letters)
    return f"{start}{day:%y%m%d}{draw.choice('HM')}{state}{draw.chars(3, letters)}0"


IDS: Final = (
    Id(
        "us_itin",
        "us.itin",
        spelt("9[d2]7[d1][d4]", "9[d2]8[d1][d4]"),
        NONE,
        ("###-##-####", "#########"),
        ("itin", "tax_id", "taxpayer_id"),
        ("ITIN", "Individual Taxpayer Identification Number"),
        ("###-##-####",),
    ),
    Id(
        "br_cpf",
        "br.cpf",
        spelt("[d9]"),
        TWO,
        ("###.###.###-##", "###########"),
        ("cpf", "documento", "cpf_cliente"),
        ("CPF", "cpf do cliente"),
        ("###.###.###-##",),
    ),
    Id(
        "mx_curp",
        "mx.curp",
        _curp,
        ONE,
        ("##################",),
        ("curp", "clave_curp"),
        ("CURP", "clave única"),
        ("##################",),
    ),
    Id(
        "ca_sin",
        "ca.sin",
        spelt("1[d7]", "2[d7]", "4[d7]", "5[d7]", "7[d7]"),
        ONE,
        ("### ### ###", "###-###-###", "#########"),
        ("sin", "social_insurance_number", "sin_number"),
        ("SIN", "Social Insurance Number", "NAS"),
    ),
    Id(
        "cl_rut",
        "cl.rut",
        spelt("1[d7]", "2[d7]"),
        (*ONE, "K"),
        ("##.###.###-#", "########-#"),
        ("rut", "run", "rut_cliente"),
        ("RUT", "RUN", "rut cliente"),
        ("##.###.###-#",),
    ),
    Id(
        "ar_cuit",
        "ar.cuit",
        spelt("20[d8]", "27[d8]", "23[d8]"),
        ONE,
        ("##-########-#", "###########"),
        ("cuit", "cuil"),
        ("CUIT", "CUIL"),
    ),
    Id(
        "do_cedula",
        "do.cedula",
        spelt("001[d7]", "224[d7]"),
        ONE,
        ("###-#######-#", "###########"),
        ("cedula",),
        ("Cédula", "cédula"),
        ("###-#######-#",),
    ),
    Id(
        "ec_ci",
        "ec.ci",
        spelt("17[d1][d6]", "09[d1][d6]"),
        ONE,
        ("##########", "#########-#"),
        ("cedula", "ci_ecuador"),
        ("Cédula", "cédula"),
    ),
)
