"""Numbers that the states of western and southern Europe give to persons; by python-stdnum's rules."""

import re
from typing import Final

from stdnum.at import vnr
from stdnum.be import nn
from stdnum.ch import ssn as ahv
from stdnum.de import idnr
from stdnum.es import dni, nie
from stdnum.fr import nir
from stdnum.it import codicefiscale
from stdnum.nl import bsn
from stdnum.pt import nif

from security.detectors.kind import Kind, Rank
from security.detectors.national_numbers import national


def _is_ausweis(value: str) -> bool:
    """The serial number of a German identity card; a tenth character is its check digit (ICAO Doc 9303)."""
    serial = value.rstrip("D")
    if not any(map(str.isdigit, value)):
        return False
    with_check = 10
    if len(serial) < with_check:
        return True
    total = sum(int(c, 36) * (7, 3, 1)[n % 3] for n, c in enumerate(serial[:9]))
    return str(total % 10) == serial[9]


WEST: Final[tuple[Kind, ...]] = (
    national(
        "de_steuer_id",
        "Identification number of German tax (§ 139b AO)",
        r"\d{2} ?\d{3} ?\d{3} ?\d{3}",
        idnr.is_valid,
        (
            "steuer id",
            "steueridnr",
            "steuerid nr",
            "steueridentifikationsnummer",
            "steuerliche identifikationsnummer",
            "identifikationsnummer",
            "idnr",
            "steuernummer",
            "steuer identifikationsnummer",
        ),
        fields="steuer_?id|steueridentifikationsnummer",
        matches=("Steuer-ID: ‹86 927 813 841›", '"steuerId": "‹86497721751›"', "tax_id=‹86103557925›"),
        misses=("Steuer-ID: 86 927 813 842", "offset 86497721751"),
    ),
    national(
        "de_personalausweis",
        "Number of a German identity card",
        r"[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}(?:\dD?)?",
        _is_ausweis,
        ("personalausweis", "personalausweisnummer", "ausweisnummer", "ausweis nr", "ausweis", "perso nr"),
        person=False,
        fields="personalausweis|ausweis_?(?:nr|nummer)",
        matches=("Personalausweis: ‹L01X00T47›", "Ausweisnummer ‹L01X00T471›"),
        misses=("Ausweisnummer L01X00T472", "request L01X00T47"),
    ),
    national(
        "fr_nir",
        "Social security number of France (NIR)",
        r"[123478] ?\d{2} ?(?:0[1-9]|1[0-2]|[23]\d|4[0-2]|[5-9]\d) ?"
        r"(?:\d{2}|2[AB]) ?\d{3} ?\d{3}(?: ?| ?[/-] ?)\d{2}",
        lambda value: nir.is_valid(re.sub(r"[\s/-]", "", value)),
        (
            "nir",
            "insee",
            "securite sociale",
            "sécurité sociale",
            "numero de securite sociale",
            "num secu",
            "numéro de sécurité sociale",
        ),
        fields="numero_?secu(?:rite_?sociale)?",
        rank=Rank.NUMBER + 2,
        matches=("NIR ‹1 85 05 78 006 513 50›", "numéro de sécurité sociale: ‹185057800603048›"),
        misses=("NIR 1 85 05 78 006 513 51", "1 85 13 78 006 513 50"),
    ),
    national(
        "fr_nir",
        "Social security number of France (NIR), by its grouping or its month",
        r"[12](?: \d{2} (?:0[1-9]|1[0-2]) (?:\d{2}|2[AB]) \d{3} \d{3} \d{2}"
        r"|\d{2}(?:0[1-9]|1[0-2])(?:\d{2}|2[AB])\d{8})",
        lambda value: nir.is_valid(value.replace(" ", "")),
        ("nir", "insee"),
        person=False,
        alone=r"[12](?: \d{2} [01]\d (?:\d{2}|2[AB]) \d{3} \d{3} \d{2}|\d{2}[01]\d\d[\dAB]\d{8})",
        rank=Rank.NUMBER + 1,
        matches=("patient ‹1 85 05 78 006 513 50›", "assuré ‹185057800657288›"),
        misses=("1674981729487160534", "185137800657288"),
    ),
    national(
        "es_dni",
        "Identity number of Spain (DNI)",
        r"(?:\d{8}|\d{2}\.\d{3}\.\d{3})-?[A-HJ-NP-TV-Z]",
        lambda value: dni.is_valid(re.sub(r"[ .-]", "", value)) and not re.match(r"\d+[KMG]$", value),
        ("dni", "nif", "documento", "documento nacional de identidad"),
        alone=r"(?:\d{8}|\d{3}\.\d{3})-?[A-HJ-NP-TV-Z]",
        fields="dni",
        rank=Rank.NUMBER + 1,
        matches=("DNI: ‹40237518F›", "cliente ‹54.362.319-W› alta", "‹61094723F›"),
        misses=("54362315A", "heap 16777216K->1048576K(33554432K)", "0x54362315K"),
    ),
    national(
        "es_dni",
        "Identity number of Spain (DNI), by the words near it",
        r"(?:\d{7,8}|\d{1,2}\.\d{3}\.\d{3}) ?-?[A-HJ-NP-TV-Za-hj-np-tv-z]",
        lambda value: dni.is_valid(re.sub(r"[ .-]", "", value).upper().zfill(9)),
        ("dni", "nif", "documento nacional de identidad", "documento de identidad", "documento", "doc"),
        rank=Rank.NUMBER + 1,
        matches=("dni=‹54362315k›", '"nif":"‹54362315K›"'),
        misses=("dni 54362315A",),
    ),
    national(
        "es_nie",
        "Identity number of foreigners in Spain (NIE)",
        r"[XYZ]-?\d{7}-?[A-HJ-NP-TV-Z]",
        lambda value: nie.is_valid(value.replace("-", "")),
        ("nie",),
        alone=r"[XYZ]-?\d{7}-?[A-Z]",
        rank=Rank.NUMBER + 2,
        matches=("NIE ‹X2482300W›", "extranjero ‹X-2482300-W›"),
        misses=("X2482300A",),
    ),
    national(
        "it_codice_fiscale",
        "Tax code of Italy (codice fiscale)",
        r"(?i:[A-Z]{3} ?[A-Z]{3} ?[0-9LMNP-V]{2}[A-EHLMPR-T][0-9LMNP-V]{2} ?[A-Z][0-9LMNP-V]{3} ?[A-Z])",
        lambda value: sum(map(str.isdigit, value)) > 3 and codicefiscale.is_valid(value.upper()),  # noqa: PLR2004
        ("codice fiscale", "cod fiscale", "codfisc", "cf"),
        alone=r"(?i:[A-Z]{3} ?[A-Z]{3} ?[0-9LMNP-V]{2}[A-EHLMPR-T][0-9LMNP-V]{2} ?[A-Z][0-9LMNP-V]{3})",
        fields="codice_?fiscale|cod_?fisc(?:ale)?",
        rank=Rank.NUMBER + 3,
        matches=("CF: ‹RSSMRA85T10A562S›", "‹rss mra 85t10 a562 s›"),
        misses=("RSSMRA85T10A562T", "abcdefghijklmnop"),
    ),
    national(
        "nl_bsn",
        "Citizen service number of the Netherlands (BSN)",
        r"\d{9}|\d{4}\.\d{2}\.\d{3}|\d{3}[ .-]\d{3}[ .-]\d{3}|\d{4} \d{2} \d{3}",
        lambda value: bsn.is_valid(re.sub(r"\D", "", value)),
        ("bsn", "burgerservicenummer", "burger service nummer", "sofinummer", "sofi nummer"),
        fields="bsn|burgerservicenummer",
        matches=("BSN: ‹111223003›", "burgerservicenummer ‹1112.44.183›", '"id_number": "‹111272555›"'),
        misses=("BSN: 111223004", "seq 111223003"),
    ),
    national(
        "be_national_number",
        "National number of Belgium",
        r"\d{2}\.\d{2}\.\d{2}[ -]\d{3}[.-]\d{2}",
        nn.is_valid,
        ("rijksregister", "rijksregisternummer"),
        alone=r"\d{2}\.\d{2}\.\d{2}[ -]\d{3}[.-]\d{2}",
        fields="rijksregisternummer|niss|insz",
        rank=Rank.NUMBER + 1,
        matches=("klant ‹85.07.30-033.28›",),
        misses=("85.07.30-033.29",),
    ),
    national(
        "be_national_number",
        "National number of Belgium, by the words near it",
        r"\d{2}[. -]?\d{2}[. -]?\d{2}[. -]?\d{3}[. -]?\d{2}",
        nn.is_valid,
        (
            "rijksregister",
            "rijksregisternummer",
            "rijksregisternr",
            "registre national",
            "numéro national",
            "numero national",
            "numéro de registre national",
            "niss",
            "insz",
            "nrn",
        ),
        matches=("NISS ‹85073003328›", "rijksregisternummer: ‹85.07.30 033 28›"),
        misses=("NISS 85073003329", "85073003328"),
    ),
    national(
        "pt_nif",
        "Tax number of Portugal (NIF)",
        r"[1-35-9]\d{2}[ .-]?\d{3}[ .-]?\d{3}",
        lambda value: nif.is_valid(re.sub(r"\D", "", value)),
        ("nif", "contribuinte", "número de contribuinte", "numero de contribuinte", "numero fiscal", "nipc"),
        fields="contribuinte",
        matches=("NIF ‹501919775›", "contribuinte: ‹501 979 360›"),
        misses=("NIF 501919776", "501919775"),
    ),
    national(
        "ch_ahv",
        "Social security number of Switzerland (AHV)",
        r"756(?:\d{10}|\.\d{4}\.\d{4}\.\d{2}| \d{4} \d{4} \d{2}|-\d{4}-\d{4}-\d{2})",
        lambda value: ahv.is_valid(re.sub(r"\D", "", value)),
        ("ahv", "avs", "ahv nummer", "ahv nr", "sozialversicherungsnummer"),
        alone=r"756(?:\d{10}|[. -]\d{4}[. -]\d{4}[. -]\d{2})",
        fields="ahv(?:nummer)?",
        rank=Rank.NUMBER + 1,
        matches=("AHV ‹756.9217.0769.85›", "‹7569217076985›"),
        misses=("756.9217.0769.84", "1756921707698"),
    ),
    national(
        "at_svnr",
        "Social security number of Austria",
        r"\d{4}[ -]?\d{6}",
        lambda value: vnr.is_valid(re.sub(r"\D", "", value)),
        (
            "svnr",
            "sv nummer",
            "sv nr",
            "sozialversicherungsnummer",
            "versicherungsnummer",
            "sozialversicherungsnr",
        ),
        fields="svnr|sozialversicherungsnummer",
        matches=("SVNR ‹7786 010180›", "Sozialversicherungsnummer: ‹4913010180›"),
        misses=("SVNR 7787 010180", "7786 010180"),
    ),
)
