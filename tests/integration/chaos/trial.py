"""A trial: a writer with its ledger, the ingest job on a stack, and a reader who holds the two together."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import psycopg

from runners.stack import Stack
from schemas.names import UNKNOWN_SERIES, Output
from schemas.topics import TOPICS
from tests.conftest import ROOT
from tests.integration.chaos.jobclient import JobClient, has_inputs
from tests.integration.chaos.operator import Operator, diagnosis
from tests.integration.chaos.topicview import Message, TopicView

FLOW_SECONDS: Final = 480.0  # of a busy machine
WAIT_SECONDS: Final = 10
_WATCHED: Final = (Output.CLEAN, Output.DEAD, Output.LOSSES, Output.DUPLICATES, Output.CONFLICTS)
_CANARY: Final = "chaos:canary"


def wait_for(condition: Callable[[], Any], what: Callable[[], object], seconds: float = FLOW_SECONDS) -> Any:
    """What ``condition`` gives once it holds; ``what`` says what was seen instead."""
    give_up = time.monotonic() + seconds
    pause = threading.Event()
    while not (found := condition()):
        assert time.monotonic() < give_up, what()
        pause.wait(0.1)
    return found


class Trial:
    """Writer, job and reader; entered, all three are at work and the first events have come through."""

    def __init__(
        self,
        stack: Stack,
        folder: Path,
        *,
        environment: str = "external",
        per_second: float = 200,
        seed: int = 1,
        **settings: Any,
    ) -> None:
        self.stack = stack
        self.client = JobClient(
            stack.addresses, folder, environment=environment, wait_seconds=WAIT_SECONDS, **settings
        )
        self.view = TopicView(stack.addresses.bootstrap_servers, [TOPICS[name].name for name in _WATCHED])
        self._ledger = folder / "ledger.jsonl"
        self._writer_command = [
            *(sys.executable, "-m", "tests.integration.chaos.ledgerwriter"),
            *("--dsn", stack.addresses.postgres_dsn(), "--ledger", str(self._ledger)),
            *("--per-second", str(per_second), "--seed", str(seed)),
        ]
        self._writer: subprocess.Popen[bytes] | None = None

    def messages(self, output: Output) -> list[Message]:
        """What came out of rows from this trial's first on; of losses all."""
        found = list(self.view.messages[TOPICS[output].name])
        if output is Output.LOSSES:
            return found
        first = min(self.ledger())
        return [message for message in found if int((message.get("row") or message)["seq"]) >= first]

    def __enter__(self) -> "Trial":
        self._writer = subprocess.Popen(
            self._writer_command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
        )
        self.view.__enter__()
        try:
            wait_for(lambda: has_inputs(self.stack), lambda: "the connector has made no topics")
            self.client.start()
            self.flows_again()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self.view.__exit__()
        if self._writer is not None and self._writer.poll() is None:
            self._writer.kill()
            self._writer.wait()
        self.client.end()

    @property
    def pids(self) -> set[int]:
        """Processes of writer and client."""
        return {one.pid for one in (self._writer, self.client.process) if one is not None}

    def flows_again(self) -> float:
        """Wait until something comes through that was committed after this call; seconds."""
        begun = time.monotonic()
        before = self.newest()
        wait_for(lambda: self.newest() > before, lambda: "nothing is committed to PostgreSQL any more")
        wanted = self.newest()
        self._comes(lambda: self.view.seen[wanted])
        return time.monotonic() - begun

    def has_checkpoint(self) -> None:
        """Wait until the job has one."""
        wait_for(self.client.resume_point, self._said)

    def settle(self) -> dict[int, Any]:
        """Stop writing, wait until all has come through; the ledger by ``seq``."""
        assert self._writer is not None
        self._writer.terminate()
        assert self._writer.wait(60) == 0
        ledger = self.ledger()
        self._comes(lambda: all(self.view.seen[seq] for seq in ledger))
        return ledger

    def refuse_canary(self) -> None:
        """Wait until all waits are over: by the watermark, which has passed all that came before."""
        with psycopg.connect(self.stack.addresses.postgres_dsn()) as connection:
            connection.execute(
                'insert into metrics.events(seq, metric_id, "timestamp", value, tags) '
                "overriding system value select max(seq) + 1, %s, now(), 1, '{}' from metrics.events",
                [_CANARY],
            )
        # its series never comes; when it is refused, the wait is over for all that came before
        wait_for(lambda: self.messages(Output.DEAD), self._said)
        (canary,) = self.messages(Output.DEAD)
        assert canary["reason"] == UNKNOWN_SERIES, canary

    def check(self, *, canary: bool = True) -> None:
        """Settle, and hold what was published against the ledger: each row once, and nothing else.

        ``canary``: the same once all waits are over, and one event whose series never comes is refused.
        """
        ledger = self.settle()
        if canary:
            self.refuse_canary()
        published = [_as_row(event) for event in self.messages(Output.CLEAN)]
        rows = {row[0]: row for row in published}
        lost = ledger.keys() - rows.keys()
        twice = len(published) - len(rows)
        assert not lost, f"{len(lost)} of {len(ledger)} lost: {sorted(lost)[:10]}"
        assert not twice, f"{twice} of {len(ledger)} twice"
        assert rows == ledger
        assert len(self.messages(Output.DEAD)) == canary
        for output in (Output.LOSSES, Output.DUPLICATES, Output.CONFLICTS):
            found = self.messages(output)
            assert not found, (output, found[:5])

    def ledger(self) -> dict[int, Any]:
        """What was committed, by ``seq``."""
        lines = self._ledger.read_text(encoding="utf-8").splitlines(keepends=True)
        rows = [json.loads(line) for line in lines if line.endswith("\n")]  # the last may be half written
        return {row[0]: (row[0], row[1], micros(row[2]), row[3], json.loads(row[4])) for row in rows}

    def newest(self) -> int:
        """Number of the newest row in the ledger; 0 if there is none."""
        if not self._ledger.exists():
            return 0
        with self._ledger.open("rb") as file:
            file.seek(max(0, self._ledger.stat().st_size - 4096))
            lines = file.read().split(b"\n")[1:-1]
        return int(json.loads(lines[-1])[0]) if lines else 0

    def _comes(self, condition: Callable[[], Any]) -> None:
        """Wait for events, while somebody looks after Connect."""
        wait_for_flow(self.stack, condition, self._said)

    def _said(self) -> str:
        behind = len(self.ledger().keys() - self.view.seen.keys())
        return (
            f"{behind} events have not come; {diagnosis(self.stack)}; the client: {self.client.log[-2000:]}"
        )


def wait_for_flow(stack: Stack, condition: Callable[[], Any], what: Callable[[], object]) -> None:
    """Wait for what comes through Connect, and look after it meanwhile."""
    operator = Operator(stack)

    def look() -> Any:
        operator.look()
        return condition()

    wait_for(look, what)


def micros(text: str) -> int:
    """A time in ISO 8601 as microseconds since 1970."""
    at = datetime.fromisoformat(text)
    return int(at.timestamp()) * 1_000_000 + at.microsecond


def _as_row(event: dict[str, Any]) -> tuple[int, str, int, float, Any]:
    return event["seq"], event["metric_id"], micros(event["timestamp"]), event["value"], event["tags"]
