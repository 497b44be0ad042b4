"""How batches and structs travel between stages.

Batches travel as Arrow IPC. On one machine a large batch can be left at a left-luggage office instead (the
claim check of Hohpe and Woolf, Enterprise Integration Patterns): the bytes go to a file, and a short ticket
travels. The in-process runner keeps all that lies between two stages in memory; with tickets this stays
small however long the input is. Tickets are only good on the machine that wrote them: :func:`spill_to` is for
the local runner alone.
"""

import os
import struct
from pathlib import Path
from threading import Lock
from typing import Any, Final

import apache_beam as beam
import msgspec
import pyarrow as pa

from schemas.batches import decode, encode
from schemas.letters import AuditRecord, DeadLetter
from schemas.records import RawRecords

SPILL_VARIABLE: Final = "TRACEO_SPILL_FOLDER"
SPILL_FROM_BYTES: Final = 16 * 1024

_INLINE: Final = b"\x00"
_TICKET: Final = struct.Struct("<cQQQ")  # kind, file number, offset, length
_KIND: Final = b"\x01"


class SpillError(RuntimeError):
    """The spill folder cannot be written; the message names it."""


class _Office:
    """The files of this process in the spill folder: appended to by one writer, read at any place."""

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)
        self._number = os.getpid()
        self._path = self.folder / str(self._number)
        self._end = 0
        self._writer = self._path.open("ab", buffering=0)
        self._readers: dict[int, int] = {}
        self._lock = Lock()  # the runner's workers may be threads

    def leave(self, data: pa.Buffer) -> bytes:
        view = memoryview(data)
        with self._lock:
            offset = self._end
            try:
                while view:
                    view = view[self._writer.write(view) :]
            except OSError as error:
                raise SpillError(f"{self._path}: {error.strerror}") from error
            self._end += data.size
        return _TICKET.pack(_KIND, self._number, offset, data.size)

    def fetch(self, ticket: bytes) -> bytes:
        _, number, offset, length = _TICKET.unpack(ticket)
        if number not in self._readers:
            self._readers[number] = os.open(self.folder / str(number), os.O_RDONLY)
        return os.pread(self._readers[number], length, offset)

    def close(self) -> None:
        self._writer.close()
        for descriptor in self._readers.values():
            os.close(descriptor)


_office: _Office | None = None


def _current_office() -> _Office | None:
    """The office of the folder that the environment names; worker processes inherit the variable."""
    global _office  # noqa: PLW0603  one office a process, opened at first use
    folder = os.environ.get(SPILL_VARIABLE)
    if _office is not None and (str(_office.folder) != folder or _office._number != os.getpid()):  # noqa: SLF001
        _office.close()
        _office = None
    if _office is None and folder:
        _office = _Office(folder)
    return _office


def spill_to(folder: Path | None) -> None:
    """Leave large batches of this process and its children in ``folder``; ``None``: carry them inline."""
    if folder is None:
        os.environ.pop(SPILL_VARIABLE, None)
    else:
        os.environ[SPILL_VARIABLE] = str(folder)
    _current_office()


class BatchCoder(beam.coders.Coder):
    """A record batch as Arrow IPC, inline or as a ticket."""

    def encode(self, value: pa.RecordBatch) -> bytes:
        data = encode(value)
        office = _current_office()
        if office is None or data.size < SPILL_FROM_BYTES:
            return _INLINE + bytes(data)
        return office.leave(data)

    def decode(self, encoded: bytes) -> pa.RecordBatch:
        if encoded[:1] == _INLINE:
            return decode(pa.py_buffer(encoded)[1:])
        office = _current_office()
        if office is None:
            raise RuntimeError(f"a batch was spilled by another machine: {SPILL_VARIABLE} is for local runs")
        return decode(office.fetch(encoded))

    def estimate_size(self, value: pa.RecordBatch) -> int:
        """For the runner's statistics; Beam would encode (and so spill) the batch once more for it."""
        return int(value.get_total_buffer_size())

    def is_deterministic(self) -> bool:
        return False

    def to_type_hint(self) -> Any:
        return pa.RecordBatch


class StructCoder(beam.coders.Coder):
    """A msgspec struct as MessagePack."""

    def __init__(self, kind: type[msgspec.Struct]) -> None:
        self._kind = kind

    @classmethod
    def from_type_hint(cls, hint: type[msgspec.Struct], registry: Any) -> "StructCoder":
        """How the registry makes the coder of a struct."""
        return cls(hint)

    def encode(self, value: msgspec.Struct) -> bytes:
        return msgspec.msgpack.encode(value)

    def decode(self, encoded: bytes) -> Any:
        return msgspec.msgpack.decode(encoded, type=self._kind)

    def estimate_size(self, value: msgspec.Struct) -> int:
        """For the runner's statistics: a batch says its size, the others are small."""
        size = getattr(value, "nbytes", None)
        return len(self.encode(value)) if size is None else int(size)

    def is_deterministic(self) -> bool:
        return True

    def to_type_hint(self) -> Any:
        return self._kind

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StructCoder) and self._kind is other._kind

    def __hash__(self) -> int:
        return hash(self._kind)


def register_struct(kind: type[msgspec.Struct]) -> None:
    """Let Beam carry ``kind`` as MessagePack."""
    beam.coders.registry.register_coder(kind, StructCoder)


beam.coders.registry.register_coder(pa.RecordBatch, BatchCoder)
for _kind in (RawRecords, DeadLetter, AuditRecord):
    register_struct(_kind)
