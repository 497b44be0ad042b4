"""Packages → lists of words: what names, places, and everything else are made of.

Names and places are faker's, by locale. All other words are those of texts that packages ship: documentation
strings and messages of the standard library and of what is installed here, and faker's texts in other
languages. Nothing is downloaded, and the order is always the same.
"""

import importlib
import itertools
import pkgutil
import re
import sysconfig
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import faker.providers.address
import faker.providers.company
import faker.providers.job
import faker.providers.lorem
import faker.providers.person

from security.model.tokens import tokens_of

#: Packages whose sources are read for their words and messages, besides the standard library.
PACKAGES: Final = (
    "apache_beam",
    "sklearn",
    "opentelemetry",
    "cryptography",
    "redis",
    "google/cloud/kms",
    "jsonschema",
    "fastavro",
    "psycopg",
    "hypothesis",
    "rich",
    "pip",
    "setuptools",
    "yaml",
    "grpc",
    "google/auth",
    "stdnum",
    "mypy",
    "pytest",
    "_pytest",
    "coverage",
)
_SKIPPED: Final = re.compile(r"/(?:tests?|idlelib|_vendor|site-packages|lib2to3|locale|typeshed)/")
_MOST_BYTES: Final = 200_000  # of a file; longer ones are tables
_EVERY: Final = 2  # file is read: half of them say all that the others do


@dataclass
class Vocabulary:
    """Lists of words, each once and in order. ``places``: of cities and streets."""

    first: list[str] = field(default_factory=list)
    last: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    common: list[str] = field(default_factory=list)
    technical: list[str] = field(default_factory=list)
    #: Lines of text and of messages that name nobody.
    lines: list[str] = field(default_factory=list)
    #: Runs of two and three capitalised words that packages speak of: ``Spring Boot``, ``Bad Gateway``.
    titles: list[str] = field(default_factory=list)
    #: Names of classes and modules.
    identifiers: list[str] = field(default_factory=list)


def vocabulary(most_files: int | None = None) -> Vocabulary:
    """Everything; ``most_files``: of sources, for a quick trial."""
    words = Vocabulary()
    words.first = _words(_of_provider(faker.providers.person, _is_first))
    words.last = _words(_of_provider(faker.providers.person, _is_last))
    words.places = _words(_of_provider(faker.providers.address, _is_place))
    others = [
        *_of_provider(faker.providers.lorem, lambda name: name == "word_list"),
        *_of_provider(faker.providers.job, lambda name: name == "jobs"),
        *_of_provider(
            faker.providers.company, lambda name: "catch" in name or "bs" in name or "noun" in name
        ),
    ]
    _read_sources(words, _words(others), most_files)
    return words


def _is_first(name: str) -> bool:
    return "first" in name and "kana" not in name and "formats" not in name


def _is_last(name: str) -> bool:
    return ("last" in name or name == "middle_names") and "kana" not in name and "formats" not in name


_PLACE: Final = re.compile(
    r"cit(?:y|ies)(?!_format)|street(?!_(?:format|suffix|prefix|address))|town|village|municipal|district|settlement"
    r"|commune|road_names|area_names|places|localit|provinces$|states$|counties|freguesias|concelhos|estados|tambons"
    r"|amphoes|prefectures|regions?$|building_names"
)


def _is_place(name: str) -> bool:
    return bool(_PLACE.search(name)) and not re.search("format|suffix|prefix|abbr|postcode", name)


def providers(package: ModuleType) -> Iterator[tuple[str, Any]]:
    """Locale and provider of a package of faker, in order."""
    for module in sorted(found.name for found in pkgutil.iter_modules(package.__path__)):
        yield module, importlib.import_module(f"{package.__name__}.{module}").Provider


def _of_provider(package: ModuleType, wanted: Any) -> Iterator[str]:
    for _locale, provider in providers(package):
        for name in sorted(vars(provider)):
            if wanted(name):
                yield from strings(getattr(provider, name))


def strings(value: Any) -> Iterator[str]:
    """The strings in lists, keys of weighted lists, and tuples, however nested."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from strings(key)
            if not isinstance(inner, (int, float)):
                yield from strings(inner)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for inner in sorted(value) if isinstance(value, (set, frozenset)) else value:
            yield from strings(inner)


def _words(texts: Iterable[str]) -> list[str]:
    """Their words, each once, in order; templates of faker (``{{…}}``) have none."""
    found: dict[str, None] = {}
    for text in texts:
        if "{" not in text:
            found.update((token.word, None) for token in tokens_of(text) if not token.word.isdigit())
    return sorted(found)


_STRING: Final = re.compile(r'"((?:[^"\\\n]|\\.){20,240})"|\'((?:[^\'\\\n]|\\.){20,240})\'')
_CLASS: Final = re.compile(r"^\s*class (\w{4,60})", re.M)
_TITLE: Final = re.compile(r"\b[A-Z][a-z]+(?: [A-Z][a-z]+){1,2}\b")
#: Lines with these may speak of people.
_OF_PEOPLE: Final = re.compile(
    r"(?i)author|copyright|licen[cs]e|thank|contribut|credit|written by|maintain|©|@|et al|paper|proceedings"
    r"|journal|university|press\b|\b(?:19|20)\d\d\)|wiki"
)
_LEAST_COUNT: Final = 3  # times a word is seen before it counts as one


def _read_sources(words: Vocabulary, others: list[str], most_files: int | None) -> None:
    """Fill in what comes from sources: words, lines, titles, identifiers."""
    counts: Counter[str] = Counter()
    capitalised: Counter[str] = Counter()
    lines: dict[str, None] = {}
    titles: dict[str, None] = {}
    identifiers: dict[str, None] = {}
    first, last = ({word.lower() for word in names} for names in (words.first, words.last))
    for source in itertools.islice(_sources(), 0, most_files, _EVERY):
        text = source.read_text("utf-8", "replace")[:_MOST_BYTES]
        identifiers.update(dict.fromkeys(_CLASS.findall(text)))
        for line in _texts(text):
            for token in tokens_of(line):
                (counts if token.word.islower() else capitalised)[token.word.lower()] += 1
            if not _OF_PEOPLE.search(line):
                titles.update(dict.fromkeys(t for t in _TITLE.findall(line) if not _is_named(t, first, last)))
                if not any(_is_named(title, first, last) for title in _TITLE.findall(line)):
                    lines[line] = None
    common = {word for word, n in counts.items() if n >= _LEAST_COUNT and n >= capitalised[word]}
    parts = (part for name in identifiers for part in re.findall(r"[A-Z][a-z]{2,}", name))
    technical = {part.lower() for part, n in Counter(parts).items() if n > 1} | {
        word for word, n in capitalised.items() if n >= _LEAST_COUNT and word not in first | last
    }
    words.common = sorted(common | {word.lower() for word in others})
    words.technical = sorted(technical)
    words.lines, words.titles, words.identifiers = list(lines), list(titles), list(identifiers)


def _is_named(title: str, first: set[str], last: set[str]) -> bool:
    """Whether it can be a person: a first name, and a last name behind it."""
    parts = title.lower().split()
    return parts[0] in first and parts[-1] in last


def _texts(source: str) -> Iterator[str]:
    """Messages, and lines of documentation and comments, of a source."""
    for match in _STRING.finditer(source):
        text = match.group(1) or match.group(2)
        if " " in text:
            yield text
    for line in source.splitlines():
        stripped = line.strip().lstrip("#* ").strip()
        if _SHORTEST <= len(stripped) <= _LONGEST and stripped.count(" ") > stripped.count("=") + 2:
            yield stripped


_SHORTEST: Final = 20
_LONGEST: Final = 240


def _sources() -> Iterator[Path]:
    standard = Path(sysconfig.get_path("stdlib"))
    yield from (
        path
        for path in sorted(standard.rglob("*.py"))
        if not _SKIPPED.search(path.relative_to(standard.parent).as_posix())
    )
    site = Path(sysconfig.get_path("purelib"))
    for package in PACKAGES:
        yield from (
            path for path in sorted((site / package).rglob("*.py")) if "/tests/" not in path.as_posix()
        )
