"""Does a job that reads for long stay as small as it is? Rows at a steady rate, and a look every half minute.

    python -m tests.bench.soak --rate 500 --minutes 30

The job runs already (``traceo run ingest --runner flink``). Each line is one look: rows inserted, size and
time of the latest checkpoint, memory of the TaskManager and of the Python workers (proportional set size,
PSS). What the state keeps for a while (``horizon_seconds``, ``lateness_seconds``) fills first; the last lines
compare the median of the last third with that of the third before it.
"""

import argparse
import statistics
import threading
import time
from dataclasses import astuple, dataclass, fields

from runners.flink.rest import Flink
from runners.stack import Stack
from tests.bench.latency import insert

_JOB = "traceo-ingest"
_EVERY_SECONDS = 30.0
_MIB = 1 << 20


@dataclass(frozen=True)
class Look:
    """What the job holds after so many seconds and rows; sizes in MiB, times in milliseconds."""

    seconds: float
    rows: float
    checkpoint_mib: float
    checkpoint_ms: float
    taskmanager_mib: float
    workers_mib: float


def look(stack: Stack, flink: Flink, job: str, seconds: float, rows: float) -> Look:
    """Ask Flink for the latest checkpoint, and the kernel for the memory."""
    latest = flink.checkpoints(job)["latest"]["completed"]
    memory = {found.component: found.memory_bytes / _MIB for found in stack.status()}
    size, took = latest["state_size"] / _MIB, latest["end_to_end_duration"]
    return Look(seconds, rows, size, took, memory["taskmanager"], memory["workers"])


def watch(stack: Stack, rate: float, seconds: float) -> list[Look]:
    """Insert rows for so long; print and give what was seen."""
    flink = Flink(stack.addresses.flink_url)
    running = flink.running(_JOB)
    if running is None:
        raise SystemExit(f"no job {_JOB} runs; start it with traceo run ingest --runner flink")
    looks: list[Look] = []
    writer = threading.Thread(target=insert, args=(stack, rate, seconds, 25), daemon=True)
    begun = time.monotonic()
    writer.start()
    print("  ".join(f"{name.name:>15}" for name in fields(Look)))
    while writer.is_alive():
        writer.join(_EVERY_SECONDS)
        passed = time.monotonic() - begun
        looks.append(look(stack, flink, running["jid"], passed, rate * passed))
        print("  ".join(f"{value:>15,.1f}" for value in astuple(looks[-1])), flush=True)
    return looks


def growth(looks: list[Look]) -> dict[str, float]:
    """Last third over the third before it, by the median of each figure: 1.0 is flat."""
    third = max(1, len(looks) // 3)
    before, last = looks[-2 * third : -third] or looks, looks[-third:]
    return {
        name: statistics.median(getattr(one, name) for one in last)
        / statistics.median(getattr(one, name) for one in before)
        for name in ("checkpoint_mib", "checkpoint_ms", "taskmanager_mib", "workers_mib")
    }


def main() -> None:
    """Watch, and print the growth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=500.0, help="rows a second")
    parser.add_argument("--minutes", type=float, default=30.0)
    arguments = parser.parse_args()
    looks = watch(Stack(), arguments.rate, arguments.minutes * 60)
    for name, ratio in growth(looks).items():
        print(f"{name}: last third over the third before it {ratio:.3f}")


if __name__ == "__main__":
    main()
