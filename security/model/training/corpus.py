"""Lists and templates → log lines with the places of the names and addresses in them."""

import random
import re
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import faker.providers.address
import faker.providers.person
from faker import Faker
from faker.config import AVAILABLE_LOCALES

from security.model.tokens import tokens_of
from security.model.training.addresses import LANGUAGES, written
from security.model.training.fillers import Fillers, coined
from security.model.training.templates import ELSEWHERE, FRAMES, HARMLESS, PEOPLE, PLACES
from security.model.training.vocabulary import Vocabulary, providers

PERSON: Final = 1
ADDRESS: Final = 2


class Marked(NamedTuple):
    """A line; ``spans``: (start, end, `PERSON` or `ADDRESS`); ``locale``: of what is in it, or empty."""

    text: str
    spans: tuple[tuple[int, int, int], ...]
    locale: str


class Part(NamedTuple):
    """Which names a split may use, by the number of `share` of every word in it."""

    words: frozenset[int]
    templates: frozenset[int]


#: Names: a tenth is not on the list that words are known by, and half of it is never trained on.
SHARES: Final = 20
LISTED: Final = frozenset(range(2, SHARES))
EVERY: Final = frozenset(range(SHARES))
TRAINED: Final = Part(frozenset(range(1, SHARES)), frozenset(range(1, 8)))
HELD_OUT: Final = Part(frozenset(range(SHARES)), frozenset({0}))
UNSEEN: Final = Part(frozenset({0}), frozenset({0}))


def share(word: str, of: int = SHARES) -> int:
    """The number, below ``of``, that a word always falls to."""
    return zlib.crc32(word.lower().encode("utf-8", "surrogatepass")) % of


@dataclass
class Locale:
    """What is drawn from, of one locale."""

    name: str
    first: list[str]
    last: list[str]
    addresses: list[str]


_LAST_FIRST: Final = ("zh", "ja", "ko", "hu", "vi")
_GLUED: Final = ("zh", "ko")
_POOL: Final = 700  # of names and addresses of a locale
#: Addresses that are only the American ones with other words.
_NO_ADDRESS: Final = {"en_GB", "bg_BG", "en_KE"}


@dataclass
class Corpus:
    """Draws lines. The same ``seed`` and packages give the same lines."""

    vocabulary: Vocabulary
    seed: int
    pool: int = _POOL
    locales: list[Locale] = field(init=False)
    #: American English, for slots that name nobody.
    fake: Any = field(init=False)

    def __post_init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of locales with two names
            with_names = {name for name, _ in providers(faker.providers.person)} & set(AVAILABLE_LOCALES)
            with_addresses = {name for name, _ in providers(faker.providers.address)}
            self.locales = [self._locale(name, name in with_addresses) for name in sorted(with_names)]
            self.fake = Faker("en_US")
        self.fake.seed_instance(self.seed)

    def _locale(self, name: str, with_addresses: bool) -> Locale:
        fake = Faker(name)
        fake.seed_instance(self.seed)
        first = [fake.first_name() for _ in range(self.pool)]
        last = [fake.last_name() for _ in range(self.pool)]
        if name == "ja_JP":
            first += [fake.first_romanized_name() for _ in range(self.pool // 3)]
            last += [fake.last_romanized_name() for _ in range(self.pool // 3)]
        addresses = [fake.address() for _ in range(self.pool)] if with_addresses else []
        return Locale(name, first, last, addresses)

    def lines(self, count: int, part: Part, *, seed: int, personal: float = 0.55) -> Iterator[Marked]:
        """``count`` lines; a share of ``personal`` of them has a name or an address."""
        draw = _Draw(self, part, random.Random(seed))  # noqa: S311  nothing secret is drawn
        for _ in range(count):
            yield draw.line(personal)


class _Draw:
    """One run of draws."""

    def __init__(self, corpus: Corpus, part: Part, rng: random.Random) -> None:
        self._corpus, self._part, self._rng = corpus, part, rng
        self._fillers = Fillers(corpus.vocabulary, corpus.fake, rng)
        self._locale = corpus.locales[0]
        self._key = False

    def line(self, personal: float) -> Marked:
        rng = self._rng
        self._locale = rng.choice(self._corpus.locales)
        found = rng.random() < personal
        if not found:
            template = self._template(HARMLESS)
        else:
            local = ELSEWHERE.get(self._locale.name[:2], ())
            pools = (PEOPLE, PLACES, local) if local else (PEOPLE, PLACES)
            template = self._template(rng.choices(pools, (6, 4, 4)[: len(pools)])[0])
        self._key = bool(re.search(r"(?i)name|customer|patient|passenger|[=:]", template))
        frame = rng.choice(FRAMES)
        json_text = "{j}" in frame and '"' not in template
        if not json_text:
            frame = frame.replace('"{j}"', "{m}") if '"' in template else frame.replace("{j}", "{m}")
        marker = "{j}" if json_text else "{m}"
        head, tail = frame.split(marker)
        pieces: list[tuple[str, int]] = []
        self._fill(head, pieces)
        self._fill(template, pieces)
        self._fill(tail, pieces)
        return _joined(pieces, self._locale.name if found else "")

    def _template(self, pool: tuple[str, ...]) -> str:
        while True:
            template = self._rng.choice(pool)
            if share(template, 8) in self._part.templates or not any(
                share(one, 8) in self._part.templates for one in pool
            ):
                return template

    def _fill(self, template: str, pieces: list[tuple[str, int]]) -> None:
        position = 0
        for match in _SLOT.finditer(template):
            pieces.append((template[position : match.start()], 0))
            position = match.end()
            name = match.group(1)
            if name in _LABELS:
                pieces.append((getattr(self, f"_{name}")(), _LABELS[name]))
            else:
                filled = self._fillers.fill(name)
                pieces.append((match.group() if filled is None else filled, 0))
        pieces.append((template[position:], 0))

    def _often(self, chance: float) -> bool:
        return self._rng.random() < chance

    def _one(self, words: list[str]) -> str:
        """A name all words of which this split may use, or one that is made up."""
        if self._part is TRAINED and self._often(_COINED):
            return coined(self._rng.choice(words), self._rng.choice(words))
        if self._part is TRAINED and self._often(_UNLISTED):
            for _ in range(_TRIES):
                name = self._rng.choice(words)
                if {share(token.word) for token in tokens_of(name)} == {1}:
                    return name
        for _ in range(_TRIES):
            name = self._rng.choice(words)
            if all(share(token.word) in self._part.words for token in tokens_of(name)):
                return name
        return name

    def _cased(self, text: str) -> str:
        if self._key and self._often(0.05):
            return text.lower()
        return text.upper() if self._often(0.05) else text

    def _first(self) -> str:
        return self._cased(self._one(self._locale.first))

    def _last(self) -> str:
        return self._cased(self._one(self._locale.last))

    def _given(self) -> str:
        return self._one(self._locale.first)

    def _person(self) -> str:
        rng, language = self._rng, self._locale.name[:2]
        first, last = self._one(self._locale.first), self._one(self._locale.last)
        if language in _LAST_FIRST and not first.isascii():
            glued = language in _GLUED or (language == "ja" and self._often(0.5))
            return last + ("" if glued else " ") + first
        form = rng.choices(*_FORMS)[0]
        second = self._one(self._locale.first)
        initial = rng.choice("ABCDEFGHJKLMPRSTW")
        double = last + rng.choice((" ", "-")) + self._one(self._locale.last)
        particle = rng.choice(
            ("de", "van", "von", "di", "da", "el", "bin", "binti", "van der", "de la", "ibn")
        )
        parts = {
            "first": first,
            "last": last,
            "second": second,
            "small": second.lower(),
            "middle": initial,
            "double": double,
            "mark": rng.choice((" / ", "/")),
        }
        return self._cased(form.format(**parts, letter=first[0], particle=particle))

    def _person_lower(self) -> str:
        return self._person().lower()

    def _person_upper(self) -> str:
        return self._person().upper()

    def _address(self) -> str:
        return self._address_and_street()[0]

    def _street(self) -> str:
        return self._address_and_street()[1]

    def _address_and_street(self) -> tuple[str, str]:
        rng = self._rng
        joint = rng.choices((", ", "\n", "\\n", " ", ",", "; "), (60, 6, 12, 10, 8, 2))[0]
        language = self._locale.name[:2]
        if self._locale.addresses and self._often(0.5) or language not in LANGUAGES:
            if not self._locale.addresses or self._locale.name in _NO_ADDRESS:
                return self._written("en", joint)
            lines = [line.strip().rstrip(",") for line in rng.choice(self._locale.addresses).split("\n")]
            return self._cased_address(joint.join(lines)), lines[0]
        return self._written("en_jp" if language == "ja" and self._often(0.3) else language, joint)

    def _written(self, language: str, joint: str) -> tuple[str, str]:
        address, street = written(language, self._rng, joint)
        return self._cased_address(address), street

    def _cased_address(self, text: str) -> str:
        if self._often(0.03):
            return text.upper()
        return text.lower() if self._often(0.03) else text


_COINED: Final = 0.3  # of names: no list has everybody's
_UNLISTED: Final = 0.12  # of names, besides: words are to be known by what is around them as well
_TRIES: Final = 100
#: How names are written, and how often.
_FORMS: Final = (
    (
        "{first} {last}", "{first} {second} {last}", "{first} {middle}. {last}", "{letter}. {last}",
        "{first} {double}", "{last}, {first}", "{first} {particle} {last}", "{first}-{second} {last}",
        "{last} {first}", "{double}, {first}", "{first}-{small} {last}", "{last} {letter}.",
        "{last}{mark}{first}", "{last}, {first} {second}",
    ),
    (56, 6, 6, 5, 6, 8, 3, 2, 3, 2, 2, 1, 1, 1),
)  # fmt: skip
_SLOT: Final = re.compile(r"\{(\w+)\}")
_LABELS: Final = {
    "person": PERSON,
    "first": PERSON,
    "last": PERSON,
    "given": PERSON,
    "person_lower": PERSON,
    "person_upper": PERSON,
    "address": ADDRESS,
    "street": ADDRESS,
}


def _joined(pieces: list[tuple[str, int]], locale: str) -> Marked:
    text, spans = "", []
    for piece, label in pieces:
        if label:
            spans.append((len(text), len(text) + len(piece), label))
        text += piece
    return Marked(text, tuple(spans), locale)
