"""What border controls read of travellers: machine readable zones, numbers beside the kind of document."""

import re
from typing import Final

from security.detectors import masks
from security.detectors.kind import Category, Kind, Rank

_WEIGHTS: Final = (7, 3, 1)
_SHORTEST_LINE: Final = 30  # of a zone (TD1)


def check_digit(text: str) -> str:
    """Weights 7, 3, 1, modulo 10; ``<`` is 0, ``A`` is 10 (ICAO Doc 9303, part 3, 4.9)."""
    values = (0 if sign == "<" else int(sign, 36) for sign in text)
    return str(sum(value * _WEIGHTS[place % 3] for place, value in enumerate(values)) % 10)


def _is_zone(line: str) -> bool:
    """A line of names, or one of numbers whose check digits are right."""
    if found := re.fullmatch(r"([A-Z0-9<]{9})(\d)[A-Z<]{3}(\d{6})(\d)[MFX<](\d{6})(\d)[A-Z0-9<]*", line):
        pairs = (found.group(1, 2), found.group(3, 4), found.group(5, 6))
        return all(check_digit(part) == digit for part, digit in pairs)
    if found := re.fullmatch(r"(\d{6})(\d)[MFX<](\d{6})(\d)[A-Z<]{3}[A-Z0-9<]*", line):
        return check_digit(found[1]) == found[2] and check_digit(found[3]) == found[4]
    if found := re.fullmatch(r"[IAC][A-Z<][A-Z<]{3}([A-Z0-9<]{9})(\d)[A-Z0-9<]*", line):
        return check_digit(found[1]) == found[2]
    return "<<" in line and (line.endswith("<<") or len(line) >= _SHORTEST_LINE)


_NUMBERS: Final = r"[A-Z0-9<]{9}\d[A-Z<]{3}\d{7}[MFX<]\d{7}[A-Z0-9<]{2,16}"  # second line of TD2 and TD3
_DATES: Final = r"\d{7}[MFX<]\d{7}[A-Z<]{3}[A-Z0-9<]{11}\d"  # second line of TD1
_CARD: Final = r"[IAC][A-Z<][A-Z<]{3}[A-Z0-9<]{9}\d[A-Z0-9<]{15}"  # first line of TD1
_NAMES: Final = r"[PV][A-Z<][A-Z<]{3}[A-Z]+(?:<[A-Z]+)*<<[A-Z<]{3,40}"

TRAVEL: Final[tuple[Kind, ...]] = (
    Kind(
        name="passport_number",
        title="Machine readable zone of a passport, a visa or a card",
        category=Category.PII,
        pattern=rf"(?P<value>{_CARD}|{_DATES}|{_NUMBERS}|{_NAMES})",
        hints=(
            r"\d[A-Z<]{3}\d{7}[MFX<]\d{7}",
            r"\d{7}[MFX<]\d{7}[A-Z<]{3}",
            r"[IAC][A-Z<][A-Z<]{3}[A-Z0-9<]{9}\d[A-Z0-9<]{15}",
            r"[PV][A-Z<][A-Z<]{3}[A-Z]+(?:<[A-Z]+)*<<[A-Z<]{3}",
        ),
        not_after=r"\w<",
        not_before=r"\w<",
        check=_is_zone,
        mask=masks.named("passport_number"),
        confidence=0.95,
        rank=Rank.SHAPE,
        matches=(
            "‹P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<›",
            "line2=‹L898902C36UTO7408122F1204159ZE184226B<<<<<10›",
            "‹I<UTOD231458907<<<<<<<<<<<<<<<› ok",
            "‹7408122F1204159UTO<<<<<<<<<<<6›",
        ),
        misses=("L898902C37UTO7408122F1204159ZE184226B<<<<<10", "std::cout<<ANNA<<MARIA", "PUBLIC<<<NAME"),
    ),
    Kind(
        name="passport_number",
        title="Number of a passport beside the kind of document",
        category=Category.PII,
        pattern=(
            r"(?i:(?:type|kind|art)[\"']?\s?[:=]\s?[\"']?(?:passport|passeport|pasaporte|reisepass"
            r"|p)\b[\"']?"
            r"[,;]?\s{0,4}[\"']?(?:(?:document|doc)_?)?(?:number|no|num|nr|id|value)[\"']?\s?[:=]\s?[\"']?)"
            r"(?P<value2>[A-Z]{0,3}\d{5,9}[A-Z]{0,2}|[CFGHJKLMNPRTVWXYZ][0-9CFGHJKLMNPRTVWXYZ]{8})\b"
            r"|<(?i:passport|passeport|reisepass)\b[^<>]{0,60}>\s{0,4}<(?i:no|number|num|nr"
            r"|id)>(?P<value3>[A-Z0-9]{6,10})<"
        ),
        hints=(
            r"<(?i:passport|passeport|reisepass)\b[^<>]*>\s*<(?i:no|number|num|nr|id)>",
            r"(?i:(?:type|kind|art)[\"']?\s?[:=]\s?[\"']?(?:pass|pasa|reise|p[\s,;\"']))",
        ),
        mask=masks.named("passport_number"),
        confidence=0.8,
        rank=Rank.NUMBER + 1,
        matches=(
            '{"type":"PASSPORT","number":"‹GA032435›","issuer":"CAN"}',
            "APIS doc type=P number=‹493624744› exp=2031-04",
            '{"doc":{"type":"PASSPORT","number":"‹C01XM38M5›","issuer":"DEU"}}',
            '<Passport issuing="JPN"><No>‹TS5604960›</No></Passport>',
        ),
        misses=('{"type":"PASSPORT","status":"number"}', "type=P number=12"),
    ),
)
