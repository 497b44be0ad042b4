"""detectors → the figures that are published with them, and whose they are.

``figures.json`` is of the held-out seed. Its digest is that of the declarations it was measured with, so that
anybody can see whether they have changed since.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from security.detectors.kind import Kind
from security.evaluation.case import Aim

FILE: Final = Path(__file__).with_name("figures.json")
#: What recall and precision must at least be.
AIMS: Final = {Aim.FIXED: 0.99, Aim.LOOSE: 0.95, Aim.PROSE: 0.85}
_DECLARED: Final = (
    "name", "category", "pattern", "hints", "not_after", "not_before", "before", "after", "never",
    "needs_context", "confidence", "rank", "fields", "family",
)  # fmt: skip


def digest(kinds: Iterable[Kind]) -> str:
    """SHA-256 of what the kinds declare, but for their code and examples; their order does not matter."""
    rows = sorted(json.dumps([getattr(kind, name) for name in _DECLARED]) for kind in kinds)
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def stored(path: Path = FILE) -> dict[str, Any]:
    """The published figures."""
    figures: dict[str, Any] = json.loads(path.read_text())
    return figures


def by_aim(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Recall and precision of all kinds of an aim together, beside what is asked."""
    rows = []
    for aim, least in AIMS.items():
        kinds = [kind for kind in figures["kinds"] if kind["aim"] == aim]
        cases, found = (sum(kind[name] for kind in kinds) for name in ("cases", "found"))
        true, false = (sum(kind[name] for kind in kinds) for name in ("true_finds", "false_finds"))
        rows.append(
            {
                "aim": aim.value,
                "least": least,
                "kinds": len(kinds),
                "below": [kind["kind"] for kind in kinds if not _reached(kind, least)],
                "cases": cases,
                "recall": found / cases if cases else None,
                "precision": true / (true + false) if true + false else None,
            }
        )
    return rows


def _reached(kind: dict[str, Any], least: float) -> bool:
    shares = kind["recall"]["share"], kind["precision"]["share"]
    return all(share is not None and share >= least for share in shares)
