"""Declared kinds → docs/kinds.md: ``python -m security.detectors.reference > docs/kinds.md``."""

import sys
from collections.abc import Iterable

from security.detectors import ALL, Category, Kind
from security.model.kinds import MODEL_KINDS

_HEADINGS = {
    Category.PII: "Personal data",
    Category.PCI: "Payment cards",
    Category.PHI: "Health",
    Category.SECRET: "Secrets",
}
_INTRODUCTION = """\
# Kinds of sensitive values

Made from the declarations in [security/detectors](../security/detectors) by
`python -m security.detectors.reference > docs/kinds.md`; a test holds the two together. `surer by`: words
near a value that make it surer; in brackets: without one of them it is none. `‹ ›` stand around the value;
what is between them is replaced by the mask. Kinds without an example are found by the
[model](model-card.md). [How good they are](evaluation.md), [how to add one](add-a-kind.md).
"""
_MOST_WORDS = 6


def reference(kinds: Iterable[Kind] = (*ALL, *MODEL_KINDS)) -> str:
    """The document."""
    by_category: dict[Category, dict[str, list[Kind]]] = {category: {} for category in _HEADINGS}
    for kind in kinds:
        by_category[kind.category].setdefault(kind.name, []).append(kind)
    parts = [_INTRODUCTION]
    for category, names in by_category.items():
        parts.append(f"\n## {_HEADINGS[category]} (`{category}`): {len(names)} kinds\n")
        parts.append(
            "| kind | what it is | confidence | surer by | example | mask |\n|---|---|---|---|---|---|"
        )
        parts += (_row(entry) for name in sorted(names) for entry in names[name])
    return "\n".join(parts) + "\n"


def _row(kind: Kind) -> str:
    words = [*kind.before, *kind.after]
    shown = ", ".join(words[:_MOST_WORDS]) + (" …" if len(words) > _MOST_WORDS else "")
    if kind.needs_context and shown:
        shown = f"[{shown}]"
    example = min(kind.matches, key=len, default="")
    value = example.partition("‹")[2].partition("›")[0]
    cells = (
        f"`{kind.name}`",
        kind.title,
        f"{kind.confidence:.2f}",
        shown,
        _code(example),
        _code(kind.mask(value)) if value else "",
    )
    return "| " + " | ".join(cells) + " |"


def _code(text: str) -> str:
    """As code in a cell of a table: on one line, and without what would end either."""
    text = text.replace("\r", "").replace("\n", "⏎").replace("|", "\\|")
    if not text:
        return ""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


if __name__ == "__main__":
    sys.stdout.write(reference())
