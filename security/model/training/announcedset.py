"""Carriers and chance → lines with the places of the secrets in them, and a network that finds those.

The carriers are in secrets/: ``‹password›``, ``‹pin›``, ``‹passphrase›`` are passwords; ``‹token›``,
``‹hexkey›`` and the like, named in `_TOKENS`, are tokens; every other slot, named in `chosen`, is harmless.
"""

import itertools
import random
import re
import tomllib
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from security.model.announced import CLASSES, AnnouncedWeights, cues, described
from security.model.looks import SLOTS
from security.model.training.chosen import Chosen
from security.model.training.corpus import TRAINED, Corpus, Marked, share
from security.model.training.sparse import fitted_network
from security.model.training.templates import FRAMES

_CARRIERS: Final[dict[str, Any]] = {
    file.stem: tomllib.loads(file.read_text("utf-8"))
    for file in sorted((Path(__file__).parent / "secrets").glob("*.toml"))
}
#: Lines in which a secret stands, and lines that only look like them.
SECRET: Final = tuple(text for one in _CARRIERS.values() for text in one["secret"])
HARMLESS: Final = tuple(text for one in _CARRIERS.values() for text in one["harmless"])
_SLOT: Final = re.compile(r"‹(\w+)›")
_FRAME_SLOT: Final = re.compile(r"\{(\w+)\}")
_PASSWORDS: Final = frozenset(("password", "pin", "passphrase"))
_TOKENS: Final = frozenset(
    ("token", "longtoken", "hexkey", "b64key", "uuidsecret", "code", "grouped", "hexbytes")
)
_FRAMED: Final = 0.35  # of lines, which stand in a frame of a logging framework
_JOINED: Final = 0.2  # of lines, which have a harmless one beside them, as long events do
_JOINTS: Final = (" ", " ", ", ", " | ", "; ", "\\n")
_HELD_OUT: Final = 8  # one carrier in so many is never trained on
_HIDDEN: Final = 64
_CARRIERS_OF_A_FEATURE: Final = 3  # what fewer have tells nothing of other lines, and is not learnt
_KEPT: Final = 96 * 1024  # rows of the table that are stored: those that matter most
_TINY: Final = 1e-6
_INT8: Final = 127
_BY_FREQUENCY: Final = 0.25  # the power of how often a row is used, by which it matters


def is_held_out(carrier: str) -> bool:
    """Whether a carrier is one that is only measured with."""
    return share(carrier, _HELD_OUT) == 0


#: What others are joined with, and those that are objects of JSON.
_BESIDE: Final = tuple(carrier for carrier in HARMLESS if not is_held_out(carrier))
_OBJECTS: Final = tuple(carrier for carrier in _BESIDE if carrier.startswith('{"') and carrier.endswith("}"))


def announced_lines(corpus: Corpus, fills: int, seed: int, *, held_out: bool) -> Iterator[tuple[Marked, str]]:
    """Each carrier that is, or is not, held out, filled ``fills`` times, and the carrier itself.

    Spans are of secrets.
    """
    rng = random.Random(seed)  # noqa: S311  nothing secret is drawn
    chosen = Chosen(corpus, rng)
    for carrier in (*SECRET, *HARMLESS):
        if is_held_out(carrier) is held_out:
            for _ in range(fills):
                yield _filled(carrier, chosen, rng), carrier


def harmless_lines(corpus: Corpus, count: int, seed: int) -> Iterator[Marked]:
    """Lines without a secret; before half of them the name of a service that deals with them."""
    rng = random.Random(seed)  # noqa: S311  nothing secret is drawn
    chosen = Chosen(corpus, rng)
    for line in corpus.lines(count, TRAINED, seed=seed):
        named = rng.random() < _NAMED
        around = rng.choice(_AROUND_NAMES) if named else "{m}"
        text = (
            around.replace("{s}", chosen.service())
            .replace("{id}", chosen.fill("id"))
            .replace("{m}", line.text)
        )
        yield Marked(text, (), "")


_NAMED: Final = 0.6
_AROUND_NAMES: Final = (
    "{s}: {m}", "[{s}] {m}", "{m} ({s})", "INFO {s} - {m}", "{s} | {id} | {m}",
    "{m} service={s} ref={id}", "{m} {s}", "{s} arg: {id} {m}", "{s} input {id}",
    "{s} unexpected token {id} at 7: {m}", "> X-Arg: {id} {s} {m}", "{s} data={id}&page=2 {m}",
    "{s} changed data -> {id}", "{s}: item '{id}' {m}", "{s}.object={id} {m}",
)  # fmt: skip


def _filled(carrier: str, chosen: Chosen, rng: random.Random) -> Marked:
    text, tail, spans, done = "", "", [], 0
    if rng.random() < _JOINED:
        carrier = _joined(carrier, rng)
    frame = rng.choice(FRAMES)
    if rng.random() < _FRAMED and not ('"' in frame and '"' in carrier):
        text, tail = (_framed(part, chosen) for part in re.split(r"\{[jm]\}", frame, maxsplit=1))
    for slot in _SLOT.finditer(carrier):
        text += carrier[done : slot.start()]
        value = chosen.fill(slot[1])
        if label := 1 if slot[1] in _PASSWORDS else 2 if slot[1] in _TOKENS else 0:
            spans.append((len(text), len(text) + len(value), label))
        text += value
        done = slot.end()
    return Marked(text + carrier[done:] + tail, tuple(spans), "")


def _joined(carrier: str, rng: random.Random) -> str:
    """``carrier`` and a harmless one, in either order; two objects of JSON as one."""
    of_json = carrier.startswith('{"') and carrier.endswith("}")
    both = [carrier, rng.choice(_OBJECTS if of_json else _BESIDE)]
    rng.shuffle(both)
    return f"{both[0][:-1]}, {both[1][1:]}" if of_json else rng.choice(_JOINTS).join(both)


def _framed(part: str, chosen: Chosen) -> str:
    return _FRAME_SLOT.sub(lambda slot: chosen.of_frame(slot[1]) or slot.group(), part)


class AnnouncedExamples:
    """Lines as rows of slots and the class of each."""

    def __init__(self) -> None:
        self._cues = cues()
        self._slots = array("i")
        self._starts = [0]
        self._labels: list[int] = []
        self._carrier = ""
        self._begins: list[int] = []  # of each carrier its first value

    def add(self, line: Marked, carrier: str) -> None:
        """Take one line in: its values near a word that speaks of secrets.

        ``carrier``: what it was made of; lines of one come one after another.
        """
        if carrier != self._carrier:
            self._carrier = carrier
            self._begins.append(len(self._labels))
        for start, end, slots in described(line.text, self._cues):
            label = _label(line.text, start, end, line.spans)
            if label is not None:
                self._slots.extend(slots)
                self._starts.append(len(self._slots))
                self._labels.append(label)

    def arrays(self) -> tuple[csr_matrix, npt.NDArray[np.int64]]:
        """A matrix (values × SLOTS) of ones, and of zeros for features of few carriers; the classes."""
        slots = np.frombuffer(self._slots, np.int32)
        carriers = np.zeros(SLOTS, np.int64)
        for begin, end in itertools.pairwise((*self._begins, len(self._labels))):
            carriers[np.unique(slots[self._starts[begin] : self._starts[end]])] += 1
        ones = (carriers[slots] >= _CARRIERS_OF_A_FEATURE).astype(np.float32)
        matrix = csr_matrix((ones, slots, np.array(self._starts)), shape=(len(self._labels), SLOTS))
        return matrix, np.array(self._labels)


def _label(text: str, start: int, end: int, spans: Sequence[tuple[int, int, int]]) -> int | None:
    """The class of what stands there; ``None``: nearly all of a secret, which teaches nothing."""
    for a, b, label in spans:
        if (start, end) == (a, b):
            return label
        around = text[start:a] + text[b:end]
        if start <= a and b <= end and 2 * (b - a) >= end - start and _GLUED.fullmatch(around):
            return label  # a token with its prefix
        if a <= start and end <= b and 4 * (end - start) >= 3 * (b - a):
            return None
    return 0


_GLUED: Final = re.compile(r"[\w.-]*")


def fitted_announced(examples: AnnouncedExamples, seed: int, epochs: int) -> AnnouncedWeights:
    """The weights, those of the table in eight bits."""
    matrix, labels = examples.arrays()
    network = fitted_network(matrix, labels, shape=(_HIDDEN, CLASSES), epochs=epochs, seed=seed)
    rows = _most_telling(network.table, matrix)
    used = network.table[rows]
    scale = np.maximum(np.percentile(np.abs(used), 99.99, axis=0), _TINY) / _INT8
    table = np.clip(np.rint(used / scale), -_INT8, _INT8).astype(np.int8)
    scales = scale.astype(np.float32)
    return AnnouncedWeights(table, rows, scales, network.bias, network.out, network.out_bias)


def _most_telling(table: npt.NDArray[np.float32], matrix: csr_matrix) -> npt.NDArray[np.int32]:
    """Rows of ``table``, in order: those of large weights, and more so if ``matrix`` often has them."""
    often = np.bincount(matrix.indices[matrix.data > 0], minlength=SLOTS)
    matters = np.linalg.norm(table, axis=1) * often**_BY_FREQUENCY
    first = np.argsort(-matters, kind="stable")[:_KEPT]
    return np.sort(first[matters[first] > 0]).astype(np.int32)
