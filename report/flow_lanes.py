"""What is set in motion beside the path: anomalies to plans, changes to the cache."""

from typing import Any, Final, NamedTuple

from schemas.names import Output

_AFTER_CHANGES: Final = 3  # place of the step in report.flow.STATIONS
_AFTER_DUPLICATES: Final = 6


class Box(NamedTuple):
    """Something that is counted; ``name`` and ``kind`` are words of ours."""

    records: int
    name: str
    kind: str = ""


class Lane(NamedTuple):
    """Boxes in a row that follow from the step with the number ``after``, or from what it passes on."""

    title: str
    note: str
    after: int
    passed: bool
    boxes: list[Box]


def lanes_of(summary: dict[str, Any]) -> list[Lane]:
    """What the outputs of a ``summary`` set in motion; nothing of a job that has no such outputs."""
    rows = {name: summary["outputs"].get(name, {}).get("rows", 0) for name in Output}
    actions = summary.get("actions") or {}
    lanes = []
    if rows[Output.INVALIDATIONS]:
        boxes = [Box(rows[Output.INVALIDATIONS], "invalidations")]
        boxes += [Box(n, f"cache: {result}") for result, n in _few(actions.get("cache"))]
        note = "from changes, the catalogue and clean events"
        lanes.append(Lane("Invalidations", note, _AFTER_CHANGES, False, boxes))
    anomalies = summary.get("anomalies", 0)
    scored = anomalies + summary.get("normal_samples", 0) + summary.get("warm_up_samples", 0)
    if scored:
        boxes = [Box(scored, "samples scored"), Box(anomalies, "anomalies", "bad" if anomalies else "")]
        if anomalies:
            boxes.append(Box(actions.get("incidents", 0), "incidents"))
            boxes.append(Box(sum((actions.get("recovery") or {}).values()), "plans, dry run"))
        note = (
            f"{summary.get('normal_samples', 0):,} as expected, {summary.get('warm_up_samples', 0):,} while"
            " too little was known"
        )
        lanes.append(Lane("Anomalies", note, _AFTER_DUPLICATES, True, boxes))
    return lanes


def _few(results: dict[str, int] | None) -> list[tuple[str, int]]:
    return sorted((results or {}).items(), key=lambda item: (-item[1], item[0]))[:2]
