"""LOGS batch → security events: what the detections found in its records, with hashes of who and from where.

Names, addresses and texts end here: what goes on is a keyed hash, the same for one value under one key, so
that events of one actor can be counted together.
"""

import secrets
from collections import Counter
from typing import Any, Final

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from logs.columns import NAMELESS, NO_TIME, identity, places_with, searcher, times_of
from logs.securityevents.detection import Sort
from logs.securityevents.scan import Hit, scan
from security.keys import Keys

_MINUTE_NS: Final = 60 * 10**9
#: Attributes that say who acts: of OpenTelemetry's conventions, and plain ones.
_ACTOR: Final = (
    r"\"(?:enduser\.id|user\.id|user\.name|user_id|username|user)\"\s*:\s*\"(?P<actor>[^\"]{1,128})\""
)
_SOURCE: Final = (
    r"\"(?:client\.address|client_ip|remote_addr|source\.address)\"\s*:\s*\"(?P<source>[^\"]{1,64})\""
)
#: A record tells of one of these at most, in however many words.
_ONCE: Final = (Sort.LOGIN_FAILED, Sort.LOGIN_PASSED)
#: The detection of records that are only counted by actor.
VOLUME: Final = "volume"


class SecurityEvent(msgspec.Struct, frozen=True, array_like=True):
    """One thing that was found in one record, or (``VOLUME``) so many records of an actor.

    ``actor`` and ``source`` are keyed hashes, empty where not known. ``detection``: its uid.
    """

    detection: str
    time_ns: int
    service: str
    actor: str
    source: str
    record: str
    trace_id: str | None
    count: int = 1


class Pseudonyms:
    """Keyed hashes, those of :class:`security.keys.Keys`, so that the same key gives the same ones elsewhere.

    Without keys such of this process are drawn: hashes are then good until it ends.
    """

    def __init__(self, keys: Keys | None = None) -> None:
        self._keys = keys or Keys(secrets.token_bytes(32))

    def of(self, what: str, value: str | None) -> str:
        """The hash of ``value`` as a ``what``; names differ neither by case nor by spaces around them."""
        if not value or value == "-":
            return ""
        return self._keys.hash(what, value.strip().lower())


def events_of(batch: pa.RecordBatch, pseudonyms: Pseudonyms) -> list[SecurityEvent]:
    """What the detections find in the bodies and attributes of a LOGS batch, and records by actor."""
    times = times_of(batch)
    services = pc.fill_null(batch.column("service").cast(pa.string()), NAMELESS)
    traces = batch.column("trace_id")
    attributes = batch.column("attributes").dictionary_encode()  # most are those of many records
    actors, sources = _named(attributes, _ACTOR), _named(attributes, _SOURCE)
    events = []
    known: set[tuple[int, str]] = set()
    for row, detection, actor, source in (*scan(pc.fill_null(batch.column("body"), "")), *_in(attributes)):
        what = detection.sort if detection.sort in _ONCE else detection.uid
        if (row, what) in known or times[row] == NO_TIME:
            continue
        known.add((row, what))
        event = SecurityEvent(
            detection.uid,
            int(times[row]),
            services[row].as_py(),
            pseudonyms.of("actor", actor or actors.get(row)),
            pseudonyms.of("source", source or sources.get(row)),
            identity(batch, row),
            traces[row].as_py(),
        )
        events.append(event)
    return [*events, *_volumes(batch, times, services, actors, pseudonyms)]


def _in(attributes: pa.DictionaryArray) -> list[Hit]:
    """What the detections find in attributes, row by row."""
    found: dict[int, list[Hit]] = {}
    for hit in scan(attributes.dictionary):
        found.setdefault(hit.text, []).append(hit)
    return [hit._replace(text=row) for row, hits in _by_row(attributes, found).items() for hit in hits]


def _named(attributes: pa.DictionaryArray, pattern: str) -> dict[int, str]:
    """By row, whom the attributes name."""
    places = places_with(attributes.dictionary, searcher(pattern))
    found = pc.extract_regex(attributes.dictionary.take(pa.array(places)), pattern).to_pylist()
    pairs = zip(places.tolist(), found, strict=True)
    return _by_row(attributes, {place: next(iter(groups.values())) for place, groups in pairs if groups})


def _by_row(attributes: pa.DictionaryArray, found: dict[int, Any]) -> dict[int, Any]:
    """What was ``found`` in each of the texts, by the rows that have them."""
    codes = attributes.indices.fill_null(-1).to_numpy()
    rows = np.flatnonzero(np.isin(codes, list(found))) if found else ()
    return {int(row): found[int(codes[row])] for row in rows}


def _volumes(
    batch: pa.RecordBatch,
    times: np.ndarray,
    services: pa.Array,
    actors: dict[int, str],
    pseudonyms: Pseudonyms,
) -> list[SecurityEvent]:
    """Records by service, actor and minute; the first of them stands for all."""
    counts: Counter[tuple[int, str, str]] = Counter()
    first: dict[tuple[int, str, str], int] = {}
    for row, actor in actors.items():
        if times[row] != NO_TIME:
            key = (int(times[row]) // _MINUTE_NS, services[row].as_py(), pseudonyms.of("actor", actor))
            counts[key] += 1
            first.setdefault(key, row)
    return [
        SecurityEvent(
            VOLUME, minute * _MINUTE_NS, service, actor, "", identity(batch, first[key]), None, records
        )
        for key, records in counts.items()
        for minute, service, actor in [key]
    ]
