"""Chance and lists → what stands in the slots of templates and names nobody.

The choices are in fillers.toml.
"""

import random
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from security.model.training.vocabulary import Vocabulary

_CHOICES: Final[dict[str, list[str]]] = tomllib.loads(
    Path(__file__).with_name("fillers.toml").read_text("utf-8")
)


def coined(one: str, other: str) -> str:
    """A word that nobody has heard: the beginning of one, the end of another."""
    return one[: (len(one) + 1) // 2] + other[len(other) // 2 :]


class Fillers:
    """Fills slots. ``fake``: an instance of faker, for what is said of places and jobs."""

    def __init__(self, words: Vocabulary, fake: Any, rng: random.Random) -> None:
        self._words, self._fake, self._rng = words, fake, rng
        one_of = {name: (lambda name=name: self._choice(name)) for name in _CHOICES}
        own = {name[len("_slot_") :]: getattr(self, name) for name in dir(self) if name.startswith("_slot_")}
        self._slots: dict[str, Callable[[], str]] = {**one_of, **own}

    def fill(self, slot: str) -> str | None:
        """A value for ``slot``, or None if there is no such slot."""
        filler = self._slots.get(slot)
        return None if filler is None else filler()

    def _choice(self, name: str) -> str:
        return self._rng.choice(_CHOICES[name])

    def _often(self, share: float) -> bool:
        return self._rng.random() < share

    def _number(self, least: int, most: int) -> int:
        return self._rng.randint(least, most)

    def _common(self) -> str:
        return self._rng.choice(self._words.common)

    def _technical(self) -> str:
        return self._rng.choice(self._words.technical)

    def _either(self) -> str:
        return self._technical() if self._often(0.5) else self._common()

    def _identifier(self) -> str:
        return self._rng.choice(self._words.identifiers)

    def _slot_int(self) -> str:
        return str(self._number(0, 10 ** self._number(1, 6)))

    def _slot_float(self) -> str:
        return f"{self._rng.random() * 10 ** self._number(0, 4):.{self._number(1, 4)}f}"

    def _slot_hex(self) -> str:
        return f"{self._rng.getrandbits(128):032x}"[: self._rng.choice((8, 12, 16, 32))]

    def _slot_uuid(self) -> str:
        digits = f"{self._rng.getrandbits(128):032x}"
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def _seconds(self) -> str:
        return f"{self._number(0, 23):02}:{self._number(0, 59):02}:{self._number(0, 59):02}"

    def _slot_iso(self) -> str:
        day = f"20{self._number(15, 27)}-{self._number(1, 12):02}-{self._number(1, 28):02}"
        return day + self._rng.choice("T ") + self._seconds() + self._choice("second")

    def _slot_date(self) -> str:
        year, month, day = self._number(1930, 2027), self._number(1, 12), self._number(1, 28)
        forms = (f"{year}-{month:02}-{day:02}", f"{day:02}.{month:02}.{year}", f"{month}/{day}/{year}")
        return self._rng.choice(forms)

    def _slot_clock(self) -> str:
        return f"{self._seconds()}.{self._number(0, 999):03}"

    def _slot_syslog(self) -> str:
        return f"{self._choice('short_month')} {self._number(1, 28):2} {self._seconds()}"

    def _slot_class(self) -> str:
        return self._identifier()

    def _slot_package(self) -> str:
        root = self._rng.choice(("com", "org", "io"))
        return f"{root}.{self._technical()}.{self._common()}.{self._identifier()}"

    def _slot_module(self) -> str:
        return self._either()

    def _slot_service(self) -> str:
        return self._technical() + self._choice("suffix_of_service")

    def _slot_method(self) -> str:
        return self._choice("verb") + self._identifier()

    def _slot_file(self) -> str:
        return self._common() + self._choice("extension")

    def _slot_host(self) -> str:
        numbers = self._number(0, 255), self._number(0, 255)
        forms = (
            "ip-10-0-{}-{}".format(*numbers),
            f"{self._technical()}-{self._number(1, 9)}",
            f"{self._common()}.example.com",
        )
        return self._rng.choice(forms)

    def _slot_pod(self) -> str:
        drawn = f"{self._rng.getrandbits(36):09x}-{self._rng.choice('bcdfghjk')}{self._number(10, 99)}xz"
        return f"{self._technical()}-{self._common()}-{drawn}"

    def _slot_ip(self) -> str:
        return ".".join(str(self._number(1, 254)) for _ in range(4))

    def _slot_email(self) -> str:
        return str(self._fake.email())

    def _slot_phone(self) -> str:
        area = self._number(200, 999)
        return self._rng.choice((
            f"+{self._number(1, 99)} {area} {self._number(10**6, 10**7 - 1)}",
            f"{area}-{self._number(200, 999)}-{self._number(1000, 9999)}",
        ))  # fmt: skip

    def _slot_amount(self) -> str:
        return self._choice("money").format(f"{self._rng.random() * 10 ** self._number(1, 4):.2f}")

    def _slot_code(self) -> str:
        return self._rng.choice((
            f"{self._rng.choice('ABCDEFGHKLMNPRSTX')}{self._number(10, 99999)}",
            f"{self._choice('prefix')}-{self._number(1, 99999)}",
            f"{self._number(1, 40)}{self._rng.choice('ABCDEF')}",
        ))  # fmt: skip

    def _slot_word(self) -> str:
        return self._common()

    def _slot_noun(self) -> str:
        return self._common()

    def _slot_key(self) -> str:
        return self._common() + self._choice("suffix_of_key")

    def _slot_table(self) -> str:
        return self._technical() + self._choice("suffix_of_table")

    def _slot_line(self) -> str:
        return self._rng.choice(self._words.lines)

    def _slot_title(self) -> str:
        if self._often(0.05):
            return self._slot_station()
        if self._often(0.35):
            return self._rng.choice(self._words.titles)
        word = self._made_up if self._often(0.15) else self._either
        return " ".join(word().capitalize() for _ in range(self._rng.choice((2, 2, 3))))

    def _made_up(self) -> str:
        """Brands are not on any list either."""
        return coined(self._either(), self._either())

    def _slot_namesake(self) -> str:
        """A product, a film, a module that has a name in it: ``Jasper Reports``."""
        names = self._words.first if self._often(0.7) else self._words.places
        return f"{self._rng.choice(names).title()} {self._either().capitalize()}"

    def _slot_thing(self) -> str:
        if self._often(0.4):
            return self._identifier()
        parts = [self._either() for _ in range(self._number(1, 3))]
        if self._often(0.33):
            return "".join(part.capitalize() for part in parts)
        return self._rng.choice(("-", "_", ".", " ")).join(parts)

    def _slot_login(self) -> str:
        if self._often(0.7):
            return self._choice("account")
        return self._rng.choice((f"svc_{self._technical()}", f"{self._common()}{self._number(1, 99)}"))

    def _slot_path(self) -> str:
        return "/" + "/".join(self._either() for _ in range(self._number(1, 4)))

    def _slot_city(self) -> str:
        if self._often(0.4):
            return self._choice("town")
        return self._rng.choice((self._rng.choice(self._words.places), str(self._fake.city())))

    def _slot_station(self) -> str:
        return f"{self._slot_city().title()} {self._choice('part_of_town')}"

    def _slot_company(self) -> str:
        if self._often(0.3):
            return self._choice("organisation")
        return f"{self._fake.last_name()} {self._choice('ending')}"

    def _slot_product(self) -> str:
        adjective, article = self._choice("adjective"), self._choice("article")
        return self._rng.choice((
            f"{adjective} {article}",
            f"{adjective} {article} {self._number(2, 900)}",
            f"{article} {self._common().capitalize()}",
        ))  # fmt: skip

    def _slot_url(self) -> str:
        return f"https://{self._slot_host()}{self._slot_path()}"

    def _slot_country(self) -> str:
        return str(self._fake.country())

    def _slot_job(self) -> str:
        return str(self._fake.job())

    def _slot_language(self) -> str:
        return str(self._fake.language_name())

    def _slot_currency(self) -> str:
        return str(self._fake.currency_name())

    def _slot_color(self) -> str:
        return str(self._fake.color_name())
