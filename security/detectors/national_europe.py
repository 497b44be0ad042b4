"""Numbers that the states of Europe give to persons; python-stdnum's rules, unless said here."""

import datetime
import re
from typing import Final

from stdnum import luhn
from stdnum.at import vnr
from stdnum.be import nn
from stdnum.bg import egn
from stdnum.ch import ssn as ahv
from stdnum.cz import rc
from stdnum.de import idnr
from stdnum.dk import cpr
from stdnum.ee import ik
from stdnum.es import dni, nie
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.gr import amka
from stdnum.hr import oib
from stdnum.ie import pps
from stdnum.it import codicefiscale
from stdnum.lt import asmens
from stdnum.nl import bsn
from stdnum.no import fodselsnummer
from stdnum.pl import pesel
from stdnum.pt import nif
from stdnum.ro import cnp
from stdnum.ru import inn
from stdnum.se import personnummer
from stdnum.tr import tckimlik
from stdnum.ua import rntrc

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


EUROPE: Final[tuple[Kind, ...]] = (
    national(
        "uk_nino",
        "National Insurance number of the United Kingdom",
        r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-D]",
        _is_nino,
        ("nino", "national insurance", "ni number", "ni no"),
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
        ("nino", "national insurance", "ni number", "ni no"),
        rank=Rank.NUMBER + 2,
        matches=("national_insurance=‹jg103759a›",),
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
        "pl_pesel",
        "Number of a person in Poland (PESEL)",
        r"\d{11}",
        pesel.is_valid,
        ("pesel", "numer pesel", "nr pesel"),
        fields="pesel",
        matches=("PESEL ‹92071314719›", "nr_pesel=‹92071314108›", "numer ‹92071314078› (PESEL)"),
        misses=("PESEL 92071314718", "92071314719"),
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
            "swedish",
            "sweden",
        ),
        fields="personnummer|personnr",
        matches=("personnummer ‹880320-0438›", "pnr=‹198803207623›", "personal_number: ‹880380-4700›"),
        misses=("personnummer 880320-0439", "log 20230129-0841", "880320-0438"),
    ),
    national(
        "no_fodselsnummer",
        "Birth number of Norway",
        r"\d{6}[ -]?\d{5}",
        fodselsnummer.is_valid,
        ("fødselsnummer", "fodselsnummer", "fødselsnr", "fodselsnr", "fnr", "personnummer", "d nummer"),
        fields="f(?:ø|o)dselsnummer",
        matches=("fødselsnummer ‹15038099873›", "fnr: ‹150380 22684›"),
        misses=("fnr: 15038099874", "15038099873"),
    ),
    national(
        "dk_cpr",
        "Number of a person in Denmark (CPR)",
        r"\d{6}[- ]?\d{4}",
        cpr.is_valid,
        ("cpr", "cpr nummer", "cpr nr", "cprnr", "personnummer", "cpr number", "cprnummer", "danish"),
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
        ("pps", "ppsn", "pps number", "pps no", "personal public service"),
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
    national(
        "gr_amka",
        "Social security number of Greece (AMKA)",
        r"\d{6}[ -]?\d{5}",
        lambda value: amka.is_valid(re.sub(r"\D", "", value)),
        ("amka", "αμκα", "α.μ.κ.α."),
        fields="amka",
        matches=("AMKA ‹01013901432›", "αμκα: ‹01013965346›"),
        misses=("AMKA 01013901433", "01013901432"),
    ),
    national(
        "ro_cnp",
        "Personal numeric code of Romania (CNP)",
        r"[1-9]\d{12}",
        cnp.is_valid,
        ("cnp", "cod numeric personal", "cod numeric"),
        fields="cnp|cod_?numeric_?personal",
        matches=("CNP ‹1630615120080›", "cod numeric personal: ‹1630615126241›"),
        misses=("CNP 1630615120081", "ts 1674981729487"),
    ),
    national(
        "bg_egn",
        "Civil number of Bulgaria (EGN)",
        r"\d{10}",
        egn.is_valid,
        ("egn", "егн", "единен граждански номер"),
        fields="егн",
        matches=("EGN ‹7523161920›", "ЕГН: ‹7523160013›"),
        misses=("EGN 7523161921", "7523161920"),
    ),
    national(
        "cz_rodne_cislo",
        "Birth number of Czechia and Slovakia",
        r"\d{6}/\d{3,4}",
        rc.is_valid,
        ("rodné číslo", "rodne cislo"),
        person=False,
        alone=r"\d{2}[0-8]\d[0-3]\d/\d{3}",
        not_after=r"\pL\pN_./-",
        not_before=r"\w/-",
        fields="rodne_?cislo",
        rank=Rank.NUMBER + 1,
        matches=("RČ ‹710319/3670›", "zákazník ‹710319/9389›"),
        misses=("710319/3671", "logs/230129/0841/"),
    ),
    national(
        "cz_rodne_cislo",
        "Birth number of Czechia and Slovakia, by the words near it",
        r"\d{9,10}",
        rc.is_valid,
        ("rodné číslo", "rodne cislo", "rč", "birth number", "rodné č", "rc"),
        matches=("rodné číslo ‹7103193670›", "rodne_cislo=‹7103197530›"),
        misses=("rodne_cislo=7103197531", "7103197530"),
    ),
    national(
        "hr_oib",
        "Personal identification number of Croatia (OIB)",
        r"\d{11}",
        oib.is_valid,
        ("oib", "osobni identifikacijski broj"),
        fields="oib",
        matches=("OIB: ‹33316853186›", "oib=‹33313674131›"),
        misses=("OIB: 33316853187", "33316853186"),
    ),
    national(
        "ee_isikukood",
        "Personal code of Estonia",
        r"[1-8]\d{10}",
        ik.is_valid,
        ("isikukood", "isiku kood"),
        fields="isikukood",
        matches=("isikukood ‹36805280828›",),
        misses=("isikukood 36805280829", "36805280828"),
    ),
    national(
        "lt_asmens",
        "Personal code of Lithuania",
        r"[1-9]\d{10}",
        asmens.is_valid,
        ("asmens kodas", "asmens"),
        fields="asmens_?kodas",
        matches=("asmens kodas: ‹38703027429›",),
        misses=("asmens kodas: 38703027428", "38703027429"),
    ),
    national(
        "lv_personas",
        "Personal code of Latvia",
        r"\d{6}-?\d{5}",
        _is_personas_kods,
        ("personas kods", "personas"),
        fields="personas_?kods",
        matches=("personas kods ‹161175-19997›", "personas_kods=‹32867300679›"),
        misses=("personas kods 161175-19996", "161175-19997"),
    ),
    national(
        "tr_tckn",
        "Identity number of Türkiye",
        r"[1-9]\d{10}",
        tckimlik.is_valid,
        ("tckn", "tc kimlik", "tc no", "kimlik no", "kimlik numarası", "kimlik", "tc kimlik no"),
        fields="tckn|tc_?kimlik(?:_?no)?",
        matches=("TC Kimlik No: ‹17505501352›", "tckn=‹17507339342›"),
        misses=("tckn=17507339343", "17505501352"),
    ),
    national(
        "ru_inn",
        "Number of a taxpayer in Russia (INN), a person's",
        r"\d{12}",
        inn.is_valid,
        ("inn", "инн", "идентификационный номер", "налогоплательщика"),
        fields="инн",
        matches=("ИНН ‹500100732259›", "inn=‹500100732259›"),
        misses=("inn=500100732258", "500100732259"),
    ),
    national(
        "ua_rnokpp",
        "Number of a taxpayer in Ukraine",
        r"\d{10}",
        rntrc.is_valid,
        ("rnokpp", "рнокпп", "ipn", "іпн", "ідентифікаційний код", "ідентифікаційний номер", "инн", "inn"),
        fields="rnokpp|рнокпп|іпн",
        matches=("РНОКПП ‹1759517350›", "ipn: ‹1759584122›"),
        misses=("ipn: 1759584123", "1759517350"),
    ),
)
