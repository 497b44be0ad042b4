"""draw → national ids of Europe."""

from datetime import date, timedelta
from typing import Final

from security.evaluation.draw import Draw
from security.evaluation.nationalid import LETTERS, ONE, TWO, Id, born, spelt


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


def _hetu(draw: Draw) -> str:
    day = date(1935, 1, 1) + timedelta(days=draw.randrange(23_000))
    return f"{day:%d%m%y}-{draw.randint(2, 899):03d}"


def _belgian(draw: Draw) -> str:
    day = date(1940, 1, 1) + timedelta(days=draw.randrange(21_000))
    return f"{day:%y%m%d}{draw.randint(1, 997):03d}"


IDS: Final = (
    Id(
        "uk_nhs",
        "gb.nhs",
        spelt("4[d8]", "6[d8]", "7[d8]"),
        ONE,
        ("### ### ####", "##########", "###-###-####"),
        ("nhs_number", "nhs_no", "nhs"),
        ("NHS number", "NHS No.", "NHS"),
    ),
    Id(
        "de_steuer_id",
        "de.idnr",
        spelt("[d10]"),
        ONE,
        ("###########", "## ### ### ###"),
        ("steuer_id", "idnr", "steuerliche_identifikationsnummer", "tax_id"),
        ("Steuer-ID", "Steueridentifikationsnummer", "IdNr."),
    ),
    Id(
        "fr_nir",
        "fr.nir",
        _nir,
        TWO,
        ("###############", "# ## ## ## ### ### ##"),
        ("nir", "numero_securite_sociale", "num_secu"),
        ("NIR", "numéro de sécurité sociale", "n° sécu"),
        ("# ## ## ## ### ### ##",),
    ),
    Id(
        "es_dni",
        "es.dni",
        spelt("[d8]"),
        LETTERS,
        ("#########", "########-#"),
        ("dni", "nif", "documento"),
        ("DNI", "NIF", "documento de identidad"),
    ),
    Id(
        "es_nie",
        "es.nie",
        spelt("X[d7]", "Y[d7]", "Z[d7]"),
        LETTERS,
        ("#########", "#-#######-#"),
        ("nie", "documento"),
        ("NIE", "número de extranjero"),
    ),
    Id(
        "it_codice_fiscale",
        "it.codicefiscale",
        _codice,
        LETTERS,
        ("################",),
        ("codice_fiscale", "cf", "tax_code"),
        ("codice fiscale", "C.F.", "CF"),
        ("################",),
    ),
    Id(
        "nl_bsn",
        "nl.bsn",
        spelt("[d8]"),
        ONE,
        ("#########", "#### ## ###"),
        ("bsn", "burgerservicenummer", "sofinummer"),
        ("BSN", "burgerservicenummer", "bsn-nummer"),
    ),
    Id(
        "be_national_number",
        "be.nn",
        _belgian,
        TWO,
        ("##.##.##-###.##", "###########"),
        ("rijksregisternummer", "national_number", "nrn", "insz"),
        ("rijksregisternummer", "numéro national", "INSZ"),
        ("##.##.##-###.##",),
    ),
    Id(
        "pl_pesel",
        "pl.pesel",
        born("%y%m%d|[d4]"),
        ONE,
        ("###########",),
        ("pesel", "pesel_number"),
        ("PESEL", "nr PESEL"),
    ),
    Id(
        "se_personnummer",
        "se.personnummer",
        born("%y%m%d|-[d3]"),
        ONE,
        ("###########",),
        ("personnummer", "person_nr", "pnr"),
        ("personnummer", "Personnr"),
        (),
    ),
    Id(
        "no_fodselsnummer",
        "no.fodselsnummer",
        born("%d%m%y|[d3]"),
        TWO,
        ("###########", "###### #####"),
        ("fodselsnummer", "fnr", "personnummer"),
        ("fødselsnummer", "fnr", "personnummer"),
    ),
    Id(
        "dk_cpr",
        "dk.cpr",
        born("%d%m%y|[d3]"),
        ONE,
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
        spelt("756[d9]"),
        ONE,
        ("###.####.####.##", "#############"),
        ("ahv", "avs", "ahv_nummer", "ahvn13"),
        ("AHV-Nummer", "AVS", "AHV-Nr.", "numero AVS"),
        ("###.####.####.##",),
    ),
    Id(
        "pt_nif",
        "pt.nif",
        spelt("1[d7]", "2[d7]"),
        ONE,
        ("#########", "### ### ###"),
        ("nif", "contribuinte", "nif_pt"),
        ("NIF", "contribuinte", "número de contribuinte"),
    ),
    Id(
        "ie_pps",
        "ie.pps",
        spelt("[d7]"),
        LETTERS,
        ("########",),
        ("pps", "ppsn", "pps_number"),
        ("PPS number", "PPSN", "PPS No."),
    ),
    Id("gr_amka", "gr.amka", born("%d%m%y|[d4]"), ONE, ("###########",), ("amka",), ("AMKA", "ΑΜΚΑ")),
    Id(
        "ro_cnp",
        "ro.cnp",
        born("1%y%m%d|12[d3]"),
        ONE,
        ("#############",),
        ("cnp", "cod_numeric_personal"),
        ("CNP", "cod numeric personal"),
    ),
    Id(
        "cz_rodne_cislo",
        "cz.rc",
        born("%y%m%d|[d3]"),
        ONE,
        ("######/####", "##########"),
        ("rodne_cislo", "rc"),
        ("rodné číslo", "RČ"),
    ),
    Id("bg_egn", "bg.egn", born("%y%m%d|[d3]"), ONE, ("##########",), ("egn",), ("ЕГН", "EGN")),
    Id(
        "ee_isikukood",
        "ee.ik",
        born("3%y%m%d|[d3]"),
        ONE,
        ("###########",),
        ("isikukood", "personal_code"),
        ("isikukood", "Personal code"),
    ),
    Id("hr_oib", "hr.oib", spelt("[d10]"), ONE, ("###########",), ("oib",), ("OIB",)),
    Id(
        "ru_inn",
        "ru.inn",
        spelt("77[d8]", "50[d8]"),
        TWO,
        ("############",),
        ("inn", "inn_fl"),
        ("ИНН", "INN"),
    ),
    Id(
        "is_kennitala",
        "is_.kennitala",
        born("%d%m%y|[d2]"),
        tuple(f"{check}9" for check in ONE),
        ("######-####", "##########"),
        ("kennitala",),
        ("kennitala", "Kennitala"),
    ),
    Id(
        "jmbg",
        "si.emso",
        born("%d%m9%y|50[d3]"),
        ONE,
        ("#############",),
        ("jmbg", "emso"),
        ("JMBG", "EMŠO", "ЈМБГ"),
    ),
)
