"""Values and the names before them → how likely each is a secret.

What decides: the alphabet and length, how evenly characters are used, how often letters, capitals and digits
change places, whether letters follow one another as they do in words, and what the name before says. A small
network weighs them; all candidates of a batch are decided in two matrix products.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import re2

Array = npt.NDArray[np.float32]
#: 27 × 27: logarithm of how often a letter (0: none, a word's end) follows another in words.
LETTERS: Final = 27


class Candidate(NamedTuple):
    """A value, and the name before it: of a field, or as it stands in a text; empty if there is none."""

    value: str
    name: str = ""


class SecretWeights(NamedTuple):
    """What is trained. Shapes: 27 × 27, F (mean), F (scale), F × H, H, H, 1."""

    letters: Array
    mean: Array
    scale: Array
    hidden: Array
    hidden_bias: Array
    out: Array
    out_bias: Array


_SECRET_WORDS: Final = (
    "token secret key password passwd pass pwd passphrase auth authorization bearer credential credentials "
    "creds private signing signature apikey api access refresh client cookie session webhook encryption jwt "
    "salt pin otp"
).split()
_HARMLESS_WORDS: Final = (
    "id uuid guid hash sha sha1 sha256 md5 digest checksum crc etag commit revision rev version build trace "
    "span request correlation transaction tx block image picture avatar thumbnail icon data content body "
    "payload path "
    "file url uri name class host pod container node cursor page offset partition primary public fingerprint "
    "type cache object bucket user order index ref parent sort foreign routing message event"
).split()
_NAME_PARTS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_UUID: Final = re.compile(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HEX: Final = re.compile(r"(?:0x)?(?:[0-9a-f]+|[0-9A-F]+)")
_PICTURE: Final = re.compile(r"(?:data:|iVBORw0KGgo|/9j/|R0lGOD|PHN2Zy|UklGR|Qk0|JVBER|H4sI|UEsDB|PD94)")
_PLACE: Final = re.compile(r"\$\{|%\(|\{\{|<\w|\*{3}|x{6}|X{6}|\.{3}")
_WORDS: Final = re.compile(r"[A-Z]?[a-z]{3,}|[A-Z]{3,}")


def features(candidate: Candidate, letters: Array) -> list[float]:
    """The numbers that describe a candidate."""
    value, name = candidate.value[:_MOST_CHARACTERS], candidate.name[-_MOST_OF_NAME:]
    length = max(1, len(value))
    classes = [_class(character) for character in value]
    counts = Counter(classes)
    changes = sum(a != b for a, b in zip(classes, classes[1:], strict=False))
    used = Counter(value)
    bits = -sum(n / length * math.log2(n / length) for n in used.values())
    words = _WORDS.findall(value)
    likely = _likely(value, letters)
    parts = {part.lower() for part in _NAME_PARTS.findall(name)}
    return [
        math.log2(length),
        bits,
        bits / max(1.0, math.log2(length)),
        *(counts[number] / length for number in range(5)),
        changes / length,
        len(used) / length,
        float(bool(_HEX.fullmatch(value))),
        float(bool(_HEX.fullmatch(value)) and length in {32, 40, 56, 64, 96, 128}),
        float(bool(_UUID.fullmatch(value))),
        float(bool(_PICTURE.match(value))),
        float(bool(_PLACE.search(value))),
        float(value.endswith("=")),
        float(value.isdigit()),
        sum(map(len, words)) / length,
        max(map(len, words), default=0) / length,
        likely,
        likely * (sum(map(str.isalpha, value)) / length),
        *(min(value.count(mark), 8) / 4 for mark in "-_./:+= "),
        float(value[:1] in "/.~"),
        float(bool(re.match(r"[a-z]{2,8}[_-]", value))),
        float(value.islower()),
        float(value.isupper()),
        float(_is_all_of(value)),
        float(not name),
        *(float(any(word in parts for word in group)) for group in _NAME_GROUPS),
        float(bool(parts & set(_SECRET_WORDS))),
        float(bool(parts & set(_HARMLESS_WORDS))),
        float(bool(parts) and not parts & {*_SECRET_WORDS, *_HARMLESS_WORDS}),
    ]


_MOST_CHARACTERS: Final = 512
_MOST_OF_NAME: Final = 64
_NAME_GROUPS: Final = (
    ("secret", "private", "signing", "encryption", "credential", "credentials", "creds"),
    ("token", "bearer", "jwt", "authorization", "auth", "refresh"),
    ("key", "apikey", "api", "access"),
    ("password", "passwd", "pwd", "pass", "passphrase"),
    ("session", "cookie"),
    ("id", "uuid", "guid", "request", "correlation", "trace", "span", "transaction", "tx"),
    (
        "hash",
        "sha",
        "sha1",
        "sha256",
        "md5",
        "digest",
        "checksum",
        "etag",
        "commit",
        "fingerprint",
        "revision",
    ),
    ("image", "picture", "avatar", "thumbnail", "icon", "content", "data", "payload", "body"),
    ("path", "file", "url", "uri", "class", "name", "host", "pod", "container", "node"),
    (
        "public",
        "primary",
        "partition",
        "cache",
        "object",
        "sort",
        "foreign",
        "routing",
        "type",
        "cursor",
        "page",
    ),
)


def _is_all_of(value: str) -> bool:
    """Whether capitals, small letters and digits are in it."""
    return all(any(map(test, value)) for test in (str.isupper, str.islower, str.isdigit))


def _class(character: str) -> int:
    if character.isdigit():
        return 0
    if character.islower():
        return 1
    if character.isupper():
        return 2
    return 3 if character in "-_./" else 4


def _likely(value: str, letters: Array) -> float:
    """Mean logarithm of how likely each letter follows the one before, in words."""
    codes = [ord(character) - 96 if "a" <= character <= "z" else 0 for character in f" {value.lower()} "]
    steps = [letters[a, b] for a, b in zip(codes, codes[1:], strict=False) if a or b]
    return float(sum(steps) / len(steps)) if steps else -_UNLIKELY


_UNLIKELY: Final = 8.0

#: A value that stands alone: as long as keys are, of the alphabets that they have.
_ALONE: Final = r"[A-Za-z0-9][A-Za-z0-9+/_~.-]{18,}[A-Za-z0-9=]=?"
#: JSON in base64, which is looked at as it reads; but for the parts of a token.
_DOCUMENT: Final = re.compile(r"eyJ[^.]*")
_NAME_BEFORE: Final = re.compile(
    r"([A-Za-z][\w.-]{0,40})\\*[\"'`]?\]?\s{0,2}(?:[:=]|->|=>|%3[dD])\s{0,2}\\*[\"'`]?$"
)
_WORD_BEFORE: Final = re.compile(r"([A-Za-z][\w-]{1,20}) (?:is |was )?[\"'`]?$")
_NEAR: Final = 56


def name_before(text: str, start: int) -> str:
    """The name that a value beginning at ``start`` has, or the word before it, or nothing."""
    before = text[max(0, start - _NEAR) : start]
    match = _NAME_BEFORE.search(before) or _WORD_BEFORE.search(before)
    return match.group(1) if match else ""


class Secrets:
    """Decides between secret and harmless."""

    def __init__(self, weights: SecretWeights) -> None:
        self._weights = weights
        self._alone = re2.compile(_ALONE)

    def decide(self, candidates: Sequence[Candidate]) -> list[float]:
        """For each, in order, how likely it is a secret: 0 to 1."""
        if not candidates:
            return []
        weights = self._weights
        rows = np.zeros((len(candidates) + (-len(candidates)) % _BLOCK, len(weights.mean)), np.float32)
        for place, candidate in enumerate(candidates):
            rows[place] = features(candidate, weights.letters)
        blocks = ((rows - weights.mean) / weights.scale).reshape(-1, _BLOCK, len(weights.mean))
        hidden = np.maximum(blocks @ weights.hidden + weights.hidden_bias, 0)
        logits = (hidden @ weights.out).reshape(-1)[: len(candidates)] + weights.out_bias[0]
        return [round(float(one), 3) for one in 1 / (1 + np.exp(-logits))]

    def alone(self, text: str) -> list[tuple[int, int]]:
        """(start, end) of what may be a secret by its looks: long, with capitals, small letters, digits."""
        return [
            match.span()
            for match in self._alone.finditer(text)
            if _is_mixed(match.group())
            and not _HEX.fullmatch(match.group())
            and not _DOCUMENT.fullmatch(match.group())
            and not is_public(match.group(), text, match.start())
        ]


def is_public(value: str, text: str, start: int) -> bool:
    """Whether it is part of a certificate, a key that everybody may have, a digest: by what stands before."""
    if _OF_CERTIFICATES.search(value) or _DIGEST_BEFORE.search(text, max(0, start - _NEAR), start):
        return True
    begun = max(text.rfind(mark, max(0, start - _LONGEST_CERTIFICATE), start) for mark in _CERTIFICATES)
    return begun >= 0 and text.find("-----END", begun, start) < 0


_LONGEST_CERTIFICATE: Final = 16_384
_CERTIFICATES: Final = (
    "BEGIN CERTIFICATE",
    "BEGIN PUBLIC KEY",
    "BEGIN X509",
    "BEGIN PGP PUBLIC",
    "BEGIN SSH2 PUBLIC",
)
_OF_CERTIFICATES: Final = re.compile("CERTIFICATE-----|PUBLIC KEY-----|^AAAA[A-Z]3NzaC1|^sha(?:256|384|512)-")
_DIGEST_BEFORE: Final = re.compile(
    r"(?i)(?:ssh-[a-z0-9]+ |ecdsa-sha2-\S+ |sha-?\d{1,3}[-:=][-_/+]?|cursor=[-_]?|md5[=:]|crc32c?="
    r"|\b(?:DNSKEY|CDNSKEY|DS|TLSA|RRSIG|SSHFP)(?: \S+){1,8} "
    r"|\"(?:n|x|y|kid|x5t|x5c|x5t#s256)\"\s?:\s?\[?\"|\bp=|pub(?:lic)?[ _-]?key\W{0,3}|fingerprint\W{1,3}"
    r"|etag\W{1,4}(?:W/)?\"?|boundary=-*|x-amz-cf-id: |\bh1:|\bbh?=|certificate-authority-data: "
    r"|(?<![\w-])(?:sha(?![a-z])|md5|hash|digest|checksum|crc)[\w-]{0,12}[\"']?\s?[=:]\s?[\"']?"
    r"|data:[\w/+.-]+;base64,|integrity=?\W{0,2})$"
)
_BLOCK: Final = 32  # rows of a matrix product: always as many, so that a batch gives what one gives


def _is_mixed(value: str) -> bool:
    return _is_all_of(value) and value.count("/") + value.count(".") <= len(value) / _SEPARATED


_SEPARATED: Final = 12
