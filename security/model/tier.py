"""Texts → findings of the model: names, addresses, and secrets by their looks or by what announces them.

Patterns come first and are surer. What is found here is what they cannot say.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from security.detectors.kind import Kind, Tier
from security.detectors.scan import Finding, resolved
from security.model.announced import Announced
from security.model.kinds import (
    ANNOUNCED_PASSWORD,
    ANNOUNCED_TOKEN,
    GENERIC_SECRET,
    PERSON_NAME,
    POSTAL_ADDRESS,
)
from security.model.names import Least, Names
from security.model.secrets import Candidate, Secrets, name_before
from security.model.store import DEFAULT, load


class Mode(StrEnum):
    """How much is asked of the model."""

    OFF = "off"
    #: Every text with a cue, and every value that may be a secret.
    ON = "on"
    #: As with `ON`, but secrets that nothing announces only where a pattern found one and is not sure.
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From what probability on something is a finding. ``announced``: of a secret that something announces;
    ``alone``: of one that stands alone, and that no pattern found.

    ``sure``: a pattern's confidence from which on the model is not asked. ``doubt``: of a value that a
    pattern found, the probability below which it is harmless.
    """

    person: float = 0.6
    address: float = 0.6
    announced: float = 0.85
    alone: float = 0.9
    sure: float = 0.85
    doubt: float = 0.02


class ModelTier:
    """The models, loaded. ``secret``: the kind that a value found alone is of."""

    def __init__(
        self,
        path: Path = DEFAULT,
        *,
        mode: Mode = Mode.ON,
        thresholds: Thresholds | None = None,
        secret: Kind = GENERIC_SECRET,
    ) -> None:
        """Raises `store.ModelError` if the model is damaged; with mode `OFF` it is not read."""
        self.mode = mode
        self.thresholds = thresholds or Thresholds()
        self.kinds: tuple[Kind, ...] = ()
        self._secret = secret
        self._names: Names | None = None
        self._secrets: Secrets | None = None
        self._announced: Announced | None = None
        if mode is not Mode.OFF:
            model = load(path)
            self._names = Names(model.sequences, Least(self.thresholds.person, self.thresholds.address))
            self._secrets = Secrets(model.secrets)
            self._announced = Announced(model.announced, self.thresholds.announced)
            of_looks = (secret,) if mode is Mode.ON else ()
            self.kinds = (PERSON_NAME, POSTAL_ADDRESS, ANNOUNCED_PASSWORD, ANNOUNCED_TOKEN, *of_looks)

    @classmethod
    def load(cls, path: Path = DEFAULT, *, mode: Mode = Mode.ON) -> "ModelTier":
        """The models in ``path``. Raises `store.ModelError` if they are missing or damaged."""
        return cls(path, mode=mode)

    def find(self, texts: Sequence[str]) -> list[list[Finding]]:
        """What is in each of ``texts``, in order, without overlaps; the same for one text as for many."""
        if self._names is None or self._announced is None:
            return [[] for _ in texts]
        texts = [text if text.isascii() else _HALVES.sub("\ufffd", text) for text in texts]
        found = self._names.find(texts)
        for row, secrets in enumerate(self._announced.find(texts)):
            if secrets:
                found[row] = resolved((*found[row], *secrets))
        if self.mode is Mode.ON:
            for row, secrets in self._alone(texts).items():
                found[row] = resolved((*found[row], *secrets))
        return found

    def announced(self, text: str) -> list[Finding]:
        """The secrets in ``text`` that its words announce, in order, without overlaps."""
        if self._announced is None:
            return []
        return self._announced.find([text if text.isascii() else _HALVES.sub("\ufffd", text)])[0]

    def rows(self, data: bytes, ends: Sequence[int]) -> Iterator[int]:
        """Which of the lines that lie end to end in ``data`` may hold something, some of them more than once.

        ``ends``: of each line. A line that is not among them has nothing in any of its fields; it costs some
        microseconds.
        """
        if self._names is None or self._announced is None:
            return iter(())
        return itertools.chain(self._names.rows(data, ends), self._announced.rows(data, ends))

    def decide(self, candidates: Sequence[Candidate]) -> list[float]:
        """For each candidate, how likely it is a secret: 0 to 1. With mode `OFF` all are: 1."""
        if self._secrets is None:
            return [1.0] * len(candidates)
        return self._secrets.decide(candidates)

    def surer(self, text: str, findings: Sequence[Finding]) -> list[Finding]:
        """``findings`` of patterns in ``text`` without the secrets that are harmless by their looks.

        Asked are generic ones whose confidence is below ``sure``. One that stands has the mean
        of both confidences.
        """
        if self._secrets is None:
            return list(findings)
        asked = [place for place, one in enumerate(findings) if self._is_unsure(one)]
        kept = dict(enumerate(findings))
        candidates = [candidate_at(text, findings[place].start, findings[place].end) for place in asked]
        for place, likely in zip(asked, self.decide(candidates), strict=True):
            one = kept.pop(place)
            if likely >= self.thresholds.doubt:
                kept[place] = one._replace(
                    confidence=round((one.confidence + likely) / 2, 3), tier=Tier.MODEL
                )
        return [kept[place] for place in sorted(kept)]

    def _is_unsure(self, one: Finding) -> bool:
        return one.kind.name in _UNCLEAR and one.confidence < self.thresholds.sure

    def _alone(self, texts: Sequence[str]) -> dict[int, list[Finding]]:
        """Secrets that stand in texts without a pattern's knowing, by the place of the text."""
        if self._secrets is None:
            return {}
        places = [
            (row, start, end)
            for row, text in enumerate(texts)
            for start, end in self._secrets.alone(text)[:_MOST_ALONE]
        ]
        likely = self.decide([candidate_at(texts[row], start, end) for row, start, end in places])
        found: dict[int, list[Finding]] = {}
        for (row, start, end), sure in zip(places, likely, strict=True):
            if sure >= self.thresholds.alone:
                found.setdefault(row, []).append(Finding(start, end, self._secret, sure, Tier.MODEL))
        return found


#: Kinds of values that nothing but their looks and a vague name tells from harmless ones.
_UNCLEAR: Final = frozenset({"generic_secret", "generic_token"})
#: Halves of characters, which UTF-8 does not know: of the same length as what is put there.
_HALVES: Final = re.compile("[\ud800-\udfff]")
_MOST_ALONE: Final = 10_000  # values of a text: a dump of a table of keys is not read to its end


def candidate_at(text: str, start: int, end: int) -> Candidate:
    """The value at characters ``start`` to ``end`` of ``text``, with the name before it."""
    return Candidate(text[start:end], name_before(text, start))
