"""What a run set in motion, carried out on this machine: each action once, whatever is run again.

Invalidations → removed from an in-process cache; incidents that opened → plans (dry runs). The ledgers that
say what was dealt with lie beside the results, and go on from one result to the next.
"""

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from actions.cache.executor import InvalidationExecutor
from actions.cache.store import AnswerCache
from actions.ledger import Ledger
from actions.recovery.executor import RecoveryExecutor
from connectors.sinks import FileWritten
from schemas.actions import Incident, IncidentState, Invalidation
from schemas.names import ACTIONS_FOLDER, Output

CACHE_LEDGER: Final = "cache.jsonl"
RECOVERY_LEDGER: Final = "recovery.jsonl"
PLANS_FOLDER: Final = "plans"
T = TypeVar("T", bound=msgspec.Struct)


def act(files: Iterable[FileWritten], staging: Path, output: Path) -> dict[str, Any]:
    """Carry out what ``files`` ask for, and keep account in ``staging``; counts by executor and result.

    ``output``: where the earlier result is, with its ledgers.
    """
    files = list(files)
    folder = staging / ACTIONS_FOLDER
    if (output / ACTIONS_FOLDER).exists():
        shutil.copytree(output / ACTIONS_FOLDER, folder)
    (folder / PLANS_FOLDER).mkdir(parents=True, exist_ok=True)
    invalidations = sorted(
        _read(files, Output.INVALIDATIONS, Invalidation), key=lambda i: (i.window_start, i.id)
    )
    cache_ledger, recovery_ledger = open_ledgers(output)
    cache = InvalidationExecutor(AnswerCache(), cache_ledger)
    cache.execute_all(invalidations)
    cache_ledger.save(folder / CACHE_LEDGER)
    opened = [i for i in _read(files, Output.INCIDENTS, Incident) if i.state is IncidentState.OPEN]
    RecoveryExecutor(folder / PLANS_FOLDER, recovery_ledger).execute_all(opened)
    recovery_ledger.save(folder / RECOVERY_LEDGER)
    return {
        "invalidations": len(invalidations),
        "incidents": len(opened),
        "cache": {str(result): n for result, n in sorted(cache_ledger.counts.items()) if n},
        "recovery": {str(result): n for result, n in sorted(recovery_ledger.counts.items()) if n},
    }


def open_ledgers(output: Path) -> tuple[Ledger, Ledger]:
    """Those of the earlier result: of the cache, of recovery. Raises :class:`actions.errors.ActionError`."""
    folder = output / ACTIONS_FOLDER
    return Ledger.open(folder / CACHE_LEDGER), Ledger.open(folder / RECOVERY_LEDGER)


def _read(files: Iterable[FileWritten], output: Output, kind: type[T]) -> Iterator[T]:
    decoder = msgspec.json.Decoder(kind)
    for file in files:
        if file.output == output:
            with Path(file.path).open("rb") as stream:
                yield from map(decoder.decode, stream)
