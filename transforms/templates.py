"""LOGS batches → the same with the template of each record | templates that are new | tally."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, NamedTuple
from uuid import uuid4

import apache_beam as beam
import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import BagStateSpec, ReadModifyWriteStateSpec, TimerSpec, on_timer
from apache_beam.utils.timestamp import Timestamp

from columns.hashing import split_by_shard
from logs.drain import Miner
from logs.templates import mine
from schemas.batches import Origin, compact
from schemas.names import Result
from schemas.templates import MINE, Template
from telemetry.progress import advance
from transforms.calm import Calm
from transforms.coders import register_struct
from transforms.ending import LAST_CALL
from transforms.gather import GatherAndSplit
from transforms.outcome import TALLY, Count, count
from transforms.shardmemory import ShardMemories

register_struct(Template)

FOUND = "templates"
_LOG_FORMS: Final = 4096  # that are kept one by one, before a snapshot is written
_DAY_US: Final = 24 * 3600 * 1_000_000
_GRANULE_US: Final = 3600 * 1_000_000  # timers are set once an hour


class Mined(NamedTuple):
    """Records with their template, and each template as it is found."""

    ok: beam.PCollection
    templates: beam.PCollection
    tally: beam.PCollection


@dataclass(kw_only=True)
class MineTemplates(beam.PTransform):
    """Say which template each record of LOGS batches is of; see :mod:`logs.drain` for what a template is.

    Records of a service are in one shard, so that all of them are learned from. The columns TEMPLATE and,
    with ``parameters``, PARAMETERS are added. A record has its template's id as of the end of its batch; a
    template that takes the place of others names them.

    State a shard: the templates, ``most_templates`` at most (those that were not seen for longest go first),
    as a snapshot and what was learned since; in a stream emptied after ``silent_days`` without records.
    """

    shards: int = 4
    parameters: bool = False
    most_templates: int = 4096
    silent_days: float = 7.0
    streaming: bool = False
    calm_seconds: int = 0

    def expand(self, logs: beam.PCollection) -> Mined:
        split = partial(split_by_service, shards=self.shards)
        out = (
            logs
            | "Shards" >> beam.ParDo(GatherAndSplit(split)).with_output_types(tuple[int, pa.RecordBatch])
            | "Calm" >> Calm(seconds=self.calm_seconds)
            | "Mine"
            >> beam.ParDo(_Mine(self))
            .with_output_types(pa.RecordBatch, templates=Template, tally=Count)
            .with_outputs(FOUND, TALLY, main="ok")
        )
        return Mined(out["ok"], out[FOUND], out[TALLY])


def split_by_service(batch: pa.RecordBatch, shards: int) -> list[tuple[int, pa.RecordBatch]]:
    """``batch`` as (shard, rows of its services); records of no known service are in shard 0."""
    services = batch.column("service")
    if services.null_count == 0:
        return split_by_shard(batch, "service", shards)
    named = services.is_valid()
    found = split_by_shard(compact(batch.filter(named)), "service", shards)
    return [(0, compact(batch.filter(pc.invert(named)))), *found]


@dataclass(slots=True)
class _Memory:
    miner: Miner
    entries: int = 0  # of the log: a bag keeps no order
    logged: int = 0  # forms in these
    expires_us: int = 0


class _Mine(beam.DoFn):
    NONCE = ReadModifyWriteStateSpec("nonce", beam.coders.BytesCoder())
    SNAPSHOT = ReadModifyWriteStateSpec("snapshot", beam.coders.BytesCoder())
    LOG = BagStateSpec("log", beam.coders.BytesCoder())
    EXPIRE = TimerSpec("templates_expire", TimeDomain.WATERMARK)

    def __init__(self, step: MineTemplates) -> None:
        self._most = step.most_templates
        self._parameters = step.parameters
        self._silence_us = int(step.silent_days * _DAY_US)
        self._streaming = step.streaming
        self._memories: ShardMemories[_Memory] = ShardMemories(uuid4().hex)

    def teardown(self) -> None:
        self._memories.forget()

    def process(
        self,
        element: tuple[int, pa.RecordBatch],
        at: Timestamp = beam.DoFn.TimestampParam,
        nonce: Any = beam.DoFn.StateParam(NONCE),
        snapshot: Any = beam.DoFn.StateParam(SNAPSHOT),
        log: Any = beam.DoFn.StateParam(LOG),
        expire: Any = beam.DoFn.TimerParam(EXPIRE),
    ) -> Iterable[Any]:
        shard, batch = element
        memory = self._memories.open(shard, nonce, lambda: self._rebuild(snapshot, log))
        mined = mine(memory.miner, batch, parameters=self._parameters)
        self._write(memory, snapshot, log)
        self._set(memory, at, expire)
        origin = Origin.of(batch)
        for template in mined.found:
            yield beam.pvalue.TaggedOutput(FOUND, template)
        yield count(MINE, origin, Result.PASSED, len(batch))
        yield mined.batch
        advance(MINE, len(batch))

    @on_timer(EXPIRE)
    def empty(
        self,
        shard: int = beam.DoFn.KeyParam,
        nonce: Any = beam.DoFn.StateParam(NONCE),
        snapshot: Any = beam.DoFn.StateParam(SNAPSHOT),
        log: Any = beam.DoFn.StateParam(LOG),
    ) -> None:
        """Forget the templates of a shard that has been silent."""
        memory = self._memories.open(shard, nonce, lambda: self._rebuild(snapshot, log))
        memory.miner, memory.entries, memory.logged = Miner(self._most), 0, 0
        snapshot.clear()
        log.clear()

    def _write(self, memory: _Memory, snapshot: Any, log: Any) -> None:
        """Most batches bring nothing new, and write nothing."""
        forms = memory.miner.forms()
        if not forms:
            return
        memory.entries += 1
        memory.logged += len(forms)
        if memory.logged > _LOG_FORMS:
            snapshot.write(memory.miner.dump())
            log.clear()
            memory.entries, memory.logged = 0, 0
        else:
            log.add(msgspec.msgpack.encode((memory.entries, forms)))

    def _rebuild(self, snapshot: Any, log: Any) -> _Memory:
        memory = _Memory(Miner(self._most))
        if stored := snapshot.read():
            memory.miner.load(stored)
        entries = sorted(msgspec.msgpack.decode(data, type=tuple[int, list[str]]) for data in log.read())
        for _, forms in entries:
            memory.miner.replay(forms)
            memory.logged += len(forms)
        memory.entries = len(entries)
        return memory

    def _set(self, memory: _Memory, at: Timestamp, expire: Any) -> None:
        due_us = (at.micros + self._silence_us) // _GRANULE_US * _GRANULE_US + _GRANULE_US
        if self._streaming and due_us > memory.expires_us and due_us < LAST_CALL.micros:
            memory.expires_us = due_us
            expire.set(Timestamp(micros=due_us))
