"""Text → where a name or an address may be: what is cheap to ask of every text.

One RE2 automaton over all texts, laid end to end; most have no cue, and that is all that they cost.
"""

import bisect
import re
from collections.abc import Iterator, Sequence
from typing import Final

import re2

from security.model.fields import CUES as FIELDS

_MEMORY: Final = 256 * 1024 * 1024
_CAPITAL: Final = r"(?:\p{Lu}[\p{Ll}\p{M}'’]+|\p{Lu}\.)"
#: Two words with capitals, the second no camelCase and no part of a path: ``John Smith``, ``J. O'Neill``.
_PARTICLE: Final = r"(?:(?:de|da|van|von|der|den|di|del|la|el|al|bin|du|dos|ter) ){0,2}"
_PAIR: Final = rf"{_CAPITAL}[ -]{_PARTICLE}\p{{Lu}}['’\p{{Lu}}]?\p{{Ll}}"
_GREETING: Final = (
    r"(?:Mr|Mrs|Ms|Dr|Prof|Miss|Sir|Herr|Frau|Mme|Monsieur|Madame|Sr|Sra|Señora?|Sig|Pan|Pani)\.? \p{Lu}\p{L}"
    r"|(?:Dear|Hi|Hello|Hey|Hola|Bonjour|Cher|Chère|Hallo|Liebe|Lieber|Beste|Ciao|Gentile|Estimad[oa]|Olá"
    r"|Prezad[oa]"
    r"|Hej|Hei|[Ww]elcome back|Happy birthday|Thanks|Regards|regards|Sincerely),? ?(?:\n|\\n)?\p{Lu}\p{Ll}"
)
#: Two words in capitals behind a word that says that somebody follows.
_SHOUTED: Final = (
    r"(?i:by|for|from|user|customer|patient|passenger|guest|dear|holder|student|employee|candidate|record|recipient"
    r"|contact|client|cliente|kunde|ansprechpartner|cardholder|assignee|author|name|member|driver|buyer|sender"
    r"|to|of|with)"
    r"[ :=\"']+\p{Lu}{2,} \p{Lu}{2}"
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
#: What `_PAIR` matches, for a text that is known to be a cue: Python's own pattern is faster on few letters.
_SIMPLY_PAIR: Final = re.compile(
    r"[^\W\d_a-z](?:\.|(?:[^\W\d_A-Z]|['’])+)[ -]"
    r"(?:(?:de|da|van|von|der|den|di|del|la|el|al|bin|du|dos|ter) ){0,2}"
    r"[^\W\d_a-z](?:['’]|[^\W\d_a-z])?[^\W\d_A-Z]"
)
#: Letters of scripts that software is not written in.
_FOREIGN: Final = (
    r"[\p{Cyrillic}\p{Greek}\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Arabic}\p{Hebrew}\p{Devanagari}\p{Bengali}"
    r""
    r"\p{Thai}\p{Georgian}\p{Armenian}\p{Tamil}\p{Gujarati}\p{Oriya}\p{Sinhala}]{2}"
)


#: All of them, as one pattern of RE2.
EVERY: Final = "|".join(f"(?:{one})" for one in (_PAIR, FIELDS, _GREETING, _SHOUTED, _ADDRESS, _FOREIGN))


class Cues:
    """Finds where to look."""

    def __init__(self) -> None:
        options = re2.Options()
        options.max_mem = _MEMORY
        options.never_capture = True
        self._any = re2.compile(EVERY, options)
        self._field = re2.compile(FIELDS, options)

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """(start, end) in characters of the cues of one text, in order."""
        for match in self._any.finditer(text):
            yield match.span()

    def is_pair(self, text: str, start: int, end: int) -> bool:
        """Whether a cue is no more than two words with capitals."""
        return _SIMPLY_PAIR.fullmatch(text, start, end) is not None

    def has_field(self, text: str) -> bool:
        """Whether a field in ``text`` says by its name that it holds a name or an address."""
        return self._field.search(text) is not None

    def rows(self, texts: Sequence[str]) -> Iterator[int]:
        """Which of ``texts`` have a cue, in order."""
        data = "\n\n".join(texts).encode("utf-8", "surrogatepass")
        ends, total = [], 0
        for text in texts:
            total += len(text.encode("utf-8", "surrogatepass")) + 2
            ends.append(total)
        position = 0
        while position < len(data) and (match := self._any.search(data, position)) is not None:
            row = bisect.bisect_right(ends, match.start())
            yield row
            position = ends[row]
