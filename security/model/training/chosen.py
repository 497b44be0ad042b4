"""Chance → values for the slots of carriers of secrets: what people choose, and what machines make."""

import base64
import random
import re
import string
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Final

from security.model.training.corpus import Corpus, Locale
from security.model.training.fillers import Fillers, coined

_CHOICES: Final[dict[str, list[str]]] = tomllib.loads(
    Path(__file__).with_name("chosen.toml").read_text("utf-8")
)
_BASE62: Final = string.ascii_letters + string.digits
_LOWER, _UPPER = string.ascii_lowercase + string.digits, string.ascii_uppercase + string.digits
_LEET: Final = str.maketrans({"a": "@", "e": "3", "i": "1", "o": "0", "s": "$"})
#: Ways in which people make passwords, and how often of a hundred.
_WAYS: Final = {
    "word_number": 32,
    "word_sign_number": 10,
    "leet": 8,
    "two_words": 8,
    "joined_words": 6,
    "letters": 16,
    "letters_signs": 12,
    "favourite": 4,
    "plain": 4,
}


class Chosen:
    """Fills slots. The same ``rng`` and packages give the same."""

    def __init__(self, corpus: Corpus, rng: random.Random) -> None:
        self._words, self._locales, self._rng = corpus.vocabulary, corpus.locales, rng
        self._fillers = Fillers(corpus.vocabulary, corpus.fake, rng)
        self._slots: dict[str, Callable[[], str]] = {
            name[len("_slot_") :]: getattr(self, name) for name in dir(self) if name.startswith("_slot_")
        }
        self._ways: dict[str, Callable[[], str]] = {name: getattr(self, f"_way_{name}") for name in _WAYS}

    @property
    def slots(self) -> frozenset[str]:
        """The names of all."""
        return frozenset(self._slots)

    def fill(self, slot: str) -> str:
        """A value. Raises KeyError if there is no such slot."""
        return self._slots[slot]()

    def of_frame(self, slot: str) -> str | None:
        """A value for a slot of a frame of logging frameworks."""
        return self._fillers.fill(slot)

    def _often(self, chance: float) -> bool:
        return self._rng.random() < chance

    def _one(self, choices: str) -> str:
        return self._rng.choice(_CHOICES[choices])

    def _text(self, alphabet: str, least: int, most: int) -> str:
        return "".join(self._rng.choices(alphabet, k=self._rng.randint(least, most)))

    def _hex(self, *sizes: int) -> str:
        return self._rng.randbytes(self._rng.choice(sizes)).hex()

    def _locale(self) -> Locale:
        return self._rng.choice(self._locales)

    def _technical(self) -> str:
        return self._rng.choice(self._words.technical)

    # what people choose

    def _word(self) -> str:
        """A word that somebody may choose: of a language, a name, or one that is made up; mostly of ASCII."""
        rng = self._rng
        kind = rng.choices(("common", "name", "coined"), (45, 30, 25))[0]
        if kind == "common":
            word = rng.choice(self._words.common)
        elif kind == "name":
            locale = self._locale()
            word = rng.choice(rng.choice((locale.first, locale.last))).split(" ")[0].lower()
        else:
            word = coined(rng.choice(self._words.common), rng.choice(self._words.common))
        return word.replace("'", "") if word.isascii() or self._often(0.1) else self._word()

    def _cased(self) -> str:
        word = self._word()
        if self._often(0.6):
            return word.capitalize()
        return word.upper() if self._often(0.15) else word

    def _number(self) -> str:
        rng = self._rng
        two, many = f"{rng.randint(0, 99):02}", str(rng.randint(100, 9999))
        return rng.choice(
            (str(rng.randint(1950, 2027)), str(rng.randint(0, 99)), two, many, self._one("numbers"))
        )

    def _sign(self, chance: float) -> str:
        return self._one("signs") if self._often(chance) else ""

    def _way_word_number(self) -> str:
        return self._cased() + self._number() + self._sign(0.4)

    def _way_word_sign_number(self) -> str:
        return self._cased() + self._one("signs") + self._number() + self._sign(0.2)

    def _way_leet(self) -> str:
        return self._cased().translate(_LEET) + (self._number() if self._often(0.6) else "") + self._sign(0.3)

    def _way_two_words(self) -> str:
        return self._cased() + self._rng.choice(("_", "-", ".", "", "")) + self._word() + self._number()

    def _way_joined_words(self) -> str:
        return (
            self._cased()
            + self._word().capitalize()
            + (self._number() if self._often(0.5) else self._one("signs"))
        )

    def _way_letters(self) -> str:
        return self._text(_BASE62, 7, 20)

    def _way_letters_signs(self) -> str:
        made = self._text(_BASE62 + "".join(_CHOICES["signs"]) + "()[]/:;,<>", 8, 20)
        return made.strip(".,:;") + self._rng.choice("aZ7x!")

    def _way_favourite(self) -> str:
        return self._one("favourites") + self._number() + self._sign(0.3)

    def _way_plain(self) -> str:
        small, digits = self._text(string.ascii_lowercase, 8, 12), self._text(string.digits, 6, 10)
        return self._rng.choice((small, digits, self._cased() + self._word()))

    def _slot_password(self) -> str:
        return self._ways[self._rng.choices(list(_WAYS), list(_WAYS.values()))[0]]()

    def _slot_passphrase(self) -> str:
        joint = self._rng.choice((" ", "-", " ", ".", "_"))
        return joint.join(self._rng.choice(self._words.common) for _ in range(self._rng.randint(3, 6)))

    def _slot_pin(self) -> str:
        return self._text(string.digits, 4, 6)

    # what machines make

    def _slot_code(self) -> str:
        if self._often(0.05):
            return f"{self._text(string.digits, 3, 3)} {self._text(string.digits, 3, 3)}"
        return self._text(string.digits, 4, 8)

    def _slot_token(self) -> str:
        prefix = self._text(string.ascii_lowercase, 2, 5) + self._rng.choice("_-")
        parts = [self._text(_BASE62 + "-_", 8, 30) for _ in range(self._rng.choice((2, 3)))]
        return self._rng.choice((
            self._text(_BASE62, 16, 64),
            self._text(_BASE62 + "-_", 20, 64),
            self._text(_LOWER, 16, 40),
            self._text(_UPPER, 12, 32),
            prefix + self._text(_BASE62, 16, 40),
            self._hex(16, 20, 24, 32),
            ".".join(parts),
        ))  # fmt: skip

    def _slot_longtoken(self) -> str:
        return self._text(_BASE62 + "-_", 100, 260)

    def _slot_hexkey(self) -> str:
        key = self._hex(8, 12, 16, 16, 20, 24, 32, 32, 64)
        return key.upper() if self._often(0.25) else key

    def _slot_b64key(self) -> str:
        size = self._rng.choice((16, 20, 24, 32, 32, 48, 64))
        return base64.b64encode(self._rng.randbytes(size)).decode()

    def _slot_uuidsecret(self) -> str:
        return self._slot_uuid()

    def _slot_grouped(self) -> str:
        alphabet = self._rng.choice((_UPPER, _LOWER, string.digits, string.ascii_lowercase))
        size = self._rng.choice((3, 4, 4, 4, 5, 6))
        return "-".join(self._text(alphabet, size, size) for _ in range(self._rng.randint(2, 6)))

    def _slot_hexbytes(self) -> str:
        data = self._rng.randbytes(self._rng.choice((8, 16, 16, 20, 32)))
        if self._often(0.2):
            return "[" + ", ".join(map(str, data)) + "]"
        if self._often(0.15):
            return " ".join(data.hex()[at : at + 8] for at in range(0, 2 * len(data), 8))
        return data.hex(self._rng.choice("  :-"))

    # what is harmless

    def _slot_user(self) -> str:
        rng, locale = self._rng, self._locale()
        first, last = (re.sub(r"\W", "", rng.choice(names)).lower() for names in (locale.first, locale.last))
        return rng.choice((
            first,
            last,
            f"{first}.{last}",
            f"{first[:1]}{last}",
            f"{first}_{last}",
            f"{first}.{last[:1]}",
            f"{last}{first[:1]}",
            f"{first}{rng.randint(1, 999)}",
            f"{first}.{last}@{self._slot_domain()}",
            f"{self._technical()}_{self._one('roles')}",
            f"u{rng.randint(1000, 99999)}",
            f"uid{rng.randint(100, 99999)}",
            self._one("users"),
        ))  # fmt: skip

    def service(self) -> str:
        """The name of a service, or a class, that deals with secrets and is none."""
        return self._one("services")

    def _slot_host(self) -> str:
        rng = self._rng
        if self._often(0.15):
            return self.service()
        name = self._technical() if self._often(0.1) else self._one("hosts")
        return rng.choice((
            f"{name}-{rng.randint(1, 40):02}",
            f"{name}{rng.randint(1, 9)}",
            f"{name}.{self._slot_domain()}",
            f"{name}-{self._one('zones')}-{rng.randint(1, 9)}",
            f"{name.upper()}{rng.randint(1, 99):02}",
        ))  # fmt: skip

    def _slot_domain(self) -> str:
        return f"{self._rng.choice(self._words.common)}{self._one('companies')}.{self._one('tops')}"

    def _slot_ip(self) -> str:
        return ".".join(str(self._rng.randint(1, 254)) for _ in range(4))

    def _slot_n(self) -> str:
        number = str(self._rng.randint(0, 10 ** self._rng.randint(1, 6)))
        return number + self._one("units") if self._often(0.05) else number

    def _slot_port(self) -> str:
        return str(self._rng.randint(20, 65535))

    def _slot_id(self) -> str:
        rng = self._rng
        capitals, digits = self._text(string.ascii_uppercase, 2, 6), self._text(string.digits, 4, 14)
        return rng.choice((
            capitals + digits,
            f"{capitals}-{digits[:4]}-{digits[4:] or 1}",
            self._text(_UPPER, 8, 20),
            f"{capitals}{digits}{self._text(_UPPER, 2, 8)}",
            digits,
            self._hex(4, 6, 8, 8, 12, 16),
            self._text(_BASE62, 6, 12),
            self._text(_LOWER, 6, 16),
            f"{rng.choice('ABCDEFGHKMNP')}{rng.randint(1000, 9999999)}",
            f"{self._text(string.ascii_lowercase, 2, 4)}_{self._text(_BASE62, 8, 24)}",
            self._text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 26, 26),
            f"{self._technical()}-{self._text(_LOWER, 5, 10)}",
        ))  # fmt: skip

    def _slot_uuid(self) -> str:
        digits = self._hex(16)
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def _slot_hash(self) -> str:
        return self._hex(16, 20, 32, 32, 64)

    def _slot_word(self) -> str:
        return self._technical() if self._often(0.5) else self._rng.choice(self._words.common)

    def _slot_time(self) -> str:
        return self._fillers.fill("iso") or ""

    def _slot_path(self) -> str:
        parts = [self._technical() for _ in range(self._rng.randint(1, 3))]
        return self._one("folders") + "/".join(parts) + self._one("endings")

    def _slot_name(self) -> str:
        locale = self._locale()
        return f"{self._rng.choice(locale.first)} {self._rng.choice(locale.last)}"

    def _slot_db(self) -> str:
        return self._one("databases") + self._one("of_databases")
