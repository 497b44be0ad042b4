"""Text → where a name or an address may be: what is cheap to ask of every text.

One RE2 automaton; most texts have no cue, and that is all that they cost.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Final

from security.detectors.matching import Matcher
from security.model.fields import CUES as FIELDS

_MEMORY: Final = 256 * 1024 * 1024
_CAPITAL: Final = r"(?:\p{Lu}[\p{Ll}\p{M}'’]+(?:-\p{Ll}+)?|\p{Lu}\.)"
_PARTICLE: Final = (
    r"(?:(?:de|da|do|van|von|der|den|di|del|la|le|el|al|bin|binti|bint|bte|ibn|ben|du|dos|das|ter|zu|af"
    r"|av) ){0,2}"
)
#: Two words with capitals, the second no camelCase and no part of a path: ``John Smith``, ``J. O'Neill``.
_PAIR: Final = rf"{_CAPITAL}(?:[ -]|, ?){_PARTICLE}\p{{Lu}}(?:['’]\p{{Lu}}?|\p{{Lu}})?\p{{Ll}}"
_GREETING: Final = (
    r"(?:Mr|Mrs|Ms|Dr|Prof|Miss|Sir|Herr|Frau|Mme|Monsieur|Madame|Sr|Sra|Señora?|Sig|Pan|Pani)\.? \p{Lu}\p{L}"
    r"|(?:Dear|Hi|Hello|Hey|Hola|Bonjour|Cher|Chère|Hallo|Liebe|Lieber|Beste|Ciao|Gentile|Estimad[oa]|Olá"
    r"|Prezad[oa]"
    r"|Hej|Hei|[Ww]elcome back|Happy birthday|Thanks|Regards|regards|Sincerely|[Tt]his is|I am|I'm|[Ss]igned"
    r"|[Mm]erci|[Gg]racias|[Dd]anke|[Cc]heers),? ?(?:\n|\\n)?\p{Lu}\p{Ll}"
)
#: Two words in capitals.
_SHOUTED: Final = r"\b\p{Lu}{3,}(?:[ -]|, ?)\p{Lu}{3}"
#: One word with a capital, behind a word for somebody.
_CALLED: Final = (
    r"(?i:customer|patient|passenger|guest|holder|student|pupil|employee|candidate|recipient|contact|client"
    r"|cliente|kunde|kundin|assignee|author|member|driver|courier|rider|buyer|seller|sender|agent|nurse|doctor"
    r"|owner|tenant|manager|teacher|tutor|player|visitor|caller|reviewer|requester|colleague|neighbou?r"
    r"|\b(?:uncle|aunt|mom|mum|dad|from|by|with|for|ask|asks?|tell|ping|poke|cc))"
    r"(?:[ :=\"'(\[]|: |=\"|='){1,2}\p{Lu}\p{Ll}{2}"
)
_STREET_TYPE: Final = (
    r"(?i:street|st|road|rd|avenue|ave|lane|ln|drive|dr|court|ct|boulevard|blvd|way|place|pl|square"
    r"|terrace|close"
    r"|crescent|circle|parkway|pkwy|highway|hwy|trail|gardens|grove|broadway|row|rise|view|hill|park)"
)
_ADDRESS: Final = "|".join((
    rf"\d{{1,5}}[A-Za-z]?(?:[-/]\d{{1,3}})?,? (?:[\p{{L}}\d.'’-]+ ){{1,4}}{_STREET_TYPE}\b",
    r"\d{1,5}[A-Za-z]?,? (?i:(?:bis,? |ter,? )?(?:rue|avenue|av\.?|boulevard|bd|place|all[ée]e|chemin"
    r"|impasse|quai"
    r"|cours|route|via|calle|jl|rua))\b",
    r"(?i:rue|avenue|calle|c/|avenida|av\.|avda|plaza|paseo|carrera|rua|travessa|praça|via|viale|piazza"
    r"|corso|largo"
    r"|ul\.|ulica|al\.|os\.|pl\.|jalan|jl\.?|gang|strada|str\.|bulevardul|calea|aleea|đường|phố|gran vía)"
    r" (?:[\p{L}\d.'’-]+[ ,]*){1,6}(?:n[.°ºr]{0,2} ?|no\.? ?|# ?)?\d",
    r"(?i:\p{L}(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|ring|damm|ufer|straat|laan|plein|kade|dreef"
    r"|gracht|singel"
    r"|steenweg|gatan|vägen|gränd|vej|gade|gata|veien|veg|katu|tie|kuja|polku|hof)) \d",
    r"(?i: (?:utca|út|tér|körút|sokak|sok|sk|cadde|caddesi|cad|mah|mahallesi|bulvarı|straße|strasse|gate"
    r"|vei|allé|tie"
    r"|náměstí|třída|trg|cesta))\.?,? (?:(?i:no):? ?)?\d",
    r"(?i:p\.? ?o\.? ?box|postfach|apartado|casella postale) \d",
    r"(?i:address|addr|street|adresse|anschrift|dirección|direccion|domicilio|indirizzo|endereço|endereco"
    r"|morada"
    r"|adres|adresa|osoite|cím|alamat|ship(?:ped)?[ _-]?to|bill[ _-]?to|deliver(?:ed)? to|lives (?:at|in)"
    r"|line1)"
    r"(?:[_ -]?(?:line)?_?\d)?(?: is| on file| changed from| for)?(?:[\"']{0,2}\s?[:=]\s?[\"'\[(]{0,2}| )"
    r"\\?[\"']?(?:\p{L}|\d+[ ,]*\p{L}{2}|\d+ \d+ \p{L}|№|#)",
    r"(?i:apt|suite|unit|flat|apartment)\.? ?#?\d{1,5}[A-Za-z]?,? \p{L}",
    r", [A-Z]{2} \d{5}\b",
    r"[,;\n] ?(?:[A-Z]{1,2}-)?\d{4,6}(?: ?[A-Z]{2})?,? \p{Lu}\p{L}",
    r"\b(?:\d{2}-\d{3}|\d{3} \d{2}|\d{4}-\d{3}|\d{5}-\d{3}) \p{Lu}\p{L}",
    r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b",
))  # fmt: skip
#: What `_PAIR` matches, with the rest of its last word, for what is known to be a cue: Python's own pattern
#: is faster on few letters.
_SIMPLY_PAIR: Final = re.compile(
    r"[^\W\d_a-z](?:\.|(?:[^\W\d_A-Z]|['’])+(?:-[^\W\d_A-Z]+)?)(?:[ -]|, ?)"
    rf"{_PARTICLE}"
    r"[^\W\d_a-z](?:['’][^\W\d_a-z]?|[^\W\d_a-z])?[^\W\d_A-Z][^\W\d_]*"
    r"|[^\W\d_a-z]{3,}(?:[ -]|, ?)[^\W\d_a-z]{3}[^\W\d_]*"
)
#: Letters of scripts that software is not written in.
_FOREIGN: Final = (
    r"[\p{Cyrillic}\p{Greek}\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Arabic}\p{Hebrew}\p{Devanagari}\p{Bengali}"
    r""
    r"\p{Thai}\p{Georgian}\p{Armenian}\p{Tamil}\p{Gujarati}\p{Oriya}\p{Sinhala}]{2}"
)


#: Such letters, and accents, as JSON may write them.
_ESCAPED: Final = r"\\u(?:00[c-fC-F]|0[1-9a-fA-F]|[1-9a-cA-C][0-9a-fA-F])[0-9a-fA-F]"

#: All of them, as one pattern of RE2.
EVERY: Final = "|".join(
    f"(?:{one})" for one in (_PAIR, FIELDS, _GREETING, _SHOUTED, _CALLED, _ADDRESS, _FOREIGN, _ESCAPED)
)


class Cues:
    """Finds where to look."""

    @cached_property
    def any(self) -> Matcher:
        """Of `EVERY`."""
        return _compiled(EVERY)

    @cached_property
    def field(self) -> Matcher:
        """Of a field that says by its name that it holds a name or an address."""
        return _compiled(FIELDS)


def cued(matcher: Matcher, text: str) -> Iterator[tuple[int, int]]:
    """(start, end) in characters of all that ``matcher`` finds in one text, in order."""
    data = encoded(text)
    done = before = 0  # bytes, and the characters that they are
    while (spans := matcher.find(data, done)) is not None:
        first, last = spans[0]
        start = before + _characters(data[done:first])
        done, before = last, start + _characters(data[first:last])
        yield start, before


def encoded(text: str) -> bytes:
    """``text`` in UTF-8, with halves of characters as what they are."""
    return text.encode("utf-8", "surrogatepass")


def is_pair(cue: str) -> bool:
    """Whether a cue, with the rest of its last word, is no more than two words with capitals."""
    return _SIMPLY_PAIR.fullmatch(cue) is not None


def _characters(data: bytes) -> int:
    return len(data) if data.isascii() else len(data.decode("utf-8", "surrogatepass"))


def _compiled(pattern: str) -> Matcher:
    """Takes up to 0.1 s: as long as nobody asks, nobody waits for it."""
    return Matcher(pattern, captures=False, memory=_MEMORY)
