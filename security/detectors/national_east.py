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
from stdnum.si import emso
from stdnum.tr import tckimlik
from stdnum.ua import rntrc

from security.detectors.kind import Kind, Rank
from security.detectors.national_numbers import national


def _is_taj(value: str) -> bool:
    """Weights 3 and 7 in turn, modulo 10 (Hungary, act XX of 1996)."""
    *body, check = [int(digit) for digit in value if digit.isdigit()]
    return sum(d * (3, 7)[place % 2] for place, d in enumerate(body)) % 10 == check


def _is_snils(value: str) -> bool:
    """Weights 9 to 1, modulo 101, where 100 is written 00 (Pension Fund of Russia)."""
    digits = re.sub(r"\D", "", value)
    total = sum(int(d) * w for d, w in zip(digits, range(9, 0, -1), strict=False))
    return total % 101 % 100 == int(digits[9:])


def _is_iin(value: str) -> bool:
    """A day of birth, a century with a sex, weights 1 to 11, or 3 to 11, 1, 2, modulo 11 (Kazakhstan)."""
    *body, check = map(int, value)
    if not ("01" <= value[2:4] <= "12" and "01" <= value[4:6] <= "31" and "1" <= value[6] <= "6"):
        return False
    first, second = range(1, 12), (*range(3, 12), 1, 2)
    rest = sum(d * w for d, w in zip(body, first, strict=True)) % 11
    if rest == 10:  # noqa: PLR2004  no digit
        rest = sum(d * w for d, w in zip(body, second, strict=True)) % 11
    return rest == check


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
    national(
        "hu_taj",
        "Social security number of Hungary (TAJ)",
        r"\d{3}[ -]?\d{3}[ -]?\d{3}",
        _is_taj,
        (
            "taj",
            "taj szám",
            "taj szam",
            "tajszám",
            "társadalombiztosítási azonosító",
            "hungarian",
            "magyar",
        ),
        fields="taj(?:_?sz[aá]m)?",
        matches=("TAJ: ‹123 456 788›", "taj_szam=‹037687210›"),
        misses=("TAJ: 123 456 789", "123456788"),
    ),
    national(
        "jmbg",
        "Number of a person in what was Yugoslavia (JMBG, EMŠO)",
        r"[0-3]\d[01]\d{10}",
        emso.is_valid,
        (
            "jmbg",
            "јмбг",
            "emšo",
            "emso",
            "јединствени матични број",
            "jedinstveni matični broj",
            "matični broj",
            "maticni broj",
            "матичен број",
            "ембг",
            "embg",
            "slovenian",
            "serbian",
            "bosnian",
        ),
        fields="jmbg|em[sš]o",
        matches=("JMBG ‹0101006500006›", "EMŠO: ‹0101006500006›"),
        misses=("JMBG 0101006500007", "0101006500006"),
    ),
    national(
        "ru_snils",
        "Insurance number of a person in Russia (SNILS)",
        r"\d{3}-\d{3}-\d{3}[ -]\d{2}",
        _is_snils,
        ("снилс", "snils", "страховой номер"),
        alone=r"\d{3}-\d{3}-\d{3}[ -]\d{2}",
        rank=Rank.NUMBER + 1,
        matches=("СНИЛС ‹112-233-445 95›", "‹087-654-303 00›,"),
        misses=("112-233-445 96", "1112-233-445 95"),
    ),
    national(
        "ru_snils",
        "Insurance number of a person in Russia (SNILS), by the words near it",
        r"\d{11}|\d{3} \d{3} \d{3} \d{2}",
        _is_snils,
        ("снилс", "snils", "страховой номер"),
        fields="снилс|snils",
        matches=("snils=‹11223344595›", "СНИЛС: ‹087 654 303 00›"),
        misses=("snils=11223344596", "11223344595"),
    ),
    national(
        "kz_iin",
        "Individual identification number of Kazakhstan (IIN, ЖСН)",
        r"\d{12}",
        _is_iin,
        ("иин", "iin", "жсн", "zhsn", "kazakhstan", "kazakh"),
        fields="иин|жсн",
        matches=("ИИН ‹831026300433›", "iin=‹901015400128›"),
        misses=("ИИН 831026300434", "831026300433"),
    ),
)
