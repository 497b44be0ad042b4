"""``python -m tests.integration.chaos.ledgerwriter …``: rows into metrics.events, and a ledger of them.

What is in the ledger was committed, and what was committed is in the ledger once SIGTERM has ended the
writer, whatever becomes of PostgreSQL and of the connections meanwhile: each row has a number of its own, the
table's key, so that a transaction whose end is not known is simply written again; where it had been
committed, the key refuses it.
"""

import argparse
import json
import random
import signal
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psycopg

#: Numbers of rows from here on are those of ledgers.
FIRST_SEQ: Final = 10**9
_SERIES: Final = 20
_RETRY_SECONDS: Final = 0.2
_BEHIND_SECONDS: Final = 0.5  # what is not written while the database is away is not made up for
_SERIES_ROW: Final = (
    "insert into metrics.series(metric_id, service, pod, name, unit) "
    "values (%s, 'chaos', %s, 'load', 'count') on conflict do nothing"
)
_ROWS: Final = (
    'insert into metrics.events(seq, metric_id, "timestamp", value, tags) overriding system value '
    "select * from unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::float8[], %s::jsonb[])"
)

#: seq, metric_id, timestamp (ISO 8601), value, tags (JSON)
Row = tuple[int, str, str, float, str]


def rows(first_seq: int, seed: int) -> Iterator[Row]:
    """Rows whose (metric_id, timestamp) comes once: each microsecond of the clock is one row's."""
    chance = random.Random(seed)  # noqa: S311  no secret
    seq, last_us = first_seq, 0
    while True:
        last_us = max(last_us + 1, time.time_ns() // 1000)
        at = datetime.fromtimestamp(last_us // 1_000_000, UTC).replace(microsecond=last_us % 1_000_000)
        pod = f"chaos-{chance.randrange(_SERIES)}"
        tags = json.dumps({"pod": pod, "row": seq})
        yield seq, f"{pod}:load", at.isoformat(), round(chance.gauss(100, 5), 6), tags
        seq += 1


class LedgerWriter:
    """Commits transactions of 1 to ``most`` rows at about ``per_second`` rows a second."""

    def __init__(self, dsn: str, ledger: Path, *, per_second: float, most: int, seed: int) -> None:
        self._dsn = dsn
        self._ledger = ledger
        self._per_second = per_second
        self._most = most
        self._seed = seed
        self._connection: psycopg.Connection[Any] | None = None
        self.ended = False

    def run(self) -> None:
        """Write until ``ended``."""
        chance = random.Random(self._seed)  # noqa: S311  no secret
        with psycopg.connect(self._dsn) as connection:
            newest: Any = connection.execute("select coalesce(max(seq), 0) from metrics.events").fetchone()
            for number in range(_SERIES):
                connection.execute(_SERIES_ROW, (f"chaos-{number}:load", f"chaos-{number}"))
        source = rows(max(FIRST_SEQ, newest[0] + 1), self._seed)
        due = time.monotonic()
        with self._ledger.open("a", encoding="utf-8") as ledger:
            while not self.ended:
                batch = [next(source) for _ in range(chance.randint(1, self._most))]
                self._commit(batch)
                ledger.writelines(json.dumps(row) + "\n" for row in batch)
                ledger.flush()
                due = max(due + len(batch) / self._per_second, time.monotonic() - _BEHIND_SECONDS)
                time.sleep(max(0.0, due - time.monotonic()))

    def _commit(self, batch: list[Row]) -> None:
        """Commit ``batch``, for sure and once."""
        unclear = False
        while True:
            try:
                if self._connection is None:
                    self._connection = psycopg.connect(self._dsn, connect_timeout=5)
                with self._connection.transaction():
                    self._connection.execute(_ROWS, [list(column) for column in zip(*batch, strict=True)])
                return
            except psycopg.errors.UniqueViolation:
                if not unclear:
                    raise
                return  # it had been committed before the connection broke
            except psycopg.OperationalError:
                unclear = True
                if self._connection is not None:
                    self._connection.close()
                self._connection = None
                time.sleep(_RETRY_SECONDS)


def main(argv: list[str]) -> int:
    """Write until SIGTERM."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--dsn", required=True)
    parser.add_argument("--ledger", required=True, type=Path)
    parser.add_argument("--per-second", type=float, default=200.0)
    parser.add_argument("--most", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    chosen = vars(parser.parse_args(argv))
    writer = LedgerWriter(chosen.pop("dsn"), chosen.pop("ledger"), **chosen)

    def end(_number: int, _frame: object) -> None:
        writer.ended = True

    signal.signal(signal.SIGTERM, end)
    writer.run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
