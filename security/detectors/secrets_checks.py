"""Whether a text is a secret at all: not a place for one, not a word, not an identifier, not a digest."""

import base64
import math
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote, unquote_plus

from security.detectors.checks import entropy

#: What stands where a secret will stand, or stood.
_PLACE: Final = re.compile(
    r"""(?ix)
      (?:null|none|nil|undefined|nan|true|false|yes|no|n/a|na|empty|blank|unset|unknown|void|todo|tbd|fixme
        |redacted|hidden|masked|removed|filtered|protected|sanitized|omitted|encrypted|placeholder
        |replace[_-]?me|string|str|char|varchar|text|bytes?|int(?:eger)?|number|bool(?:ean)?|object|any)
      | \W{0,5} | x{3,} | [*•●·xX\#?_.-]+
      | <.*>? | &lt;.* | \\+u003c.* | \\+u0026lt;.*
      | \$?\{.*\}? | \$\(.*\)? | \#\{.* | @\{.* | \[\[.* | \[object.*
      | %[a-z_]*% | %-?\d*[a-z] | %\(\w+\)[a-z] | \?\d*
      | [$:@]\w*(?:pass|pw|secret|token|key)\w*
      | [\[(<{]+(?:redacted|hidden|masked|removed|filtered|protected|sanitized|omitted|secret|private
        |sensitive|encrypted|not|empty|none|null|obfuscated|censored)\b[\w\ -]*[\])>}]*
      | (?:your|enter|insert|put|paste)[_\ -].* | .*[_-]here
      | \[[BCI]@[0-9a-f]+ | [\w$]+(?:\.[\w$]+)+@[0-9a-f]{4,8}
      | (?:op|ssm|vault|arn|file|env|ref|secretref|kms|sops|keyring|projects|resolve)[:/]\S*
      | \{?(?:cipher|vault|aes)\}?:\S*
      | (?:/|\./|\.\./|~/|[A-Z]:\\)[\w.@-]+(?:[/\\][\w.@-]*)*
    """
)
#: What was masked before.
_MASKED: Final = re.compile(r"\[[A-Z][A-Z0-9_]{2,}\]|\*{3}|<[a-z0-9_]+[:~][\w-]+>")
_SHELL_NAME: Final = re.compile(r"\$\{?[A-Z_][A-Z0-9_]{2,}\}?|\$\{?[a-z_]{3,}\}?")
#: Words of the sentences in which the name of a secret is spoken of.
_SPEECH: Final = frozenset(
    """a about above accepted accessing after again all allowed already an and are as at attempt attempts
    auth authentication been before being bad below by can cannot can't change changed changes
    changing characters check checked checking column complexity configured confirm confirmation
    contain contains correct could created credentials denied did didn't different disabled do does
    doesn't don't enabled encoded encoder encoding encryption enter entered error exceeded exceeds
    expiration expired expires failed failure field file for format forgot forgotten found from
    generated generating given good grant has hash hashed hashing have history if ignored in
    incorrect input invalid is isn't it its key length less login lost match matched matches max
    maximum may mechanism method min minimum mismatch missing more must name need needed needs never
    new no not of off ok old on only or out page parameter please policy prompt provided query read
    received required optional recovery rejected reset resetting retry reuse rotated rotation rules
    same saved scheme send sent set setting short should skipped starting status stored strength
    strong success successful successfully that the then there this to token too type unchanged
    unauthorized update updated updating url use used user username using valid validated validating
    validation validator value verified verify verification was wasn't weak were when will with
    without wrong you your manager generator hint store vault admin help twice repeat plaintext bcrypt
    login page screen form dialog email phone service provider address role account
    falsch ungültig vergessen ändern geändert abgelaufen erforderlich korrekt leer fehlt
    incorrecta incorrecto inválida inválido olvidada caducada requerida cambiada actualizada errónea
    invalide oublié expiré requis modifié incorreta incorreto esquecida errada obrigatória alterada
    errata scaduta dimenticata onjuist vergeten verlopen gewijzigd felaktigt glömt nieprawidłowe błędne
    zapomniałem wygasło zmienione špatné zapomenuté неверный неверно забыт забыли изменён изменен
    обязателен истёк yanlış hatalı""".split()
)
_CODE: Final = re.compile(
    r"""(?x) (?:\w+(?:\.|::|->))*(?:self|this|config|cfg|conf|settings?|options|opts|env|environ|process|req
          |request|params|args|kwargs|user|account|props|java|com|org|net|os|app|data|event|ctx|context|body|form|input
          |state|credentials?|secrets?|passwords?|get\w*|String|string|str)(?:\.|::|->)[A-Za-z_$][\w.$]*(?:[(\[].*)?
        | [A-Za-z_]\w{2,}(?:\([\w"'., ]*\)?|\[["'\w]*\]?)(?:\..*)?
        | await|new|lambda|function|return"""
)
_WORDY: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_UUID: Final = re.compile(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_RUN: Final = re.compile(r"(.)\1{7}")
_NO_ISSUE: Final = re.compile(r"(?i)x{6}|\.{3}|\*{3}|your|placeholder|changeme|redacted|<|>|\$\{|abcdefghij")
_FEW: Final = 5  # different characters that a drawn text of any length has
_SHORT: Final = 8
_HEX: Final = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_VOWELS: Final = frozenset("aeiouyAEIOUY")
_LONGEST_CLUSTER: Final = re.compile(r"(?i)[bcdfghjklmnpqrstvwxz]{5}")


def is_issued(value: str) -> bool:
    """Whether a token may have been given out: not a row of one letter, nor a text that says "yours here"."""
    return len(set(value)) >= _FEW and not _NO_ISSUE.search(value) and not _RUN.search(value)


#: What says in a field of a secret that none is there.
_ABSENT: Final = re.compile(
    r"""(?ix) (?:null|none|nil|undefined|n/a|empty|required|true|false) | \*+ | x{3,}
      | [\[(<]?(?:redacted|filtered|masked|removed|sanitized|omitted|censored)[\])>]?
      | [\[(<](?:hidden|secret|protected|encrypted|empty|not\ set)[\])>]
      | \$\{[\w.:-]+\} | \{\{?\ ?[\w.]+\ ?\}?\} | process\.env\.\w+ | os\.environ\b.* | %\(?\w*\)?s"""
)


def is_absent(value: str) -> bool:
    """Whether a field that is named for a secret says that there is none, or where it is kept."""
    return _ABSENT.fullmatch(value) is not None


def is_place(value: str) -> bool:
    """Whether ``value`` only holds the place of a secret: ``null``, ``${PW}``, ``<hidden>``, ``%s``."""
    if "%" in value and is_place(unquote_plus(value).replace("%", "")):
        return True
    return bool(_PLACE.fullmatch(value) or _SHELL_NAME.fullmatch(value) or _MASKED.search(value))


def _is_word(part: str) -> bool:
    """Whether letters can be said, as words and their abbreviations can."""
    if part.isdigit():
        return len(part) <= 4 or part.startswith(("19", "20"))  # noqa: PLR2004
    vowels = sum(letter in _VOWELS for letter in part)
    if len(part) <= 3:  # noqa: PLR2004
        return True
    return 0.2 <= vowels / len(part) <= 0.75 and not _LONGEST_CLUSTER.search(part)  # noqa: PLR2004


def is_wordy(value: str) -> bool:
    """Whether ``value`` is made of words: ``order-service-v2``, ``maxIdleTime``, ``com.acme.Token``.

    A drawn text changes between letters, capitals and digits every other character; words do not.
    """
    parts = _WORDY.findall(value)
    letters = [part for part in parts if not part.isdigit()]
    if not letters:
        return True
    mean = sum(map(len, letters)) / len(letters)
    longest, least = 15, 3  # letters of a word in a name
    return (
        mean >= least
        and max(map(len, letters)) <= longest
        and len(parts) <= 2 + len(value) / 6
        and all(map(_is_word, parts))
    )  # noqa: PLR2004


def is_random(value: str) -> bool:
    """Whether ``value`` looks drawn: as many bits a character as its length and its alphabet let expect."""
    if len(value) < _SHORT or len(set(value)) < _FEW or _RUN.search(value):
        return False
    if _HEX.fullmatch(value):
        return len(value) >= 16 and any(map(str.isalpha, value)) and any(map(str.isdigit, value))  # noqa: PLR2004
    expected = min(math.log2(len(value)), 4.5)
    return entropy(value) >= 0.72 * expected and not is_wordy(value)


def is_opaque(value: str) -> bool:
    """A secret by a name that others have as well (``token``, ``session``): drawn, and no id of a thing."""
    return not (
        is_place(value)
        or _UUID.search(value)
        or _CODE.fullmatch(value)
        or value.count("/") > 2 + len(value) / 12
        or re.fullmatch(
            r"[\d.:+TZ,/ -]+|0x[0-9a-fA-F]{1,16}|HTTP/.*|(?:[a-z]+-)+[0-9a-f]{8,10}-[a-z0-9]{5}"
            r"|[A-Z]\w*[{@].*|(?i:sha\d+|md5)[:-].*|data:.*"
            r"|https?:.*|[\w.-]+:[\d.]+",
            value,
        )
        or not is_random(value)
    )


def is_key(value: str) -> bool:
    """A secret by a name that only secrets have (``api_key``): no place for one, no word, no code."""
    if is_place(value) or _CODE.fullmatch(value) or value.lower() in _SPEECH or " " in value.strip():
        return False
    if _UUID.fullmatch(value):
        return True
    if any(map(str.isdigit, value)):
        return not re.fullmatch(r"[\d.,:/TZ+-]{1,15}|[\w.-]+:\d{2,5}", value) and not (
            is_wordy(value) and len(value) < 12  # noqa: PLR2004
        )
    return is_random(value)


def is_password(value: str) -> bool:
    """Whether what stands behind ``password=`` can be one: not a place, a word of a message, or code."""
    text = value.strip()
    if not text or is_place(text) or re.fullmatch(r"\d", text):
        return False
    words = [word.strip(".,:;!?()[]{}\"'").lower() for word in text.split()]
    if len(words) == 1:
        return words[0] not in _SPEECH and not _CODE.fullmatch(text)
    return not any(word in _MESSAGE for word in words)


#: Words that a message of an error has, and a pass phrase has not.
_MESSAGE: Final = frozenset(
    """must required invalid cannot can't blank incorrect wrong missing expired mismatch should characters
    contain contains minimum maximum failed error isn't doesn't don't didn't not least denied
    rejected too empty match matches matched please your enter provided is was were cannot longer
    shorter weak accepted allowed supported""".split()
)


def is_strong(value: str) -> bool:
    """A password where words may stand as well: with a digit or a sign among letters, or drawn."""
    text = value.strip("\"'`")
    if len(text) < 4 or not is_password(text) or re.fullmatch(r"[\d.,:/%+-]+\w{0,3}", text):  # noqa: PLR2004
        return False
    signs = re.search(r"[^\w\s./:-]", text[:-1]) is not None
    digit = any(map(str.isdigit, text))
    if _UUID.fullmatch(text) or re.fullmatch(
        r"(?:https?|ftp|file)://\S*|[\w.-]+@[\w-]+\.[\w.-]+|(?:[A-Za-z_$]\w*\.){2,}[A-Za-z_$][\w$]*"
        r"|\d+(?:\.\d+){1,3}\S*",
        text,
    ):
        return False
    return any(map(str.isalpha, text)) and (
        (
            digit
            and not re.fullmatch(
                r"[A-Za-z]{0,2}\d+(?:ms|s|m|h|x|k|kb|mb|gb|th|st|nd|rd)?|[\w-]+\.\w{1,5}", text
            )
        )
        or signs
        or (is_random(text) and len(text) >= 10)  # noqa: PLR2004
    )


#: How words end that say what something is like, and what became of it.
_LIKE: Final = re.compile(
    r"(?i).*(?:ed|ing|able|ible|ory|ive|ure|ent|ant|ic|ous|al|ly|ete|ong|en|id|ull|pty" r"|afe|ain|ext)"
)


def is_told(value: str) -> bool:
    """A password in a sentence: strong, or a word that does not say what the password is like."""
    if is_strong(value) or re.fullmatch(r"\d{6,}[!?]?", value):
        return True
    words = re.split(r"[_-]", value)
    return (
        len(value) > _FEW
        and is_password(value)
        and all(map(str.isalpha, words))
        and any(word.lower() not in _SPEECH for word in words)
        and (len(words) == 1 or not value.isupper())
        and not (len(words) == 1 and _LIKE.fullmatch(value))
    )


def is_sent(value: str) -> bool:
    """What stands behind ``PASS``, which tests say as well: drawn, or a word that names no test."""
    return is_random(value) or (
        is_told(value) and not (re.search(r"(?i)test|spec", value) or (value.islower() and "_" in value))
    )


#: Where a value without quotes ends, though no space says so.
_ENDS: Final = re.compile(
    r"""(?x) (?<!\\)\\+[nrt"'] | ;$ | ;(?=[A-Z][a-z]+$|[A-Za-z_][\w.-]*=)
        | &(?:amp;)?(?=[A-Za-z_][\w.\[\]%-]*(?:=|%3D)|$)
        | %26 | %22 | %7D | ,(?=["'{\[\\]|[A-Za-z_][\w.-]*\\*["']?(?:=|:(?!\w)))
        | \|(?=[A-Za-z_][\w.-]*[=:]|$)
        | (?<=\])\[ | (?<=\w)\[(?=[A-Za-z_]\w*\](?:$|=))
        | </ | /> | ->"""
)
_CLOSING: Final = 16  # marks that close; a text of nothing else is no value
_CLOSES: Final = {")": "(", "]": "[", "}": "{", ">": "<", "」": "「", "』": "『"}


def bare(value: str) -> str:
    """What of a value without quotes is the value: up to the next field, without what closes a sentence."""
    end = _ENDS.search(value)
    return closed(value[: end.start()] if end else value)


def closed(value: str) -> str:
    """``value`` without what closes the sentence, the bracket or the quote around it."""
    for _ in range(_CLOSING):
        last = value[-1:]
        closes = last in _CLOSES and value.count(last) > value.count(_CLOSES[last])
        if not last or not (closes or last in ".,:;\\|`" or (last in "\"'" and value.count(last) % 2)):
            break
        value = value[:-1]
    return value


def with_credentials(url: str) -> Iterator[tuple[int, int]]:
    """An address of a database, if a user or a password is in it."""
    text = closed(url)
    if _CREDENTIALS.search(text):
        yield 0, len(text)


_CREDENTIALS: Final = re.compile(
    r"(?i)//[^/\s@]+@|[?&;](?:user|username|user id|uid|password|passwd|pwd|pass|\w*token"
    r"|sslkey|sslpassword)(?:=|%3D)[^&;\s]"
)


def bare_password(value: str) -> Iterator[tuple[int, int]]:
    """The password in a run of characters without spaces, behind ``password=``."""
    text = bare(value)
    if text[:2] in ('{"', '["', "{'", "['", "{\\", "[\\", "[{") or re.match(
        r"(?:[a-z]+(?:[A-Z][a-z]*)*|[A-Za-z]+(?:_[A-Za-z]+)+|[A-Z]{3,})=(?!=|$)|\w+[(\[]\\*[\"']", text
    ):
        return
    if is_password(text) and not _opens_with_none(text):
        yield 0, len(text)


def _opens_with_none(text: str) -> bool:
    """Whether a bracket closes behind a word that is no password, and what follows is of others."""
    first = re.match(r"\{?(\w+)[\])}]", text)
    return first is not None and (
        is_place(first[1]) or first[1].lower() in _SPEECH or first[1].lower() in _CALLED
    )


_CALLED: Final = frozenset("password passwd pwd pass passphrase secret token key".split())


def bare_named(value: str) -> Iterator[tuple[int, int]]:
    """The same where the name is one in other languages too: a word, unless it is of a message."""
    text = bare(value)
    shortest = 4
    if _opens_with_none(value) or re.match(r"[A-Z][A-Z0-9_]*\]", value):  # what is left of a mask
        return
    if is_told(text) or (len(text) >= shortest and is_password(text) and not _LIKE.fullmatch(text)):
        yield 0, len(text)


def bare_strong(value: str) -> Iterator[tuple[int, int]]:
    """The same where words may stand as well."""
    text = bare(value)
    if is_strong(text):
        yield 0, len(text)


def bare_pair(value: str) -> Iterator[tuple[int, int]]:
    """A strong one behind a user; the groups of an address of a device are none."""
    if not re.match(r"(?:[0-9A-Fa-f]{2}:)+[0-9A-Fa-f]{2}(?:\W|$)", value):
        yield from bare_strong(value)


def bare_mixed(value: str) -> Iterator[tuple[int, int]]:
    """A strong one, six digits or more, or of words that are joined, not all in small letters."""
    text = bare(value)
    joined = "_" in text and not text.islower()
    if is_strong(text) or re.fullmatch(r"\d{6,}", text) or (joined and is_told(text)):
        yield 0, len(text)


def bare_told(value: str) -> Iterator[tuple[int, int]]:
    """The same in a sentence."""
    text = bare(value)
    if is_told(text):
        yield 0, len(text)


def bare_key(value: str) -> Iterator[tuple[int, int]]:
    """The key in a run of characters without spaces, behind ``api_key=``."""
    text = bare(value)
    first = _before_next(text)
    if len(first) >= _SHORT and is_key(first) and is_random(first):
        yield 0, len(first)
    elif len(text) >= _SHORT and is_key(text):
        yield 0, len(text)


def _before_next(text: str) -> str:
    """What is before a comma, or a sign of equality in the middle, which only the next field has."""
    return re.split(r"=(?=[0-9A-Za-z])|,", text, maxsplit=1)[0]


def bare_opaque(value: str) -> Iterator[tuple[int, int]]:
    """The drawn text in a run of characters without spaces, behind ``token=``."""
    text = bare(value)
    first = _before_next(text)
    if is_opaque(first):
        yield 0, len(first)
    elif is_opaque(text):
        yield 0, len(text)


def is_basic(value: str) -> bool:
    """Whether ``value`` is the Base64 of a user, a colon and a password, as far as it was not cut."""
    text = value.rstrip("=")
    text = text[: len(text) - (len(text) % 4 == 1)]
    try:
        plain = base64.urlsafe_b64decode((text + "=" * (-len(text) % 4)).translate(_TO_URLSAFE))
    except ValueError:
        return False
    return b":" in plain and all(byte >= _SPACE for byte in plain)


_TO_URLSAFE: Final = str.maketrans("+/", "-_")
_SPACE: Final = 32


def is_in_address(value: str) -> bool:
    """A password between a user and a host, where no sentence is to be feared."""
    return is_password(value) or (value.isalpha() and not is_place(value))


def is_borne(value: str) -> bool:
    """A token behind ``Bearer``: drawn, or no word at least."""
    return is_session(value) or (any(map(str.isdigit, value)) and is_key(value))


def authorization(value: str) -> Iterator[tuple[int, int]]:
    """Credentials in a header, alone or behind a scheme that is not known."""
    text = bare(value)
    first, _, second = text.partition(" ")
    if any(map(_is_credential, (first, second))):
        yield 0, len(first if _is_credential(first) else text)


def _is_credential(part: str) -> bool:
    return is_opaque(part) or (is_key(part) and is_random(part))


def is_parameter(value: str) -> bool:
    """A secret among the parameters of an address: drawn; the id of a thing is none."""
    plain = unquote(value)
    return _UUID.fullmatch(plain) is not None or is_opaque(plain.rstrip("="))


def is_session(value: str) -> bool:
    """The id of a session where it is one by its place: drawn, or a UUID."""
    return _UUID.fullmatch(value) is not None or is_opaque(value)


def flag_password(value: str) -> Iterator[tuple[int, int]]:
    """The value of ``--password``, which in a sentence is followed by words about it."""
    text = bare(value)
    if is_password(text) and text not in _OF_FLAGS:
        yield 0, len(text)


_OF_FLAGS: Final = frozenset(
    "flag flags option options argument arguments arg switch parameters help instead either".split()
)


def flag_key(value: str) -> Iterator[tuple[int, int]]:
    """The value of ``--token``, the same."""
    text = bare(value)
    first = _before_next(text)
    if is_key(first) and is_random(first):
        yield 0, len(first)
    elif is_key(text) and is_random(text):
        yield 0, len(text)
