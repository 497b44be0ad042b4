"""Log lines whose statement is known: many services, each in a style of its own, with values of many kinds.

Statements are written as programmers write them: fixed words with values in between. What they are is drawn
from a seed, so that the same lines come out always, and another seed gives another mix.
"""

import json
import random
from collections.abc import Callable
from typing import Final, NamedTuple

Dice = random.Random
Value = Callable[[Dice], str]

_NAMES: Final = (
    "alice bob carol dmitri elena farid grace hiro ines jonas katya liam maria nadia oscar petra quentin "
    "rosa sven tara umar vera wang ximena yusuf zoe anders bettina claire dario emil fatima gustav helga ivan"
).split()
_CITIES: Final = "Oslo Lima Cairo Seoul Quito Turin Delhi Perth Tokyo Hanoi Accra Porto".split()
_HOSTS: Final = ("db", "cache", "queue", "search", "edge", "worker")
_WORDS: Final = (
    "red green fast slow heavy light north south early late main spare local remote hot cold first last open "
    "quiet rough plain sharp round"
).split()


def _number(dice: Dice) -> str:
    return str(dice.choice((dice.randrange(10), dice.randrange(1000), dice.randrange(10**7))))


def _hex(length: int) -> Value:
    return lambda dice: f"{dice.getrandbits(4 * length):0{length}x}"


def _uuid(dice: Dice) -> str:
    text = _hex(32)(dice)
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _duration(dice: Dice) -> str:
    return dice.choice(("{}ms", "{} ms", "{}s", "{}µs")).format(round(dice.expovariate(0.01), 2))


def _path(dice: Dice) -> str:
    return "/" + "/".join(dice.choice(_WORDS) for _ in range(dice.randint(2, 5))) + dice.choice(("", ".log"))


def _list(dice: Dice) -> str:
    return "[" + ", ".join(dice.choice(_NAMES) for _ in range(dice.randrange(6))) + "]"


def _numbers(dice: Dice) -> str:
    return "[" + ",".join(_number(dice) for _ in range(dice.randint(1, 8))) + "]"


def _json(dice: Dice) -> str:
    names = dice.sample(_WORDS, dice.randint(1, 4))
    return json.dumps({name: dice.choice((1, "x y", None, True, [1, 2])) for name in names})


def _quoted(dice: Dice) -> str:
    return '"' + " ".join(dice.choice(_WORDS) for _ in range(dice.randint(1, 6))) + '"'


VALUES: Final[dict[str, Value]] = {
    "name": lambda dice: dice.choice(_NAMES),
    "city": lambda dice: dice.choice(_CITIES),
    "word": lambda dice: dice.choice(_WORDS),
    "n": _number,
    "hex": _hex(16),
    "sha": _hex(40),
    "uuid": _uuid,
    "took": _duration,
    "path": _path,
    "list": _list,
    "nums": _numbers,
    "json": _json,
    "quoted": _quoted,
    "ip": lambda dice: ".".join(str(dice.randrange(1, 255)) for _ in range(4)),
    "host": lambda dice: f"{dice.choice(_HOSTS)}-{dice.randrange(40)}.internal",
    "bool": lambda dice: dice.choice(("true", "false")),
    "pct": lambda dice: f"{dice.randrange(100)}%",
    "mail": lambda dice: f"{dice.choice(_NAMES)}@{dice.choice(_CITIES).lower()}.example",
    "date": lambda dice: f"2024-{dice.randint(1, 12):02d}-{dice.randint(1, 28):02d}",
}

#: ``%``: a thing of the service; ``{kind}``: a value.
PHRASES: Final = (
    "% {uuid} created by {name}",
    "% {uuid} deleted by {name}",
    "% {n} updated in {took}",
    "Failed to load % {n}: connection refused",
    "Failed to load % {n}: timeout after {took}",
    "loading % from {path}",
    "saved % to {path} ({n} bytes)",
    "user {name} logged in from {ip}",
    "user {name} logged out",
    "no % found for {name}",
    "% cache hit ratio {pct}, evicted {n} entries",
    "retrying % {hex} attempt {n} of {n}",
    "starting % worker pool with {n} threads",
    "stopping % worker pool",
    "received {n} %s for {list}",
    "processing %s {nums}",
    "request {uuid} for % completed in {took} status={n}",
    "cannot parse % payload {json}",
    "unexpected % value {quoted} in field {word}",
    "connected to {host}:{n}",
    "lost connection to {host}:{n}, reconnecting in {took}",
    "% queue depth is {n}, threshold {n}",
    "schedule % for {date}",
    "% {hex} expired at {date}",
    "mail about % sent to {mail}",
    "checksum of % {sha} does not match {sha}",
    "feature % enabled={bool} for {name}",
    "shipping % from {city} to {city}",
    "rebuilt % index: {n} documents, {n} segments, {took}",
    "config key % changed from {quoted} to {quoted}",
    "slow query on %: {took}",
    "permission denied for {name} on % {path}",
    "health check of {host} passed",
    "health check of {host} failed: {n}",
    "% is not available",
    "initialised % module",
    "flushing {n} %s, {n} remaining",
    "batch of %s {nums} rejected by {name}",
    "migrating % table to version {n}",
    "leader election for %: {host} won with {n} votes",
)
_THINGS: Final = (
    "order invoice cart session token shipment payment refund ticket route station coupon product review "
    "message topic partition segment snapshot volume container deployment replica certificate account "
    "profile contact address price stock"
).split()


class Style(NamedTuple):
    """How a service writes: what it is called, and its form of a line."""

    name: str
    line: Callable[[str, str, Dice], str]


def _clock(dice: Dice) -> str:
    return f"{dice.randrange(24):02d}:{dice.randrange(60):02d}:{dice.randrange(60):02d}"


def _day(dice: Dice) -> str:
    return f"{dice.choice(('Mon', 'Tue', 'Fri'))} {dice.choice(('Jan', 'May', 'Dec'))} {dice.randint(1, 28)}"


STYLES: Final = (
    Style("bare", lambda text, where, dice: text),
    Style("log4j", lambda text, where, dice: f"{_clock(dice)}.{dice.randrange(999)} INFO  {where} - {text}"),
    Style(
        "logback",
        lambda text, where, dice: (
            f"[http-nio-{dice.randrange(9)}] {where}.java#{sum(map(ord, where))} : {text}"
        ),
    ),
    Style(
        "python", lambda text, where, dice: f"2024-03-0{dice.randint(1, 9)} {_clock(dice)},123 {where} {text}"
    ),
    Style(
        "klog",
        lambda text, where, dice: (
            f"I0{dice.randrange(999)} {_clock(dice)} {dice.randrange(99)} {where}.go] {text}"
        ),
    ),
    Style(
        "logfmt",
        lambda text, where, dice: f"level=info ts={_clock(dice)} caller={where} msg={json.dumps(text)}",
    ),
    Style(
        "pino", lambda text, where, dice: json.dumps({"level": 30, "pid": dice.randrange(999), "msg": text})
    ),
    Style(
        "json",
        lambda text, where, dice: json.dumps({"message": text, "logger": where, "took": dice.random()}),
    ),
    Style(
        "syslog",
        lambda text, where, dice: f"{_day(dice)} {_clock(dice)} {where}[{dice.randrange(9999)}]: {text}",
    ),
    Style("rust", lambda text, where, dice: f"2024-01-01T{_clock(dice)}Z  INFO {where}::api: {text}"),
    Style("dotnet", lambda text, where, dice: f"info: {where}[{dice.randrange(99)}] {text}"),
    Style("spring", lambda text, where, dice: f"[{where}][{text}]"),
    Style("traced", lambda text, where, dice: f"TraceID: {_hex(32)(dice)} SpanID: {_hex(16)(dice)} {text}"),
    Style("celery", lambda text, where, dice: f"Task {where}[{_uuid(dice)}] {text}"),
    Style(
        "redis", lambda text, where, dice: f"{dice.randrange(9999)}:M {_day(dice)} {_clock(dice)} * {text}"
    ),
    Style("rails", lambda text, where, dice: f"[{_uuid(dice)}] [{where}] {text}"),
    Style(
        "context", lambda text, where, dice: f"{text} user={dice.choice(_NAMES)} request_id={_hex(8)(dice)}"
    ),
    Style(
        "nested", lambda text, where, dice: f"({dice.choice(_HOSTS)}-{dice.randrange(50)}) {where} | {text}"
    ),
)


class Line(NamedTuple):
    """A line, the service that writes it, and its statement."""

    text: str
    service: str
    statement: str


def lines(count: int, *, statements: int = 17, seed: int = 1) -> list[Line]:
    """``count`` lines of all styles' services, with so many statements each; some are rare, some frequent."""
    dice = Dice(seed)  # noqa: S311  nothing secret is made of it
    every: list[tuple[Style, str, str]] = []
    for style in STYLES:
        things = dice.sample(_THINGS, 4)
        phrases = dice.sample(PHRASES, statements)
        every += [(style, phrase, phrase.replace("%", dice.choice(things))) for phrase in phrases]
    weights = [1 / (place + 3) for place in range(len(every))]
    dice.shuffle(every)
    made = []
    for style, _, statement in dice.choices(every, weights, k=count):
        text = "".join(VALUES[part](dice) if odd else part for part, odd in _parts(statement))
        where = f"{style.name}.{statement.split()[0].title()}"
        made.append(Line(style.line(text, where, dice), style.name, f"{style.name}|{statement}"))
    return made


def _parts(statement: str) -> list[tuple[str, bool]]:
    pieces = statement.replace("}", "{").split("{")
    return [(piece, bool(place % 2)) for place, piece in enumerate(pieces)]
