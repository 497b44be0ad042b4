"""The backfill job: archives, ranges of topics, or tables go through the path of the ingest job again.

source → pieces, one after the other, each through the graph of the ingest job, with the catalogue, and with
what was clean in the pieces before as what is known already → one result, or topics.

A piece that is done is not done again: killed and started again, the job goes on with the next one. So that
what is found beside the path does not end where a piece ends, it is found in a piece of its own, over the
clean events of all.
"""

import shutil
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import msgspec

from anomaly.detector import detector_named
from connectors.kafka.cluster import is_kafka
from connectors.staging import staged, take_over
from connectors.tables import is_database
from pipelines import console
from pipelines.actions import act, open_ledgers
from pipelines.backfillgraph import piece_graph
from pipelines.backfillmerge import check_piece, files_of_piece, merged, without_beside
from pipelines.backfillplan import Piece, Plan, What, Work, made_of
from pipelines.backfillpublish import Publisher
from pipelines.backfillsources import Source, files_of
from pipelines.setting import SettingError
from pipelines.settings import Settings
from pipelines.sources import from_kafka
from pipelines.summary import check_balance, summarise
from runners import direct
from schemas.contract import Contract
from schemas.names import SUMMARY_FILE
from security.seal import Seal
from telemetry.selftrace import part, watched

_WORK: Final = ".backfill"
_FOLDER: Final = Path(".traceo/backfill")
_BESIDE_SHARE: Final = 4  # events take about as many times as long on the path as beside it
_ENOUGH: Final = 0.05  # of the work, to estimate the rest


@watched("backfill")
def run(settings: Settings, beam_options: Sequence[str] = ()) -> dict[str, Any]:
    """Run the job to its end: the summary of what became of every record."""
    settings = replace(settings, archive=None)  # of which this may be made
    with part("preflight"):
        source = preflight(settings)
    job = _Job(settings, source, tuple(beam_options))
    if is_kafka(settings.output):
        return job.to_topics(Path(settings.work or _FOLDER / settings.job_name))
    return job.to_folder(Path(settings.output))


def preflight(settings: Settings) -> Source:
    """Prove what can be proved before anything is read; the source."""
    if settings.streaming:
        raise SettingError("--streaming, --runner: a backfill is bounded, and runs here; leave them out")
    if settings.spans:
        raise SettingError("--spans: a backfill has no second input; leave it out")
    if settings.format != "parquet":
        raise SettingError(f"--format: {settings.format}: pieces are read back, as Parquet alone can be")
    detector_named(settings.detector)
    Contract.load(settings.contract_file)
    Seal.from_file(settings.seal_key_file)
    if not is_kafka(settings.output):
        open_ledgers(Path(settings.output))
    return source_of(settings)


def source_of(settings: Settings) -> Source:
    """What the settings name. Raises SettingError, InputError."""
    if not settings.input:
        raise SettingError("--input: nothing to read; name files or folders, kafka://… or postgresql://…")
    if any(map(is_database, settings.input)):
        from pipelines.backfilltables import tables_of

        return tables_of(settings)
    if from_kafka(settings.input):
        from pipelines.backfilltopics import topics_of

        return topics_of(settings)
    return files_of(settings)


@dataclass
class _Job:
    settings: Settings
    source: Source
    beam_options: tuple[str, ...]

    def to_folder(self, output: Path) -> dict[str, Any]:
        """Do all pieces, and make one result of them."""
        with staged(output) as staging:
            work = Work(Path(self.settings.work or output / _WORK))
            with work.locked():
                began = time.monotonic()
                plan = self._planned(work)
                for _ in self._do(plan, work):
                    pass
                result = merged([work.piece(n) for n in range(len(plan.pieces))], time.monotonic() - began)
                with part("summarise"):
                    summary = {"job": "backfill", "pieces": len(plan.pieces)}
                    summary |= summarise(result, self.settings)
                    check_balance(summary)
                with part("act"):
                    summary["actions"] = act(result.files, staging, output)
                with part("take over"):
                    take_over(output, staging, result.files, _json(summary))
                work.clear()
        if self.settings.work is None:
            shutil.rmtree(output / _WORK)
        return summary

    def to_topics(self, folder: Path) -> dict[str, Any]:
        """Do all pieces, and publish each when it is done."""
        work = Work(folder)
        with work.locked():
            began = time.monotonic()
            plan = self._planned(work)
            horizon_us = int(self.settings.horizon_seconds * 1e6) if self.source.knows_commits else None
            shutil.rmtree(folder / "known", ignore_errors=True)
            publisher = Publisher(self.settings, folder / "known", plan.first_ms, horizon_us)
            publisher.open(lambda rows: console.say(f"looking at what is there: {rows:,} messages"))
            console.say(f"{publisher.known.rows:,} messages may be there already; these are left out")
            fresh: Counter[str] = Counter()
            repeated: Counter[str] = Counter()
            for number in self._do(plan, work):
                counts = work.published(number)
                if counts is None:
                    with part("publish"):
                        counts = publisher.publish(files_of_piece(work.piece(number)))
                    work.set_published(number, counts)
                for topic, (new, there) in counts.items():
                    fresh[topic] += new
                    repeated[topic] += there
            publisher.close()
            result = merged([work.piece(n) for n in range(len(plan.pieces))], time.monotonic() - began)
            facts = {
                "job": "backfill",
                "pieces": len(plan.pieces),
                "published": {
                    topic: {"new": fresh[topic], "there_already": repeated[topic]}
                    for topic in sorted(fresh | repeated)
                },
            }
            summary = without_beside(facts | summarise(result, self.settings))
            check_balance(summary)
            (folder / SUMMARY_FILE).write_bytes(_json(summary))
            work.clear()
            shutil.rmtree(folder / "known", ignore_errors=True)
        return summary

    def _planned(self, work: Work) -> Plan:
        plan = work.plan(self.settings)
        if plan is not None:
            return plan
        with part("plan"):
            pieces, first_ms = self.source.cut()
        if not is_kafka(self.settings.output) and len(pieces) > 1:
            share = sum(piece.rows for piece in pieces) // _BESIDE_SHARE
            pieces = (*pieces, Piece(what=What.BESIDE, rows=share))
        plan = Plan(made_of=made_of(self.settings), pieces=pieces, first_ms=first_ms)
        work.save(plan)
        return plan

    def _do(self, plan: Plan, work: Work) -> Iterator[int]:
        """Do what is not done; the number of each piece that is."""
        done = [n for n in range(len(plan.pieces)) if work.piece(n).exists()]
        eta = _Estimate(plan, done)
        with self.source.open():
            for number, piece in enumerate(plan.pieces):
                if number not in done:
                    console.say(eta.line(number))
                    with work.doing(number) as folder:
                        self._run(piece, number, plan, work, folder)
                    eta.did(piece)
                yield number

    def _run(self, piece: Piece, number: int, plan: Plan, work: Work, folder: Path) -> None:
        before = [(plan.pieces[n].what, str(work.piece(n))) for n in range(number)]
        direct.run(
            lambda pipeline: piece_graph(pipeline, piece, self.source, before, self.settings, folder),
            streaming=False,
            spill_folder=folder / "spill",
            beam_options=self.beam_options,
        )
        if piece.what is not What.BESIDE:
            check_piece(folder, self.settings)


class _Estimate:
    """How much is done, and how long the rest takes if it goes on like this."""

    def __init__(self, plan: Plan, done: Iterable[int]) -> None:
        self._plan = plan
        self._done_before = sum(plan.pieces[number].rows for number in done)
        self._rows = 0
        self._began = time.monotonic()

    def did(self, piece: Piece) -> None:
        """``piece`` is done."""
        self._rows += piece.rows

    def line(self, number: int) -> str:
        """What is done, before a piece is begun."""
        piece, pieces = self._plan.pieces[number], len(self._plan.pieces)
        text = f"piece {number + 1} of {pieces}: {_TOLD[piece.what]}"
        if piece.what is not What.BESIDE:
            text += f", about {piece.rows:,} records"
        done = self._done_before + self._rows
        if not done:
            return text
        text += f"; {done / self._plan.rows:.0%} done"
        if self._rows > self._plan.rows * _ENOUGH:
            left = (self._plan.rows - done) * (time.monotonic() - self._began) / self._rows
            text += f", about {_duration(left)} left"
        return text


_TOLD: Final = {
    What.EVERYTHING: "everything",
    What.CATALOGUE: "the catalogue",
    What.EVENTS: "events",
    What.BESIDE: "anomalies, gaps and what they set in motion, over all pieces",
}


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {seconds:02d} s" if minutes else f"{seconds} s"


def _json(summary: dict[str, Any]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(summary))
