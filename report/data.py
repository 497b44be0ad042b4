"""A result folder → what the report shows of it. Whatever the size of the result, bounded."""

import heapq
import itertools
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from connectors.errors import InputError
from connectors.marks import Mark, read_marks
from report.data_invalidations import Invalidations, read_invalidations
from schemas.actions import ActionRecord, Incident, IncidentState
from schemas.names import ACTIONS_FOLDER, SUMMARY_FILE, Output
from schemas.verdicts import Verdict
from security.detectors import redact_name, redact_text

_EXAMPLES: Final = 3  # dead letters shown for each reason
_SCANNED: Final = 200_000  # lines of an output
_REASONS: Final = 60  # with examples
GAPS: Final = 200
VERDICTS: Final = 3_000  # those with the highest scores
INCIDENTS: Final = 40
MARKS: Final = 200

T = TypeVar("T")


class PlanFile(msgspec.Struct, frozen=True):
    """What the report needs of a file in actions/plans that the incident does not say itself."""

    incident: str
    dry_run: bool = True


class Found(msgspec.Struct, kw_only=True):
    """What a result holds. ``notes``: what could not be read or shown, in words for the reader."""

    folder: Path
    summary: dict[str, Any]
    gaps: list[dict[str, Any]]
    letters: dict[str, list[dict[str, Any]]]
    verdicts: list[Verdict]
    incidents: list[Incident]
    incidents_in_all: int
    plans: dict[str, PlanFile]
    recovery: dict[str, ActionRecord]
    invalidations: Invalidations
    marks: list[Mark]
    notes: list[str]


def read_result(folder: Path) -> Found:
    """The result in ``folder``. Raises :class:`InputError`."""
    summary = _summary(folder)
    notes: list[str] = []
    actions = folder / ACTIONS_FOLDER
    try:
        incidents = _incidents(folder / Output.INCIDENTS)
        shown = heapq.nsmallest(INCIDENTS, incidents.values(), key=_by_severity)
        return Found(
            folder=folder,
            summary=summary,
            gaps=list(itertools.islice(_objects(folder / Output.GAPS), GAPS)),
            letters=_letters(folder / Output.DEAD),
            verdicts=_strongest(folder / Output.VERDICTS),
            incidents=shown,
            incidents_in_all=len(incidents),
            plans=_plans(actions / "plans", shown),
            recovery={r.id: r for r in _file_lines(actions / "recovery.jsonl", ActionRecord)},
            invalidations=read_invalidations(
                itertools.islice(_objects(folder / Output.INVALIDATIONS), _SCANNED),
                _file_lines(actions / "cache.jsonl", ActionRecord),
            ),
            marks=_marks(summary.get("marks_file"), notes),
            notes=notes,
        )
    except (msgspec.DecodeError, ValueError, KeyError, TypeError, OSError) as error:
        raise InputError(f"{folder}: a result of another version ({error}); run the job again") from error


def _summary(folder: Path) -> dict[str, Any]:
    try:
        text = (folder / SUMMARY_FILE).read_bytes()
        return msgspec.convert(json.loads(text), dict[str, Any])
    except OSError as error:
        raise InputError(
            f"{folder}: holds no result; run: traceo run ingest (or run logs) --input … --output {folder}"
        ) from error
    except ValueError as error:
        raise InputError(f"{folder / SUMMARY_FILE}: no summary: {error}; run the job again") from error


def _objects(folder: Path) -> Iterator[dict[str, Any]]:
    """The lines of an output as they are, whatever texts are in them."""
    for file in sorted(folder.glob("*.jsonl")):
        with file.open("rb") as stream:
            yield from map(json.loads, stream)


def _lines(folder: Path, kind: type[T]) -> Iterator[T]:
    """The lines of an output, as far as they are looked at; a very long one is not read to its end."""
    files = sorted(folder.glob("*.jsonl"))
    yield from itertools.islice(itertools.chain.from_iterable(_file_lines(f, kind) for f in files), _SCANNED)


def _file_lines(file: Path, kind: type[T]) -> Iterator[T]:
    if not file.is_file():
        return
    decoder = msgspec.json.Decoder(kind)
    with file.open("rb") as stream:
        yield from map(decoder.decode, itertools.islice(stream, _SCANNED))


def _letters(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The first few letters of each reason."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for letter in itertools.islice(_objects(folder), _SCANNED):
        reason = letter["reason"]
        if len(found) < _REASONS or reason in found:
            if len(found[reason]) < _EXAMPLES:
                found[reason].append(letter)
    return found


def _strongest(folder: Path) -> list[Verdict]:
    """The anomalies with the highest scores, in the order of time."""
    found = heapq.nlargest(VERDICTS, _lines(folder, Verdict), key=lambda v: abs(v.score))
    return sorted(found, key=lambda v: (v.timestamp, v.id))


def _incidents(folder: Path) -> dict[str, Incident]:
    """The last state of each incident; a file may hold the states in any order."""
    found: dict[str, Incident] = {}
    for incident in _lines(folder, Incident):
        known = found.get(incident.id)
        if known is None or _age(incident) >= _age(known):
            found[incident.id] = incident
    return found


def _age(incident: Incident) -> tuple[bool, str]:
    return incident.state is IncidentState.CLOSED, incident.last_seen_at


def _by_severity(incident: Incident) -> tuple[int, str, str]:
    order = ("critical", "major", "minor")
    return order.index(incident.severity), incident.opened_at, incident.id


def _plans(folder: Path, incidents: list[Incident]) -> dict[str, PlanFile]:
    found = {}
    for incident in incidents:
        file = folder / f"{Path(incident.id).name}.json"
        if file.is_file():
            found[incident.id] = msgspec.json.decode(file.read_bytes(), type=PlanFile)
    return found


def _marks(path: str | None, notes: list[str]) -> list[Mark]:
    """The marks, redacted as the series are, so that they still name the same pods."""
    try:
        marks = read_marks(path)
    except InputError as error:
        notes.append(f"The known faults are not marked: {error}.")
        return []
    kinds: Counter[str] = Counter()
    found = []
    for mark in marks:
        names = (redact_name(mark.pod, kinds), redact_name(mark.service, kinds))
        found.append(Mark(mark.start, *names, redact_text(mark.type, kinds)))
    if len(found) > MARKS:
        notes.append(f"{len(found) - MARKS:,} of {len(found):,} marks are left out.")
    return found[:MARKS]


def moment(iso: str) -> float | None:
    """Epoch seconds of a time in ISO 8601; ``None`` if it is none."""
    try:
        at = datetime.fromisoformat(iso)
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
