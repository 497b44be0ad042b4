"""A value that something announces → how likely it must be: more than others if it mostly is harmless.

A network is sure of what it never saw. What is certain, or nearly, stands here.
"""

import re
from typing import Final

from security.model.doubtfield import NEVER, least_by_name
from security.model.fieldname import field_name, holds_anything
from security.model.said import SECRETS, WORD, class_of
from security.model.secrets import is_public
from security.model.values import is_harmless

#: Of a number and of several words; of what may be a digest or an id; of a word, and what nobody calls a
#: secret.
_SURE_NUMBER, _SURE_DIGEST, _SURE_WORD = 0.9, 0.95, 0.98
#: Of what mostly is none: a name with its value behind it; a digest that nobody calls a secret.
_CERTAIN, _CERTAIN_DIGEST = 0.998, 0.9995
_NEAR: Final = 32  # characters before a value that say what it is
_FAR, _CLOSE = 64, 24  # characters before, and behind, a value in which a word says that it is a secret
#: A word, words with dashes, a word with a number, a name in a program, a path, a file, an article's number.
_NAME: Final = re.compile(
    r"[^\W\d_]+|[a-z]+(?:[_-][a-z]+){1,3}|[a-z]+[_-]\d{1,5}!?|[A-Za-z]+\d*[_-]-?\d{1,20}|[a-z]+-[a-z]\d{1,3}"
    r"|[A-Za-z]+_[A-Z]\d{1,3}|[a-z]{2,}(?:[A-Z]{1,3}[a-z]{2,}\d{0,2})+(?:[A-Z]{1,3}\d{0,2})?|[a-z]+_[A-Z][a-z]+(?:[A-Z0-9][a-z]*)+|[a-z]+\d*(?:_[a-z]+\d*){2,}"
    r"|(?:[A-Za-z][\w.-]*/){2,}[\w.-]+|[A-Z]{2,6}-\d+(?:-\d+)*|[\w-]+\.[a-z]{3,6}"
    r"|[A-Za-z_]+="  # set to nothing
)
#: Words in one, which nobody chose. Each is taken whole, so that there is one way to read them.
_WORDS: Final = re.compile(
    r"(?:[A-Z]?[a-z]{2,}+\d{0,4}+|[A-Z]{1,4}+\d{0,4}+){3,}+|[A-Za-z]+(?:[-_/][A-Za-z]*\d*){2,}|[\w.-]+%[0-9A-F]{2}\S*"
)
_OF_JSON: Final = "eyJ"  # how a document begins in base64, which is looked at as it reads
_WITHIN: Final = "+"  # before a part of what is in base64
#: Before what is encoded, so that a shell takes it as one word.
_ENCODED: Final = re.compile(r"(?i)(?:encoded[_-]?command|-enc?|-ec|b(?:ase)?64)[\"']?[ =:]+[\"']?$")
_DIGEST: Final = re.compile(
    r"(?i)(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})"
    r"|(?:[a-z]{2,5}[_-])?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-7][0-9A-HJKMNP-TV-Z]{25}"
)
#: What nobody calls a secret may be one if somebody chose it: with small letters and others, and short.
_CHOSEN: Final = re.compile(r"(?=.*[a-z])(?=.*[^a-z])\S{4,24}")
#: Behind the name of a field.
_ASSIGNED: Final = re.compile(r"\\*[\"'`]?\s?(?:=>|[:=])\s?\S")
_ESCAPED_LINE: Final = re.compile(r"\\[nrt][A-Za-z]")
_IDENTIFIER: Final = re.compile(r"[\w-]+")
#: Before what a field is called.
_NAMES: Final = re.compile(
    r"(?i)(?:field|param(?:eter)?|column|header|label|attr(?:ibute)?|name)[\"']?\s?[:=]\s?[\"']?$"
)
#: Before what somebody is called who does not exist.
_NOBODY: Final = re.compile(r"(?i)\b(?:invalid|illegal|unknown) user $")
#: Before numbers that are called codes, and are no secrets.
_OTHER_CODES: Final = re.compile(
    r"(?i)(?:zip|post|postal|country|area|state|city|region|status|error|exit|return|response|result|reason|http"
    r"|product|item|currency|lang|colou?r|plz|order|event|message|msg)[ ._-]?code(?:\[\d{1,3}\])?\W{0,4}$"
)
#: Before, and behind, a number of things.
_COUNTS: Final = re.compile(r"(?i)\b(?:with|of|in|after|for|has|have|had|all|about|over|at|from|by|and) $")
_COUNTED: Final = re.compile(r" [a-z]{3,}s\b")
#: Behind what is a secret's name, and not the secret.
_DONE_TO_IT: Final = re.compile(
    r"[\"'`]?\)? (?:mounted|not found|created|deleted|removed|rotated|synced|missing|exists|already exists)\b"
)
#: Around a line of a block of base64, as it stands there or escaped.
_IN_BLOCK: Final = re.compile(r"(?s)(?:\\n|.?\n)[\\\n]")
_LINE_OF_BLOCK: Final = 40  # characters of one
#: Before the rest of the name of an element of XML.
_TAG: Final = re.compile(r"</?[\w.-]+:$")
#: A class and its namespace, an account and its domain, an identifier of Windows, a constant, what everybody
#: runs and reckons with.
_OF_PROGRAMS: Final = re.compile(
    r"(?:[A-Za-z]\w*\\+)+[\w.]*|S-1-[\w-]+|[A-Z]{2,}(?:_[A-Z]{2,})+"
    r"|(?i:argon2(?:id?|d)?|python[23]|win(?:32|64)|x(?:86|64)(?:_64)?|amd64|arm64|3des|sha-?[1-5]\d{0,2}|aes-?\d{3}"
    r"|md[245]|rc[24]|ip?v[46]|oauth2?|saml2?|base(?:32|58|64)|utf-?(?:8|16)|(?:es|hs|rs|ps)\d{3}|[ex]d?25519|log4j2?"
    r"|php\d|ext[234]|eth\d+|wlan\d+|mp[34]|k8s|ntlmv?[12]?|tlsv?1(?:\.\d)?)"
)
#: What is written without blanks, and in brackets.
_UNSPACED: Final = re.compile(r"[\u0e00-\uffff].*\(|\(.*[\u0e00-\uffff]")
#: Before what is cached, its version: ``orders:v2:``; before the number of a user of Auth0.
_CACHED: Final = re.compile(r"\b[a-z][\w-]*:v\d+:$|\bauth0\|$")
_PARAMETER: Final = re.compile(r"[?&]([\w.-]+)=$")


def least_of(text: str, start: int, end: int) -> float:
    """How likely the value at ``start`` up to ``end`` must be at least to be a secret; over 1: it is none."""
    value = text[start:end]
    name, digest = _NAME.fullmatch(value) is not None, _DIGEST.fullmatch(value) is not None
    certain = _is_harmless(text, start, end, value) or is_public(value, text, start)
    of_a_cell = digest and text[start - 2 : start] == "| " and text[end : end + 2] == " |"
    if certain or of_a_cell or (name and _DONE_TO_IT.match(text, end)):
        return NEVER
    said = _is_said(text, start, end)
    least = max(least_by_name(text, start, end, digest=digest), _least_by_looks(text, start, end))
    if digest:
        return max(least, _SURE_DIGEST if said else _CERTAIN_DIGEST)
    if not said and not _CHOSEN.fullmatch(value):
        least = max(least, NEVER if _is_made(text, start, value) else _SURE_WORD)
    return max(least, _SURE_WORD) if name else least


def _least_by_looks(text: str, start: int, end: int) -> float:
    """The same by what the value is, and the signs around it: a name, a cell, a number, words."""
    if _IDENTIFIER.fullmatch(text, start, end) and _ASSIGNED.match(text, end):
        return _CERTAIN
    if text[start - 1 : start] + text[end : end + 1] == "\t\t":
        return _SURE_WORD
    value = text[start:end]
    return _SURE_NUMBER if " " in value or not any(map(str.isalpha, value)) else 0.0


def _is_harmless(text: str, start: int, end: int, value: str) -> bool:
    near = max(0, start - _NEAR)
    around = text[start - 1 : start] + text[end : end + 1]
    if value.isdigit():
        counted = _COUNTED.match(text, end) and _COUNTS.search(text, near, start)
        if counted or around == "{ " or _OTHER_CODES.search(text, near, start):
            return True
    if _IDENTIFIER.fullmatch(value) and _NAMES.search(text, near, start):
        return True
    if is_harmless(value.rstrip("!")) or _ESCAPED_LINE.search(value) or _OF_PROGRAMS.fullmatch(value):
        return True
    of_block = len(value) >= _LINE_OF_BLOCK and _IN_BLOCK.fullmatch(
        text[start - 2 : start] + text[end : end + 1]
    )
    if of_block or len({*value} - {"-"}) == 1 or _UNSPACED.search(value):
        return True
    if any(before.search(text, near, start) for before in (_CACHED, _NOBODY, _TAG)):
        return True
    document = value[0] in "{[" and '"' in value  # whose values are looked at one by one
    return document or (around == "{}" and _DIGEST.fullmatch(value) is not None)


def _is_made(text: str, start: int, value: str) -> bool:
    """Whether a value that nothing calls a secret is words, encoded, or of a field that holds anything."""
    if _WORDS.fullmatch(value) or value.startswith(_OF_JSON) or text[start - 1 : start] == _WITHIN:
        return True
    encoded = _ENCODED.search(text, max(0, start - _NEAR), start) is not None
    return encoded or holds_anything(field_name(text, start))


def _is_said(text: str, start: int, end: int) -> bool:
    """Whether a word before ``start``, or close behind ``end``, says that it is a secret; in a URL a name."""
    near = max(0, start - _FAR)
    if named := _PARAMETER.search(text, near, start):
        words = WORD.findall(named[1])
    else:
        words = WORD.findall(text, near, start) + WORD.findall(text, end, end + _CLOSE)
    return any(class_of(word.lower()) in SECRETS for word in words)
