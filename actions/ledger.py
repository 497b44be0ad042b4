"""Which actions were dealt with, by id: what is repeated by a retry or a replay is done once.

A ledger is bounded, oldest ids are forgotten first, and kept as JSON lines in a file that is replaced as a
whole. An action is recorded after it was done, so that after a crash between the two it is done again rather
than never: it must do no harm the second time.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from threading import RLock

import msgspec

from actions.errors import ActionError
from actions.files import replace_file
from schemas.actions import ActionRecord, ActionResult

_DECODER = msgspec.json.Decoder(ActionRecord)


class Ledger:
    """The records of actions, by id, at most ``max_records``; see :meth:`open` for one that is kept."""

    def __init__(self, *, max_records: int = 100_000) -> None:
        self._max_records = max_records
        self._records: dict[str, ActionRecord] = {}
        self._lock = RLock()
        self.counts: Counter[ActionResult] = Counter()

    @classmethod
    def open(cls, path: Path, *, max_records: int = 100_000) -> "Ledger":
        """The ledger of an earlier run; an empty one if there is no file. Raises :class:`ActionError`."""
        ledger = cls(max_records=max_records)
        try:
            lines = path.read_bytes().splitlines() if path.exists() else []
            for line in filter(bytes.strip, lines):
                ledger._keep(_DECODER.decode(line))
        except OSError as error:
            raise ActionError(f"{path}: {error.strerror}") from error
        except msgspec.DecodeError as error:
            raise ActionError(
                f"{path}: no ledger of actions: {error}; move it away, and all actions are done again"
            ) from error
        return ledger

    def repeated(self, action_id: str, at: str = "") -> bool:
        """Whether the action was dealt with before, for data up to ``at``; if so it is counted."""
        with self._lock:
            known = self._records.get(action_id)
            found = known is not None and known.at >= at
            self.counts[ActionResult.REPEATED] += found
            return found

    def record(self, record: ActionRecord) -> None:
        """Note what became of an action, and count it."""
        with self._lock:
            self._keep(record)
            self.counts[record.result] += 1

    def _keep(self, record: ActionRecord) -> None:
        self._records.pop(record.id, None)  # what is recorded again is young again
        self._records[record.id] = record
        while len(self._records) > self._max_records:
            del self._records[next(iter(self._records))]

    def records(self) -> Iterator[ActionRecord]:
        """All records, oldest first."""
        with self._lock:
            return iter(list(self._records.values()))

    def __len__(self) -> int:
        return len(self._records)

    def save(self, path: Path) -> None:
        """Replace the file ``path`` as a whole. Raises :class:`ActionError`."""
        lines = [msgspec.json.encode(record) + b"\n" for record in self.records()]
        replace_file(path, b"".join(lines))
