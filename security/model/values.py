"""Part of a text → where values may stand in it: what is between blanks, quotes, brackets and signs.

Some lie in others: of ``user=jo:secret`` the whole, what is behind the first sign, what is behind the last.
"""

import re
from collections.abc import Iterator
from typing import Final

from security.detectors.matching import Matcher

_SHORTEST, _LONGEST = 3, 400  # characters of a value
_RUN: Final = re.compile(r"[^\s\x1b\"'`«»“”„‘’‚‹›「」『』<>()\[\]{},;|]+")
_QUOTED: Final = re.compile(
    r"\"([^\"\n]{3,120})\"|'([^'\n]{3,120})'|`([^`\n]{3,120})`|«\s?([^»\n]{3,80}?)\s?»"
    r"|“([^”\n]{3,80})”|„([^“”\n]{3,80})[“”]|「([^」\n]{3,80})」"
)
_BYTES: Final = re.compile(
    r"(?:\b[0-9a-fA-F]{2}[ :-]){7,}[0-9a-fA-F]{2}\b|\[(?:\d{1,3}, ?){7,}\d{1,3}\]"
    r"|(?:\b[0-9a-fA-F]{8} ){3,}[0-9a-fA-F]{8}\b|(?:\b[0-9a-fA-F]{4} ){3,}[0-9a-fA-F]{4}\b"
    r"|\b\d{3,5} \d{3,5}(?: \d{3,5}){0,6}\b"
)
_HAS_BYTES: Final = Matcher(_BYTES.pattern, captures=False)  # few have, and this is told sooner
#: Words of a passphrase, in whatever script; of which how many are of it is not told.
_SMALL: Final = r"(?:[a-z\u00df-\u1fff\u2c00-\u2fff\u3040-\ufeff]{2,}+|[\u3040-\ufeff])"
_PHRASE: Final = re.compile(rf"(?:(?<=[:=>] )|(?<==)|(?<= is )|(?<= was )){_SMALL}(?: {_SMALL}){{2,6}}(?!\w)")
_FEWEST_WORDS: Final = 3
#: With signs that mostly stand around values.
_WIDE: Final = re.compile(r"(?<=[=: ])[^\s\"'`]{6,}")
_AROUND: Final = frozenset("<>()[]{},;|")
_CLOSING: Final = ",;.:)]}>"
_ESCAPED_END: Final = re.compile(r"(?:\\+[nrt])+$")
_GRAPHIC: Final = re.compile(r"[!-~]+")  # of ASCII, in writing that has no blanks
#: What is assigned is a value, and not the whole; but for what ends as base64 does.
_NAMED: Final = re.compile(r"[A-Za-z_][\w.-]{2,}[=:](?!=?$).")
_SEGMENT: Final = re.compile(r"(?<=[/#:])(?=[^/?&#:]*\d)[\w~+-]{12,}+(?=[/?&#:@]|$)")
_KEYED: Final = re.compile(r"\d{4,8}(?=[#*]+$)")
_FLAG: Final = re.compile(r"-[A-Za-z](?=[^\s=-]{3})")
_KEYS: Final = ("#", "*")  # behind what is typed
_TRAILING: Final = ".,:;?…。，、！"
_FIRST_UNSPACED: Final = "\u0e00"  # Thai; behind it mostly scripts that have no blanks between words


def values(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where values may stand in characters ``start`` to ``end`` of ``text``: in order."""
    found: set[tuple[int, int]] = set()
    for match in _QUOTED.finditer(text, start, end):
        found.add(match.span(match.lastindex or 0))
    if _HAS_BYTES.find(text[start:end].encode("utf-8", "surrogatepass")) is not None:
        found.update(match.span() for match in _BYTES.finditer(text, start, end))
    for match in _PHRASE.finditer(text, start, end):
        blanks = [at for at in range(*match.span()) if text[at] == " "]
        found.update((match.start(), at) for at in (*blanks[_FEWEST_WORDS - 1 :], match.end()))
    for match in _WIDE.finditer(text, start, end):
        value = match.group().rstrip(_CLOSING)
        if not _AROUND.isdisjoint(value):
            found.add((match.start(), match.start() + len(value)))
    for match in _RUN.finditer(text, start, end):
        found.update(_parts(text, *match.span()))
    return sorted((a, b) for a, b in found if _SHORTEST <= b - a <= _LONGEST and _is_worth(text, a, b))


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A run of signs without a blank, and what of it may be a value by itself."""
    run = text[start:end]
    if not run.isascii() and any(map(_is_unspaced, run)):
        for match in _GRAPHIC.finditer(run):
            yield from _parts(text, start + match.start(), start + match.end())
        return
    run = (_ESCAPED_END.sub("", run) if "\\" in run else run).rstrip(_TRAILING)
    end = start + len(run)
    if run[-1:] in _KEYS and (keyed := _KEYED.match(run)):
        yield start, start + keyed.end()
    if run.isalpha():
        yield start, end
        return
    assigns = "=" in run or ":" in run
    if not assigns or not _NAMED.match(run):
        yield start, end
    places = {place for sign in "=:/" for place in (run.find(sign), run.rfind(sign)) if place >= 0}
    if assigns and ("&" in run or "?" in run):
        places |= {match.start() for match in re.finditer("=", run)}
    for place in places:
        behind = run.find("&", place, place + _LONGEST) if run[place] == "=" else -1
        yield start + place + 1, end if behind < 0 else start + behind
    if run[:1] == "-" and (flag := _FLAG.match(run)):
        yield start + flag.end(), end
    yield from ((start + a, start + b) for a, b in _in_address(run))


def _in_address(run: str) -> Iterator[tuple[int, int]]:
    """In a run of signs what stands before a host, and the parts of a path that are no words."""
    if (host := run.rfind("@")) > 0:
        for sign in ":/":
            if 0 <= (place := run.rfind(sign, 0, host)) < host - 1:
                yield place + 1, host
    if run.count("/") > 1:
        yield from (match.span() for match in _SEGMENT.finditer(run))


def _is_unspaced(sign: str) -> bool:
    return sign >= _FIRST_UNSPACED and not sign.isspace()


_ENDINGS: Final = (
    "py|go|js|ts|rb|rs|java|kt|cs|php|c|cpp|h|json|ya?ml|toml|ini|conf|cfg|cnf|xml|html?|sql|sh|log|txt|csv|pem|key|crt"
    "|p12|jks|env|service|lock|so|dll|exe|jar|md|zip|gz|pdf|png|jpg|docx?|xlsx?"
)
_HARMLESS: Final = re.compile(
    r"\d{1,3}|\d{11,}|\d+(?:_\d+)+|[\d.,:/TZ+-]*[.:/,TZ][\d.,:/TZ+-]*|-+[\w-]*|[\W_]+|0[xX][0-9a-fA-F]{1,16}"
    r"|(?:19|20)\d\d(?:0[1-9]|1[0-2])[0-3]\d|(?:[0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}"
    r"|[\w.$]+@[0-9a-f]{5,8}|(?:com|org|net|io|java|javax)\.[\w.$-]+(?:/\d+)?"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:/[\w.+@-]+){2,}/?|[\w.]+\(|\$\{?\w+\}?|%\w+%?"
    r"|[+-]?\d+(?:\.\d+)?(?:[munµ]?s|min|h|d|[kKMGT]i?[bB]?|%|rps|px)|(?:[a-z]\w*\.){2,}[A-Z]\w*"
    rf"|[\w.-]+\.(?:{_ENDINGS})(?::\d+)?"
    r"|1[4-9]\d{8}|v\d+(?:\.\d+)+!?|[A-Za-z]+\\?/\d+(?:\.\d+)+|#[0-9a-f]{3,8}|(?:[a-z0-9-]+\.){2,}[a-z]{2,}"
    r"|[\w./-]*\?\w+=\w*(?:&\w+=\w*)*|.*\\u00[0-9a-f]{2}.*"
)
#: What stands before what is filled in later, bytes of a dump, colours, the number of a device, and what a
#: parser did not expect.
_NO_VALUE_BEFORE: Final = re.compile(
    r"(?:\x1b\[|\bS/N:? |\{\{-?\s?|\$\{\s?|<%=?\s?|\b[0-9a-fA-F]{6,8}:?\s{1,2}|(?:[0-9a-fA-F]{2} ){4,8} ?\|?"
    r"|(?i:unexpected|unknown) (?i:token|character|key|symbol):? [\"'`]?)$"
)
#: What stands behind the number of a process, and behind the offset of a dump.
_OF_FRAME: Final = re.compile(r"\] \[[A-Z]|  [0-9a-f]{2} [0-9a-f]{2} [0-9a-f]{2} ")
_NEAR: Final = 32
_STAND_IN: Final = re.compile(r"[a-z0-9_]+[:~][\w-]+")  # of a policy: a hash, a token
#: What a word may stand behind that is said to be the password.
_SAYS: Final = frozenset(
    (
        "is was be to ist lautet war est es era è é är er var jest je это use used try tried typed type "
        "entered enter password passcode passphrase passwd pass pin pw pwd"
    ).split()
)
_ASSIGNING: Final = frozenset(":=>-—|/")


def _is_worth(text: str, start: int, end: int) -> bool:
    """Whether a value is more than a number, a time, a sign, a flag, a mask, or a word in a sentence."""
    value = text[start:end]
    if value.isalpha() and (value.islower() or value.istitle()):
        return _is_apart(text, start) or _word_before(text, start) in _SAYS
    if is_harmless(value):
        return False
    if _is_filled_later(text[max(0, start - _NEAR) : start]) or _OF_FRAME.match(text, end):
        return False
    around = text[start - 1 : start] + text[end : end + 1]
    return (around != "[]" or not value.isupper()) and (around != "<>" or not _STAND_IN.fullmatch(value))


def is_harmless(value: str) -> bool:
    """Whether it is a number, a time, an address, a name of a file or a class, a mask: by its form alone."""
    return "***" in value or _HARMLESS.fullmatch(value) is not None


def _is_filled_later(before: str) -> bool:
    """Whether what stands before a value tells that it is none; mostly its end tells that sooner."""
    last = before[-4:]
    may = any(sign in last for sign in ("{", "%", "\x1b", "/N")) or last[-1:] == "|"
    may = may or (last[-1:].isspace() and _HEX_END.search(last) is not None)
    return bool((may or "nexpected" in before or "nknown" in before) and _NO_VALUE_BEFORE.search(before))


_HEX_END: Final = re.compile(r"[0-9a-fA-F]:?\s{1,2}$")


def _is_apart(text: str, start: int) -> bool:
    """Whether a word is no part of a sentence, or is what something is set to."""
    return text[start - 1 : start] not in {" ", "."} or text[start - 2 : start - 1] in _ASSIGNING


def _word_before(text: str, start: int) -> str:
    before = text[max(0, start - _NEAR) : start - 1]
    return before[before.rfind(" ") + 1 :].strip("\"'`([{,:").lower()
