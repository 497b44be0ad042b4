"""Pieces of HTML. Whatever comes from data is escaped here, and nowhere put together by hand."""

import html
from collections.abc import Sequence

Row = Sequence[object]


class Safe(str):
    """Markup of ours; every other text is escaped."""

    __slots__ = ()


def text(value: object) -> str:
    """``value`` as text within an element or an attribute."""
    return value if isinstance(value, Safe) else html.escape(str(value))


def section(name: str, title: str, body: str, lead: str = "") -> str:
    """A part of the page; ``name`` is what the navigation leads to. ``lead`` is markup."""
    head = f'<h2 id="{name}-title">{title}</h2>' + (f'<p class="lead">{lead}</p>' if lead else "")
    return f'<section id="{name}" aria-labelledby="{name}-title">{head}{body}</section>'


def table(head: Sequence[str], rows: Sequence[Row], caption: str = "") -> str:
    """Numbers are set right and grouped, everything else is escaped text."""
    numeric = [_is_number(value) for value in rows[0]] if rows else [False] * len(head)
    titles = "".join(
        f'<th scope="col"{" class=number" if right else ""}>{title}</th>'
        for title, right in zip(head, numeric, strict=True)
    )
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    named = f"<caption>{text(caption)}</caption>" if caption else ""
    return (
        f'<div class="scroll" tabindex="0"><table>{named}<thead><tr>{titles}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _cell(value: object) -> str:
    if _is_number(value):
        return f'<td class="number">{value:,}</td>'
    return f"<td>{text(value)}</td>"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def folded(summary: str, body: str, kind: str = "") -> str:
    """Something that is opened only if it is asked for; ``summary`` is markup."""
    return f'<details class="{kind or "more"}"><summary>{summary}</summary>{body}</details>'


def bar(share: float, kind: str = "") -> str:
    """A bar as long as ``share``, of one; without style attributes, which the page's policy forbids."""
    width = max(0.5, min(100.0, 100 * share))
    return (
        f'<svg class="bar {kind}" aria-hidden="true" preserveAspectRatio="none">'
        f'<rect class="rail" width="100%" height="100%"/>'
        f'<rect class="fill" width="{width:.1f}%" height="100%"/></svg>'
    )


def notes(lines: Sequence[str]) -> str:
    """What was left out or not found, said where it is missing."""
    return "".join(f'<p class="note">{text(line)}</p>' for line in lines)


def plural(count: int, one: str, many: str = "") -> str:
    """``count`` of a thing, in words."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
