"""The files of a piece → topics: what these do not hold yet, in transactions, each message once.

Published is what says what became of records. What is found beside the path is not: verdicts, incidents and
invalidations of the past would set things in motion now.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import pyarrow.parquet as pq

from connectors.errors import InputError, OutputError
from connectors.kafka.cluster import parse_address
from connectors.kafka.jsonrows import json_rows, text_column
from connectors.kafka.known import Known, naming
from connectors.kafka.messages import Messages
from connectors.kafka.preflight import check_outputs, create_missing, current_ranges
from connectors.kafka.readback import Identity
from connectors.kafka.writer import Writer
from connectors.sinks import FileWritten
from pipelines.settings import Settings
from schemas.names import Output
from schemas.topics import TOPICS

PUBLISHED: Final = (
    Output.CLEAN,
    Output.CHANGES,
    Output.TABLES,
    Output.DUPLICATES,
    Output.CONFLICTS,
    Output.DEAD,
    Output.AUDIT,
    Output.LOSSES,
    Output.NOTICES,
)
#: How a message is known again that was made of a row of a table: a stream has made it of another record.
#: What tells of a refusal without the row is told if the refusal is.
_BY_ROW: Final = {
    Output.CLEAN: ("metric_id", "timestamp"),
    Output.TABLES: ("key", "row"),
    Output.DUPLICATES: ("metric_id", "timestamp", "seq"),
    Output.CONFLICTS: ("metric_id", "timestamp", "seq"),
    Output.DEAD: ("step", "row"),
}
_BATCH: Final = 10_000
_LEADERS_SECONDS: Final = 30.0
_LOOK_SECONDS: Final = 0.1
_MARGIN_MS: Final = 60_000  # clocks of two machines may be as far apart
_COMMITTED: Final = "committed_at"
_TIMES: Final = ("timestamp", _COMMITTED, "exemplar_at")
_ANY: Final = msgspec.json.Decoder()


class _Identified(msgspec.Struct):
    id: str


_ID: Final = msgspec.json.Decoder(_Identified)


class Publisher:
    """Writes pieces to the topics of ``settings.output``.

    ``first_ms``: when the first record was appended that is backfilled; what was made of it was written after
    that. ``horizon_us``: see :class:`connectors.kafka.known.Known`; ``None``: rows of tables are backfilled,
    which do not say when they were committed, nor of which record a stream knows them. Raises OutputError.
    """

    def __init__(self, settings: Settings, folder: Path, first_ms: int, horizon_us: int | None) -> None:
        brokers, _ = parse_address(settings.output)
        self._cluster = settings.cluster(brokers)
        self._name = f"{settings.job_name}-backfill"
        self._topics = [TOPICS[output].name for output in PUBLISHED]
        self._since_ms = None if first_ms < 0 else first_ms - _MARGIN_MS
        self._by_row = horizon_us is None
        self._names = {TOPICS[output].name: self._naming(output) for output in PUBLISHED}
        self._told: set[str] = set()
        self.known = Known(folder=folder, horizon_us=horizon_us)
        check_outputs(self._cluster, self._topics, create=settings.create_topics, writer=self._name)
        if settings.create_topics:
            create_missing(self._cluster, self._topics)

    def _naming(self, output: Output) -> Identity:
        topic = TOPICS[output]
        if self._by_row:
            return naming(topic.name, _BY_ROW.get(output, topic.identity))
        return naming(topic.name, topic.identity, _COMMITTED if output is Output.CLEAN else None)

    def open(self, tell: Callable[[int], None]) -> None:
        """Shut out who went before, and read what the topics hold. ``tell``: of how many messages so far.

        Raises OutputError.
        """
        self._await_leaders()
        self._writer = Writer(
            cluster=self._cluster,
            transactional_id=self._name,
            identities=dict.fromkeys(self._topics),  # what is there is known here
        )
        self._writer.open(None)
        ranges = current_ranges(self._cluster, self._topics, since_ms=self._since_ms)
        begins = {(topic, number): begin for topic, number, begin, _ in ranges}
        ends = {(topic, number): end for topic, number, _, end in ranges}
        try:
            self.known.read(self._cluster, self._name, self._names, begins, ends, tell)
        except msgspec.MsgspecError as error:
            raise OutputError(
                f"--output: the topics hold messages that are not in JSON, as a backfill writes them: {error}"
            ) from error

    def _await_leaders(self) -> None:
        """Topics that were made just now have no leaders yet. Raises InputError."""
        give_up, pause = time.monotonic() + _LEADERS_SECONDS, threading.Event()
        while True:
            try:
                if {topic for topic, *_ in current_ranges(self._cluster, self._topics)} == set(self._topics):
                    return
            except InputError:
                if time.monotonic() > give_up:
                    raise
            pause.wait(_LOOK_SECONDS)

    def close(self) -> None:
        """Let go."""
        self._writer.close()

    def publish(self, files: list[FileWritten]) -> dict[str, tuple[int, int]]:
        """Write what is new in ``files``: by topic, how many messages that were, and how many the others."""
        fresh: Counter[str] = Counter()
        repeated: Counter[str] = Counter()
        for output in PUBLISHED:
            for file in files:
                if file.output != output:
                    continue
                for messages in _messages(Path(file.path), output):
                    new = self._new(messages, output)
                    fresh[messages.topic] += self._writer.write(new, [])
                    repeated[messages.topic] += len(messages) - len(new)
                    if not self._by_row or output not in {Output.DEAD, Output.AUDIT}:
                        self._writer.commit()
            if output is not Output.DEAD:  # what is told of a refusal comes with it
                self._writer.commit()
        return {topic: (fresh[topic], repeated[topic]) for topic in sorted(fresh | repeated)}

    def _new(self, messages: Messages, output: Output) -> Messages:
        name = self._names[messages.topic]
        rows = np.flatnonzero(~self.known.has([name(value) for value in messages.values])).tolist()
        keys, values = messages.keys, messages.values
        if self._by_row and output is Output.DEAD:
            self._told |= {_ID.decode(values[row]).id for row in rows}
        if self._by_row and output is Output.AUDIT:
            rows = [row for row in rows if _ID.decode(values[row]).id in self._told]
        return Messages(messages.topic, [keys[row] for row in rows], [values[row] for row in rows])


def _messages(file: Path, output: Output) -> Iterator[Messages]:
    """The messages of a file, as a stream would write them."""
    topic = TOPICS[output]
    if file.suffix == ".parquet":
        with pq.ParquetFile(file) as parquet:
            for batch in parquet.iter_batches(_BATCH):
                none: list[bytes | None] = [None]
                keys = none * len(batch) if topic.key is None else text_column(batch, topic.key)
                yield Messages(topic.name, keys, json_rows(batch))
        return
    keys, values = [], []
    with file.open("rb") as stream:
        for line in stream:
            value = line.rstrip(b"\n")
            row = _ANY.decode(value)
            if output is Output.CONFLICTS:
                value = msgspec.json.encode({name: _as_told(name, row[name]) for name in row})
            keys.append(None if topic.key is None else str(row[topic.key]).encode())
            values.append(value)
            if len(values) == _BATCH:
                yield Messages(topic.name, keys, values)
                keys, values = [], []
    if values:
        yield Messages(topic.name, keys, values)


def _as_told(name: str, value: Any) -> Any:
    """Times of rows in the form that topics have, with microseconds."""
    if name not in _TIMES or value is None:
        return value
    whole, _, parts = value.removesuffix("Z").removesuffix("+00:00").partition(".")
    return f"{whole}.{parts:0<6}Z"
