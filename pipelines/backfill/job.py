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
from collections.abc import Iterator, Sequence
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
from pipelines.backfill.estimate import Estimate
from pipelines.backfill.graph import piece_graph
from pipelines.backfill.merge import check_piece, files_of_piece, linked, merged, without_beside
from pipelines.backfill.plan import Piece, Plan, What, Work, made_of
from pipelines.backfill.publish import Publisher
from pipelines.backfill.sources import Source, files_of
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
        from pipelines.backfill.tables import tables_of

        return tables_of(settings)
    if from_kafka(settings.input):
        from pipelines.backfill.topics import topics_of

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
                    files = linked(result.files, staging / "linked")
                    take_over(output, staging, files, _json(summary))
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
            cut = self.source.cut()
        pieces = cut.pieces
        if not is_kafka(self.settings.output) and len(pieces) > 1:
            share = sum(piece.rows for piece in pieces) // _BESIDE_SHARE
            pieces = (*pieces, Piece(what=What.BESIDE, rows=share))
        plan = Plan(
            made_of=made_of(self.settings),
            pieces=pieces,
            first_ms=cut.first_ms,
            files=cut.files,
            stamp=cut.stamp,
        )
        work.save(plan)
        return plan

    def _do(self, plan: Plan, work: Work) -> Iterator[int]:
        """Do what is not done; the number of each piece that is."""
        done = [n for n in range(len(plan.pieces)) if work.piece(n).exists()]
        eta = Estimate(plan, done)
        source = self.source.held_to(plan)
        with source.open():
            for number, piece in enumerate(plan.pieces):
                if number not in done:
                    console.say(eta.line(number))
                    before = [(plan.pieces[n].what, str(work.piece(n))) for n in range(number)]
                    with work.doing(number) as folder:
                        self._run(source, piece, before, folder)
                    eta.did(piece)
                yield number

    def _run(self, source: Source, piece: Piece, before: Sequence[tuple[What, str]], folder: Path) -> None:
        direct.run(
            lambda pipeline: piece_graph(pipeline, piece, source, before, self.settings, folder),
            streaming=False,
            spill_folder=folder / "spill",
            beam_options=self.beam_options,
        )
        if piece.what is not What.BESIDE:
            check_piece(folder, self.settings)


def _json(summary: dict[str, Any]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(summary))
