"""What is planted, and where: a value of a kind, the kinds that are measured, an event with its truth."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from security.detectors.kind import Category
from security.evaluation.draw import Draw


class Aim(StrEnum):
    """How much is asked of a kind: what its recall and precision must at least be."""

    FIXED = "fixed"  # a checksum or a fixed shape: 99 %
    LOOSE = "loose"  # phones, generic passwords and secrets: 95 %
    PROSE = "prose"  # names and addresses: 85 %


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value as it is written. ``matter``: (start, end) of what must not be read, all of it if empty.

    ``keys``, ``labels``, ``sentences``: instead of those of the topic. ``fields``: the value as a record of
    several fields, (key, text, whether it must be found). ``origin``: locale, vendor, way of writing, shown
    with misses; parts of it between ``|``. ``bare``: that it is one can be seen without a word near it.
    """

    text: str
    matter: tuple[tuple[int, int], ...] = ()
    origin: str = ""
    keys: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    fields: tuple[tuple[str, str, bool], ...] = ()
    bare: bool = True

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """What must not be read."""
        return self.matter or ((0, len(self.text)),)


Make = Callable[[Draw], Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A kind that is measured: how its values are made, and how logs name them.

    ``family``: the basic kind that it is one of; a finding of that family is of the right kind.
    ``keys``: names of fields, in snake case. ``labels``: words before it in prose. ``sentences``: messages
    with ``«v»`` in place of the value, for values that can be known without a label. ``also``: other names of
    its kind. ``lookalike``: what looks like one and is none. ``separated``: in
    prose, a label and such a value have a mark between them: else it would be but the next word.
    """

    name: str
    category: Category
    aim: Aim
    make: Make
    keys: tuple[str, ...]
    labels: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    family: str = ""
    also: tuple[str, ...] = ()
    lookalike: Make | None = None
    separated: bool = False


class Planted(NamedTuple):
    """A value in an event: ``pieces`` are (start, end) in characters, ``whole`` all around them.

    Without pieces it may be found, and need not.
    """

    kind: str
    pieces: tuple[tuple[int, int], ...]
    whole: tuple[int, int]
    origin: str


@dataclass(frozen=True, slots=True)
class Event:
    """A log event, of one line or several, and all that is sensitive in it. ``lookalike``: of that kind."""

    text: str
    shape: str
    truth: tuple[Planted, ...] = field(default=())
    lookalike: str = ""
