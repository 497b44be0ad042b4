"""Words that tell what a number is → how they are looked for, in prose and in names of fields."""

import re
from collections.abc import Iterable
from typing import Final

_SEPARATORS: Final = (" ", "_", "-", "")
#: Words that are parts of many others: they are looked for where they end, beside a number.
_PARTS_OF_OTHERS: Final = frozenset(
    (
        "aba avs bvn cf cmt cpr dea dl dni ein eid fin iin inn ird nas nid nie nif nik nin nir pan pnr "
        "pps run rut said sin ssn taj tin tz"
    ).split()
)

#: Words that are in so many texts that nothing is looked for because of them.
_NO_HINT: Final = frozenset(("doc",))

#: Words that end so many others that only the number behind them makes them one.
_SPECIAL: Final = {
    "rc": r"(?i:rc)\d?[^a-zA-Z0-9]{1,8}(?:(?i:is|to)\s)?\d{9}",
    "c.c.": r"(?i:c\.c\.)[^a-zA-Z0-9]{0,3}\d",
    "c.i.": r"(?i:c\.i\.)[^a-zA-Z0-9]{0,3}[VEve\d]",
    "ci": r"(?i:ci)[^a-zA-Z0-9]{1,4}[VEve\d]",
    "eid": r"(?i:eid)[^a-zA-Z0-9]{1,4}784",
    "nid": r"(?:(?:^|[^a-zA-Z]|\\[nrtbf])(?i:nid)|[a-z]N(?i:id))"
    r"[^a-zA-Z0-9]{1,8}(?:[a-zA-Z]{2,8}[^a-zA-Z0-9]{1,4})?\d{10}",
    "kt": r"(?i:kt)[^a-zA-Z0-9]{1,4}\d{6}",
    "run": r"(?i:run)\d?[^a-zA-Z0-9]{1,4}(?:(?i:is|to)\s)?\d{7}",
}

#: What is said of a person's number in any country.
PERSON: Final = (
    "national id",
    "national identity",
    "national identification",
    "national number",
    "nationalidnumber",
    "identity number",
    "identity no",
    "identity card",
    "identity document",
    "identification number",
    "identification no",
    "id number",
    "id nr",
    "idnr",
    "id no",
    "id num",
    "id card",
    "idcard no",
    "idcard number",
    "personal id",
    "personal number",
    "personal no",
    "personal code",
    "personal identity",
    "personal identification",
    "citizen id",
    "citizen number",
    "resident id",
    "person number",
    "person id",
    "government id",
    "govt id",
    "gov id",
    "document number",
    "document no",
    "doc number",
    "social security",
    "social security number",
    "social insurance",
    "ssn",
    "nid",
    "tax id",
    "tax id number",
    "tax number",
    "tax no",
    "tax code",
    "taxpayer id",
    "taxpayer number",
    "taxpayer",
    "fiscal code",
    "fiscal number",
    "tin",
)
#: RE2, one of which is found wherever one of ``PERSON`` is.
PERSON_HINTS: Final = (
    r"(?i:national[\s_-]?(?:id|num)|(?:identity|identification|doc|document|tax|fiscal|citizen|person)[\s_-]?"
    r"(?:num|no\W|no_|card|id\W|id_|idn|code|document))",
    r"(?i:id[\s_-]?(?:number|num\W|no[\W_]|card)|(?:personal|resident|citizen|person|government|govt?)[\s_-]?id)",
    r"(?i:personal[\s_-]?(?:num|no\W|no_|code)|social[\s_-]?(?:security|insurance)|taxpayer)",
    r"(?i:ssn)",
    r"[^a-zA-Z](?i:nid|tin)(?:[ _-]?(?i:no|number))?[^a-zA-Z0-9]{1,4}[A-Z]{0,3}\d",
)


#: How texts that are quoted in texts write a character: ``\\t``, ``\\u0027``, ``%3D``.
_ESCAPE: Final = r"\\[nrtbf]|\\u00[0-9a-fA-F]{2}|%[0-9A-Fa-f]{2}"
#: Blanks and dashes as they are typeset, or quoted in addresses of pages.
BLANKS: Final = r" \x{a0}\x{2007}\x{2009}\x{202f}"
DASHES: Final = r"\x{2010}-\x{2015}\x{2212}-"


def spaced(pattern: str) -> str:
    """``pattern`` with its blanks and dashes in every way, and with what tells that it is a decimal."""

    def widened(separator: "re.Match[str]") -> str:
        kinds = separator.group()
        if set(kinds) - set("[] .-"):
            return kinds
        dot = "." if "." in kinds else ""
        blanks = f"{BLANKS}\\x{{3000}}" if " " in kinds else ""
        dashes = DASHES if "-" in kinds else ""
        return f"(?:[{dot}{blanks}{dashes}]{'|%20|[+]' if blanks else ''})"

    wide = re.sub(r"\[[^\]]*\]| ", widened, pattern)
    return rf"(?:{wide})(?:\.\d)?"


def bounded(pattern: str, not_after: str = r"\pL\pN_.-", also: str = "") -> str:
    """``pattern`` as a group ``value``, not behind one of ``not_after`` unless that is part of an escape."""
    return rf"(?:^|[^{not_after}]|{_ESCAPE}{also})(?P<value>{pattern})"


def abutting(pattern: str) -> str:
    """``pattern`` as a group ``value``, which letters that are not of ASCII may stand directly before."""
    return rf"(?:{_ESCAPE}|\b)(?P<value>{pattern})"


def spelled(*phrases: str) -> tuple[str, ...]:
    """The ways in which ``phrases`` are written: ``tax id`` also as ``tax_id``, ``tax-id``, ``taxid``."""
    ways = (way for phrase in phrases for way in (phrase.replace(" ", by) for by in _SEPARATORS))
    return tuple(dict.fromkeys(ways))


def hints(*phrases: str) -> tuple[str, ...]:
    """RE2, one of which is found wherever one of ``phrases`` stands beside a number.

    Texts are searched end to end, so that nothing can be said of what is before a word.
    """
    special = [_SPECIAL[phrase] for phrase in phrases if phrase in _SPECIAL]
    phrases = tuple(phrase for phrase in phrases if phrase not in _SPECIAL and phrase not in _NO_HINT)
    long = [_flexible(phrase) for phrase in phrases if phrase not in _PARTS_OF_OTHERS]
    short = [_flexible(phrase) for phrase in phrases if phrase in _PARTS_OF_OTHERS]
    found = [f"(?i:{'|'.join(long)})"] if long else []
    if short:
        either = "|".join(short)
        found += [rf"(?i:(?:{either}))\d?[^a-z0-9]", rf"\d[^a-zA-Z0-9]{{1,3}}(?i:(?:{either}))"]
    return (*found, *special)


def phrases(listed: str) -> tuple[str, ...]:
    """Those that are ``listed``, with commas between them."""
    return tuple(phrase.strip() for phrase in listed.split(","))


def named(phrases: Iterable[str], value: str, gap: str = "") -> str:
    """RE2: ``value``, a group named ``value…``, directly behind one of ``phrases``, as assignments have it.

    The word may be the end of a longer name, ``user_tax_id`` and ``userTaxId``.
    """
    lower = "|".join(_flexible(phrase) for phrase in phrases)
    camel = "|".join(_camel(phrase) for phrase in phrases if phrase.isascii())
    return rf"(?:(?:^|[^\pL]|\\[nrtbf])(?i:{lower})|[a-z](?:{camel})){gap or GAP}{value}"


#: What stands between a name and its value: ``number``, ``is``, quotes, a colon.
GAP: Final = (
    r"(?i:[\s_-]?(?:numbers?|nbr|nummer|numero|n\x{fa}mero|(?:num|no|nr)(?:\b|_|\d)|n\x{b0}|#|value))?\.?[_-]?\d{0,2}?"
    r"(?:\\*\"\s?,\s?\\*\"(?:[vV]alue|stringValue)(?:\\*\"\s?:\s?\{\\*\"stringValue)?)?"
    r"(?:'?:? (?:rejected |invalid |bad |given )?value)?(?:\s{0,2}\([a-zA-Z][^)\n]{0,13}\))?"
    r"(?:\\*[\"'`]|%22|%27|[)\]])?(?:\s|\\[nrtbf]){0,4}"
    r"(?:[:=#>(|,\x{ff1a}\x{ff0c}-]|\.|->|=>|:=|%3[AaDd]|\.:|\.\x{ff1a}"
    r"|(?i:is|was|to|ist|est|es|on)[\s:])??"
    r"(?:\s|\\[nrtbf]){0,4}(?:\\*[\"'`]|%22|%27|[\[(#<{|\x{300c}\x{201c}\x{2018}\x{ab}]|\\u00[0-9a-f]{2})??"
)


def _flexible(phrase: str) -> str:
    return r"[\s_-]?".join(_quoted(word) for word in phrase.split(" "))


def _quoted(word: str) -> str:
    return "".join("\\" + letter if letter.isascii() and not letter.isalnum() else letter for letter in word)


def _camel(phrase: str) -> str:
    first, *rest = phrase.split(" ")
    joined = first[:1].upper() + first[1:] + "".join(rf"[{w[0].upper()}{w[0]}]{_quoted(w[1:])}" for w in rest)
    return joined if rest else f"{joined}|{first.upper()}"
