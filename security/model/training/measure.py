"""Lines with marks, and a model → how much it finds, and how much of what it finds is there."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from security.model.announced import KINDS as ANNOUNCED_KINDS
from security.model.announced import Announced
from security.model.kinds import PERSON_NAME, POSTAL_ADDRESS
from security.model.names import Names
from security.model.secrets import Candidate, Secrets
from security.model.training.corpus import ADDRESS, PERSON, Marked

_KINDS: Final = {PERSON: PERSON_NAME, ADDRESS: POSTAL_ADDRESS}
_Z: Final = 1.959964  # of 95 %
_ENOUGH: Final = 0.5  # of a value's characters: found, and of a find's: right
_SCRIPTS: Final = {
    "ru": "Cyrillic", "uk": "Cyrillic", "bg": "Cyrillic", "mk": "Cyrillic", "el": "Greek", "zh": "Han",
    "ja": "Han and kana", "ko": "Hangul", "ar": "Arabic", "fa": "Arabic", "he": "Hebrew", "hi": "Devanagari",
    "ne": "Devanagari", "mr": "Devanagari", "bn": "Bengali", "th": "Thai", "ka": "Georgian", "hy": "Armenian",
    "ta": "Tamil", "gu": "Gujarati", "or": "Odia", "si": "Sinhala",
}  # fmt: skip


def wilson(hits: int, of: int) -> list[float]:
    """Share, and its 95 % interval by Wilson's score method (1927)."""
    if not of:
        return [0.0, 0.0, 1.0]
    share = hits / of
    middle = share + _Z**2 / (2 * of)
    half = _Z * math.sqrt(share * (1 - share) / of + _Z**2 / (4 * of**2))
    whole = 1 + _Z**2 / of
    return [round(one, 4) for one in (share, (middle - half) / whole, (middle + half) / whole)]


def script_of(locale: str) -> str:
    """The script that a locale's names are written in."""
    return _SCRIPTS.get(locale[:2], "Latin")


def measured(names: Names, lines: Sequence[Marked]) -> dict[str, Any]:
    """Recall and precision by kind, and recall by locale and by script; each with its interval."""
    total: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    locales: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    scripts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for line, found in zip(lines, names.find([line.text for line in lines]), strict=True):
        for label, kind in _KINDS.items():
            true = [(start, end) for start, end, is_of in line.spans if is_of == label]
            ours = [(one.start, one.end) for one in found if one.kind is kind]
            hits = [_covered(span, ours) for span in true]
            right = [_covered(span, true) for span in ours]
            for place, number in enumerate((len(true), sum(hits), len(ours), sum(right))):
                total[kind.name][place] += number
            for counts in (
                locales[f"{line.locale} {kind.name}"],
                scripts[f"{script_of(line.locale)} {kind.name}"],
            ):
                counts[0] += len(true)
                counts[1] += sum(hits)
    return {
        "kinds": {
            name: {"values": true, "recall": wilson(hits, true), "precision": wilson(right, ours)}
            for name, (true, hits, ours, right) in sorted(total.items())
        },
        "scripts": _recalls(scripts),
        "locales": _recalls(locales),
    }


def _recalls(counts: dict[str, list[int]]) -> dict[str, Any]:
    return {
        name: {"values": of, "recall": wilson(hits, of)} for name, (of, hits) in sorted(counts.items()) if of
    }


def _covered(span: tuple[int, int], by: Iterable[tuple[int, int]]) -> bool:
    start, end = span
    return sum(max(0, min(end, b) - max(start, a)) for a, b in by) >= _ENOUGH * (end - start)


def measured_announced(announced: Announced, lines: Sequence[Marked]) -> dict[str, Any]:
    """Recall and precision by what is announced."""
    total: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for line, found in zip(lines, announced.find([line.text for line in lines]), strict=True):
        every = [(start, end) for start, end, _ in line.spans]
        for label, kind in ANNOUNCED_KINDS:
            true = [(start, end) for start, end, is_of in line.spans if is_of == label]
            hits = [_covered(span, [(one.start, one.end) for one in found]) for span in true]
            right = [_covered((one.start, one.end), every) for one in found if one.kind is kind]
            for place, number in enumerate((len(true), sum(hits), len(right), sum(right))):
                total[kind.name][place] += number
    return {
        name: {"values": true, "recall": wilson(hits, true), "precision": wilson(right, ours)}
        for name, (true, hits, ours, right) in sorted(total.items())
    }


def measured_secrets(
    secrets: Secrets, drawn: Sequence[tuple[Candidate, int]], least: float
) -> dict[str, Any]:
    """Recall and precision of "secret" at the probability ``least``."""
    found = [one >= least for one in secrets.decide([candidate for candidate, _ in drawn])]
    labels = [bool(label) for _, label in drawn]
    both = sum(a and b for a, b in zip(found, labels, strict=True))
    return {"values": sum(labels), "recall": wilson(both, sum(labels)), "precision": wilson(both, sum(found))}
