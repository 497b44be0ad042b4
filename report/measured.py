"""How well kinds are found, as it was measured → tables by aim, the weakest first, with intervals drawn."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from report.compliance import Compliance, Measure
from report.drawings import floor_of, interval
from report.markup import Row, Safe, folded, notes, section, table, text
from security.evaluation.case import Aim

_ROWS: Final = 8  # of an aim that are not folded
_AIMS: Final = {
    Aim.FIXED: "Kinds with a checksum or a fixed form",
    Aim.LOOSE: "Phones, generic passwords and secrets",
    Aim.PROSE: "Names, addresses",
}
_TITLE: Final = "What would have been found, and what missed"
_LEAD: Final = (
    "Of cases made to get past the detectors, in many locales and shapes of log: how many were hidden whole"
    " (recall), and how many finds were true (precision). The bar is the interval of 95% (Wilson), the dot"
    " what was measured, the upright line what is to be reached; the weakest come first."
)


def measured(found: Compliance, titles: Mapping[str, str], *, whole: bool = False) -> str:
    """Recall and precision of each kind."""
    if not found.measures:
        return section("measured", _TITLE, notes(["No figures come with this version."]))
    lows = [low for one in found.measures for low in (one.recall_interval[0], one.precision_interval[0])]
    floor = floor_of(lows)
    parts = [_whose(found.measured_with)]
    for aim, words in _AIMS.items():
        of_aim = [one for one in found.measures if one.aim == aim]
        if of_aim:
            parts.append(_of_aim(words, of_aim, titles, floor, whole=whole))
    return section("measured", _TITLE, "".join(parts), _LEAD)


def _of_aim(
    words: str, measures: Sequence[Measure], titles: Mapping[str, str], floor: float, *, whole: bool
) -> str:
    least = measures[0].least
    reached = sum(_reached(one) for one in measures)
    head = (
        "kind", "cases", f"recall, {floor:.0%} to 100%", "", f"precision, {floor:.0%} to 100%", "",
    )  # fmt: skip
    rows = [_row(one, titles, floor) for one in measures]
    shown = rows if whole else rows[:_ROWS]
    rest = rows[len(shown) :]
    more = folded(f"{len(rest):,} more, all stronger", table(head, rest)) if rest else ""
    return (
        f"<h3>{text(words)}: {least:.0%} is to be reached, and is by {reached:,} of {len(measures):,}</h3>"
        f'<div class="measures">{table(head, shown)}{more}</div>'
    )


def _reached(one: Measure) -> bool:
    return one.recall >= one.least and one.precision is not None and one.precision >= one.least


def _row(one: Measure, titles: Mapping[str, str], floor: float) -> Row:
    named = f'<span class="id">{text(one.kind)}</span><br><small>{text(titles.get(one.kind, ""))}</small>'
    precision: tuple[object, object] = ("nothing was found", "")
    if one.precision is not None:
        drawn = interval(one.precision, one.precision_interval, one.least, floor)
        precision = (drawn, _words(one.precision, one.precision_interval))
    return (
        Safe(named),
        one.cases,
        interval(one.recall, one.recall_interval, one.least, floor),
        _words(one.recall, one.recall_interval),
        *precision,
    )


def _words(share: float, bounds: tuple[float, float]) -> Safe:
    low, high = bounds
    return Safe(f'<span class="figure">{share:.1%}</span> <small>{low:.1%}&#8239;–&#8239;{high:.1%}</small>')


def _whose(figures: Mapping[str, Any]) -> str:
    """Of which detectors the figures are, and what was found where nothing is."""
    lines = []
    for name, words in (
        ("negatives", "lines without anything, made up"),
        ("lookalikes", "lines with what only looks like something"),
        ("real", "real lines of the sample"),
    ):
        if one := figures.get(name):
            rate = one["finds_per_10000"]
            lines.append(
                f"<li><b>{rate:g}</b> false finds in 10,000 {words} ({one['lines']:,} looked at)</li>"
            )
    digest = str(figures.get("detectors", ""))[:16]
    state = (
        '<p class="bad">Detectors have changed since: the figures are those of the version before.'
        " Renew them: <code>traceo measure redaction --seed 7</code></p>"
        if figures.get("changed")
        else '<p class="good">The detectors are those that were measured.</p>'
    )
    seed = "a held-out seed" if figures.get("held_out") else "a seed that was worked with"
    return (
        f"{state}<p>Measured on {seed} ({text(figures.get('seed'))}); declarations of the detectors:"
        f' <span class="id">{text(digest)}…</span> (SHA-256).</p><ul class="rates">{"".join(lines)}</ul>'
    )


def unmeasured(found: Compliance, *, whole: bool = False) -> str:
    """Kinds that no figure says anything of."""
    rest = found.not_measured
    if not rest:
        return ""
    names = "".join(f'<li class="id">{text(name)}</li>' for name in rest)
    lead = (
        f"{len(rest):,} kinds are looked for and were not measured; each is declared with examples in which"
        " it must, and must not, be found. What has no name, no form and no checksum is found by nobody: name"
        " the fields in which it lives in the policy, which fails closed."
    )
    listed = f'<ul class="names">{names}</ul>'
    body = listed if whole else folded("Their names", listed)
    return section("unmeasured", "What was not measured", body, lead)
