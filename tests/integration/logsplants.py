"""Lines of logs in which values are planted that nobody may read, and the search for these values anywhere.

Every value is invented, and there once. What is looked for of it is what its mask does not show: in clear,
percent-encoded, and in base64 wherever in a text it may stand.
"""

import base64
import json
import os
import random
import string
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import quote

EVERY: Final = 20  # one line in so many has a value planted
_LETTERS: Final = string.ascii_lowercase
_ALNUM: Final = string.ascii_letters + string.digits
_SERVICES: Final = ("orders", "payments", "users")
_INTRUSION: Final = range(104, 120)  # the records of one that cannot log in

Chance = random.Random


class Plant(NamedTuple):
    """A value of ``kind`` in a ``text``. ``cores``: the parts of it that no mask shows."""

    kind: str
    text: str
    cores: tuple[str, ...]


def _letters(chance: Chance, count: int, of: str = _ALNUM) -> str:
    return "".join(chance.choices(of, k=count))


def _mail(chance: Chance) -> tuple[str, str]:
    """An address, and what its mask hides."""
    user = f"{_letters(chance, 7, _LETTERS)}.{_letters(chance, 8, _LETTERS)}"
    return f"{user}@example.com", user[1:]


def _luhn(digits: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return digits + str(-total % 10)


def _card(chance: Chance) -> str:
    return _luhn("4" + _letters(chance, 14, string.digits))


def _secret(chance: Chance, count: int) -> str:
    """Letters and digits, both surely."""
    return _letters(chance, count - 4) + _letters(chance, 2, string.digits) + _letters(chance, 2, _LETTERS)


def _email(chance: Chance) -> Plant:
    mail, core = _mail(chance)
    return Plant("email", f"login of {mail} succeeded", (core,))


def _mail_in_url(chance: Chance) -> Plant:
    mail, core = _mail(chance)
    return Plant("email in a URL", f"GET /v1/find?mail={quote(mail, safe='')}&page=2 200", (core,))


def _mail_in_base64(chance: Chance) -> Plant:
    mail, core = _mail(chance)
    document = json.dumps({"subject": mail, "scope": "read"}).encode()
    return Plant("email in base64", f"payload={base64.b64encode(document).decode()} accepted", (core,))


def _mail_in_json(chance: Chance) -> Plant:
    mail, core = _mail(chance)
    password = _secret(chance, 16)
    inner = json.dumps({"user": {"mail": mail, "password": password}})
    text = json.dumps({"level": "info", "msg": "created", "event": inner})
    return Plant("email and password in JSON in JSON", text, (core, password))


def _card_plain(chance: Chance) -> Plant:
    card = _card(chance)
    return Plant("card", f"charged card {card} for 12.50 EUR", (card, card[:12]))


def _card_spaced(chance: Chance) -> Plant:
    card = _card(chance)
    for by in (" ", "-"):
        written = by.join(card[at : at + 4] for at in range(0, 16, 4))
        if chance.random() < 0.5:
            break
    return Plant("card in groups", f"card {written} was declined", (card, written[:14]))


def _ssn(chance: Chance) -> Plant:
    area = chance.choice([n for n in range(101, 700) if n != 666])
    number = f"{area}-{chance.randint(11, 98)}-{chance.randint(1001, 9998)}"
    return Plant("ssn", f"applicant ssn {number} verified", (number,))


def _phone(chance: Chance) -> Plant:
    number = (
        f"+1 {chance.choice((212, 415, 312, 206))}-{chance.randint(220, 989)}-{chance.randint(1000, 9999)}"
    )
    return Plant("phone", f"call back at {number} please", (number[3:],))


def _iban(chance: Chance) -> Plant:
    account = _letters(chance, 18, string.digits)
    check = 98 - int(account + "131400") % 97
    iban = f"DE{check:02}{account}"
    return Plant("iban", f"transfer to {iban} booked", (iban, account))


def _password(chance: Chance) -> Plant:
    value = _secret(chance, 14)
    name = chance.choice(("password={}", "password: {}", 'passwd="{}"', "PASSWORD = '{}'"))
    return Plant("password", f"connect with {name.format(value)} failed", (value,))


def _key(chance: Chance) -> Plant:
    value = chance.choice(
        (
            "AKIA" + _letters(chance, 16, string.ascii_uppercase + string.digits),
            "ghp_" + _letters(chance, 36),
            "sk_live_" + _letters(chance, 24),
            "glpat-" + _letters(chance, 20),
        )
    )
    return Plant("key", f"using {value} for upload", (value, value[-14:]))


def _named_key(chance: Chance) -> Plant:
    value = _secret(chance, 32)
    return Plant("named key", f"request with api_key={value} refused", (value,))


def _jwt(chance: Chance) -> Plant:
    def part(document: dict[str, str]) -> str:
        return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")

    subject = _letters(chance, 14)
    token = ".".join((part({"alg": "HS256"}), part({"sub": subject}), _letters(chance, 43)))
    return Plant("jwt", f"session {token} opened", (subject, token[-40:]))


def _database(chance: Chance) -> Plant:
    value = _secret(chance, 14)
    return Plant("database url", f"pool postgresql://app:{value}@db.internal:5432/orders is full", (value,))


def _bearer(chance: Chance) -> Plant:
    value = _secret(chance, 40)
    return Plant("bearer", f"upstream said 401 to Authorization: Bearer {value}", (value,))


def _private_key(chance: Chance) -> Plant:
    lines = [_letters(chance, 64) for _ in range(3)]
    text = "\n".join(("-----BEGIN PRIVATE KEY-----", *lines, "-----END PRIVATE KEY-----"))
    return Plant("private key over lines", f"loaded\n{text}", tuple(lines))


KINDS: Final[tuple[Callable[[Chance], Plant], ...]] = (
    *(_email, _mail_in_url, _mail_in_base64, _mail_in_json, _card_plain, _card_spaced, _ssn, _phone, _iban),
    *(_password, _key, _named_key, _jwt, _database, _bearer, _private_key),
)


class Written(NamedTuple):
    """Records in ``parts``: of each the text of every service. ``plants``: each beside its record's number.

    A record names its number: ``seq=12``, with a blank behind it.
    """

    parts: list[dict[str, str]]
    records: int
    plants: list[tuple[int, Plant]]


def write(records: int, parts: int, seed: int) -> Written:
    """``records`` of three services; somebody tries to log in, in vain, again and again."""
    chance = random.Random(seed)  # noqa: S311  invents, and keeps no secret
    plants: list[tuple[int, Plant]] = []
    seen: set[str] = set()
    mail, core = _mail(chance)
    intruder = Plant("email that cannot log in", f"login failed for {mail} from 203.0.113.9", (core,))
    written: list[dict[str, list[str]]] = [{service: [] for service in _SERVICES} for _ in range(parts)]
    for number in range(records):
        plant = None
        if number in _INTRUSION:
            plant = intruder
        elif number % EVERY == 3:
            plant = _new(chance, KINDS[number // EVERY % len(KINDS)], seen)
        if plant is not None:
            plants.append((number, plant))
        service = _SERVICES[number % len(_SERVICES)]
        written[number * parts // records][service].append(_record(number, service, plant, chance))
    return Written(
        [{service: "".join(lines) for service, lines in part.items()} for part in written], records, plants
    )


def _new(chance: Chance, kind: Callable[[Chance], Plant], seen: set[str]) -> Plant:
    """One that was not there before."""
    while not seen.isdisjoint((plant := kind(chance)).cores):
        pass
    seen.update(plant.cores)
    return plant


def _record(number: int, service: str, plant: Plant | None, chance: Chance) -> str:
    clock = f"{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}.{number % 1000:03}"
    time, seq = f"2025-11-29T{clock}Z", f"seq={number} "
    if plant is None:
        text = f"GET /v1/items/{chance.randint(1, 9999)} 200 in {chance.randint(1, 900)} ms"
    elif plant.text.startswith("{"):  # a line of JSON begins with it
        return f'{{"time": "{time}", "seq": "{seq}", {plant.text[1:]}\n'
    else:
        text = plant.text
    return f"{time} {'ERROR' if number % 50 == 7 else 'INFO'} [{service}] {seq}{text}\n"


def needles(plants: Iterable[Plant]) -> Iterator[str]:
    """What nothing may hold: each core in every form that it is looked for in."""
    for core in {core for plant in plants for core in plant.cores}:
        yield core
        if (quoted := quote(core, safe="")) != core:
            yield quoted
        for skipped in range(3):
            whole = core.encode()[-skipped % 3 :]
            yield base64.b64encode(whole[: len(whole) // 3 * 3]).decode()


def found_in(paths: Iterable[Path], looked_for: Path) -> list[str]:
    """Which of the needles, a line each in the file ``looked_for``, are in files or in all of folders."""
    command = ["grep", "--recursive", "--text", "--no-filename", "--only-matching", "--fixed-strings"]
    done = subprocess.run(
        [*command, f"--file={looked_for}", "--", *paths],
        env={**os.environ, "LC_ALL": "C"},
        capture_output=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr.decode()
    return sorted(set(done.stdout.decode().splitlines()))
