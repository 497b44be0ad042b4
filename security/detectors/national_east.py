"""Numbers that the states of eastern Europe and Türkiye give to persons; by python-stdnum's rules."""

import re
from typing import Final

from stdnum.bg import egn
from stdnum.cz import rc
from stdnum.gr import amka
from stdnum.hr import oib
from stdnum.pl import pesel
from stdnum.ro import cnp
from stdnum.ru import inn
from stdnum.tr import tckimlik
from stdnum.ua import rntrc

from security.detectors.kind import Kind, Rank
from security.detectors.national_numbers import national

EAST: Final[tuple[Kind, ...]] = (
    national(
        "pl_pesel",
        "Number of a person in Poland (PESEL)",
        r"\d{11}",
        pesel.is_valid,
        ("pesel", "numer pesel", "nr pesel", "polish id"),
        fields="pesel",
        matches=("PESEL ‹92071314719›", "nr_pesel=‹92071314108›", "numer ‹92071314078› (PESEL)"),
        misses=("PESEL 92071314718", "92071314719"),
    ),
    national(
        "gr_amka",
        "Social security number of Greece (AMKA)",
        r"\d{6}[ -]?\d{5}",
        lambda value: amka.is_valid(re.sub(r"\D", "", value)),
        ("amka", "αμκα", "α.μ.κ.α.", "greek", "αριθμός μητρώου κοινωνικής ασφάλισης"),
        fields="amka",
        matches=("AMKA ‹01013901432›", "αμκα: ‹01013965346›"),
        misses=("AMKA 01013901433", "01013901432"),
    ),
    national(
        "ro_cnp",
        "Personal numeric code of Romania (CNP)",
        r"[1-9]\d{12}",
        cnp.is_valid,
        ("cnp", "cod numeric personal", "cod numeric", "cod personal", "romanian"),
        fields="cnp|cod_?numeric_?personal",
        matches=("CNP ‹1630615120080›", "cod numeric personal: ‹1630615126241›"),
        misses=("CNP 1630615120081", "ts 1674981729487"),
    ),
    national(
        "bg_egn",
        "Civil number of Bulgaria (EGN)",
        r"\d{10}",
        egn.is_valid,
        (
            "egn",
            "егн",
            "единен граждански номер",
            "edinen grazhdanski nomer",
            "граждански номер",
            "bulgarian",
            "ucn",
        ),
        fields="егн",
        matches=("EGN ‹7523161920›", "ЕГН: ‹7523160013›"),
        misses=("EGN 7523161921", "7523161920"),
    ),
    national(
        "cz_rodne_cislo",
        "Birth number of Czechia and Slovakia",
        r"\d{6}/\d{3,4}",
        rc.is_valid,
        (
            "rodné číslo",
            "rodne cislo",
            "rodného čísla",
            "rod číslo",
            "rod cislo",
            "rodnecislo",
            "birth number",
            "czech id",
            "slovak id",
            "rč",
            "rc number",
        ),
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
        ("oib", "osobni identifikacijski broj", "osobni identifikacijski", "osobni broj", "croatian"),
        fields="oib",
        matches=("OIB: ‹33316853186›", "oib=‹33313674131›"),
        misses=("OIB: 33316853187", "33316853186"),
    ),
    national(
        "tr_tckn",
        "Identity number of Türkiye",
        r"[1-9]\d{10}",
        tckimlik.is_valid,
        (
            "tckn",
            "tc kimlik",
            "tc no",
            "tcno",
            "tc kimlik no",
            "t.c. kimlik",
            "kimlik no",
            "kimlik numarası",
            "kimlik",
            "vatandaşlık",
            "turkish id",
            "turkish",
        ),
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
        (
            "rnokpp",
            "рнокпп",
            "ipn",
            "іпн",
            "ідентифікаційний код",
            "ідентифікаційний номер",
            "идентификационный код",
            "инн",
            "inn",
            "drfo",
            "дрфо",
            "ukrainian",
            "ukraine",
            "податковий номер",
            "itn",
            "код платника",
        ),
        fields="rnokpp|рнокпп|іпн",
        matches=("РНОКПП ‹1759517350›", "ipn: ‹1759584122›"),
        misses=("ipn: 1759584123", "1759517350"),
    ),
)
