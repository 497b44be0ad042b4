"""The benchmark of logs: redaction beside what a user would write instead, and the whole logs job.

Real log lines (the sample's bodies, repeated), one in twenty with a value of one of the eight basic kinds, on
one core:

- ``re``: the eight patterns one after another by Python's ``re`` on each line, as one would write it;
- ``basic``, ``all``: ``traceo redact`` with the eight kinds, and with all; patterns only;
- ``model``: the same as ``all``, and the model asked where a pattern is not sure.

Each reads the first megabytes alone, which is when its automata are built; then they take turns in every
round, and medians are compared. Then, each a process with all that it takes to start: ``traceo redact`` over
the same lines, and the job, OTLP documents to written files.
"""

import io
import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from rich.console import Console
from rich.table import Table

from connectors.logfiles import find_log_files
from logs.decode import Reading, decode_documents
from pipelines.redactfilter import Filter
from security.loaded import load_redactor
from security.redactor import Redactor

#: One of the eight kinds each; ``%d`` is another number in every line.
_PLANTED: Final = (
    "mail user%d@example.com",
    "password=hunter%d",
    "ssn 123-45-6789 %d",
    "call (415) 555-2671 %d",
    "card 4111 1111 1111 1111 %d",
    "dsn postgresql://app:pw%d@db/shop",
    "token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ%d.dozjgNryP4J3jVmNHl0w5N",
    "api_key=0123456789abcdef%d",
)
_SHARE: Final = 0.05
#: What a user would write: every pattern over every line.
_USERS: Final = tuple(
    (re.compile(pattern), mask)
    for pattern, mask in (
        (r"(?:postgres(?:ql)?|mysql|mongodb(?:\+srv)?|redis)://[^\s\"'<>]+", "[DATABASE_URL]"),
        (r"\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*", "[JWT]"),
        (
            r"(?i)\b((?:api|access|secret|auth)[_-]?(?:key|token)[\"']?\s*[:=]\s*[\"']?)[\w./+-]{8,}",
            r"\1[API_KEY]",
        ),
        (r"(?i)\b((?:password|passwd|pwd)[\"']?\s*[:=]\s*[\"']?)[^\s\"',;&]+", r"\1[PASSWORD]"),
        (r"\b([\w.%+-])[\w.%+-]*@((?:[\w-]+\.)+[A-Za-z]{2,})\b", r"\1***@\2"),
        (r"\b(?:\d[ -]?){12,18}(\d)\b", "****-****-****-****"),
        (r"\b\d{3}-\d{2}-\d{4}\b", "***-**-****"),
        (r"(?:\+\d{1,3}[ -]?)?\(?\b\d{3}\)?[-. ]\d{3}[-. ]\d{4}\b", "***-***-****"),
    )
)
_LINES: Final = 100_000
_FIRST_BYTES: Final = 4_000_000
_LINE_BYTES: Final = 1 << 20
_MEGA: Final = 1e6
_out = Console(highlight=False)


def run(sample: str, records: int, rounds: int, json_file: str | None) -> int:
    """Run the benchmark, the job over ``records``; print its table, write its figures; the exit code."""
    bodies = _bodies(sample)
    text = _lines(bodies, _LINES)
    figures: dict[str, Any] = {"lines": text.count(b"\n"), "megabytes": round(len(text) / _MEGA, 1)}
    contenders = _contenders()
    first = text[: text.find(b"\n", _FIRST_BYTES) + 1] or text
    figures["first_megabytes"] = round(len(first) / _MEGA, 1)
    figures["first_seconds"] = {
        name: round(_seconds(redact, first), 2) for name, redact in contenders.items()
    }
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds):
        for name, redact in contenders.items():
            seconds[name].append(_seconds(redact, text))
            rate = len(text) / seconds[name][-1] / _MEGA
            _out.print(f"round {number + 1} of {rounds}  {name:6} {rate:>8,.1f} MB/s")
    rates = {name: len(text) / statistics.median(times) / _MEGA for name, times in seconds.items()}
    figures["redact_megabytes_per_second"] = {name: round(rate, 1) for name, rate in rates.items()}
    figures["redact_to_re"] = {name: round(rates[name] / rates["re"], 1) for name in rates}
    commands, jobs = [], []
    for _ in range(rounds):
        commands.append(_command(text))
        jobs.append(_job(sample, records))
    figures["command_megabytes_per_second"] = round(statistics.median(commands), 1)
    figures["job_records"] = records
    figures["job_records_per_second"] = round(statistics.median(jobs))
    _show(figures)
    if json_file:
        Path(json_file).write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
        _out.print(f"wrote {json_file}", style="bold")
    return 0


def _seconds(redact: Callable[[bytes], Any], text: bytes) -> float:
    begun = time.perf_counter()
    redact(text)
    return time.perf_counter() - begun


def _bodies(sample: str) -> list[str]:
    """The bodies of the sample's logs, each on one line."""
    found: list[str] = []
    for file in find_log_files([sample]):
        with pa.input_stream(file) as stream:
            documents = stream.read().splitlines()
        batch = decode_documents(documents, list(range(len(documents))), Reading()).batch
        found += [body.replace("\n", " ") for body in batch.column("body").to_pylist() if "eyJ" not in body]
    return found


def _lines(bodies: Sequence[str], lines: int) -> bytes:
    """``lines`` lines, one in twenty with a value."""
    chance = random.Random(1)  # noqa: S311  no secret
    made = []
    for number in range(lines):
        body = bodies[number % len(bodies)]
        if chance.random() < _SHARE:
            body = f"{body} {chance.choice(_PLANTED).replace('%d', str(number))}"
        made.append(body)
    return ("\n".join(made) + "\n").encode()


def _contenders() -> dict[str, Callable[[bytes], Any]]:
    def filtered(redactor: Redactor) -> Callable[[bytes], Any]:
        def work(text: bytes) -> None:
            one = Filter(redactor, max_line_bytes=_LINE_BYTES, listener=lambda *_found: None)
            one.run(io.BytesIO(text), io.BytesIO())

        return work

    return {
        "re": _users_way,
        "basic": filtered(load_redactor("basic", model="off")),
        "all": filtered(load_redactor("all", model="off")),
        "model": filtered(load_redactor("all", model="unsure")),
    }


def _users_way(text: bytes) -> bytes:
    out = []
    for line in io.TextIOWrapper(io.BytesIO(text), encoding="utf-8"):
        clean = line
        for pattern, mask in _USERS:
            clean = pattern.sub(mask, clean)
        out.append(clean.encode())
    return b"".join(out)


def _command(text: bytes) -> float:
    """Megabytes a second of ``traceo redact``, in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="traceo-bench-") as folder:
        source = Path(folder) / "lines.log"
        source.write_bytes(text)
        command = [sys.executable, "-m", "pipelines", "redact", "--model", "off", "--quiet", str(source)]
        begun = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  our own module
        rate = len(text) / (time.perf_counter() - begun) / _MEGA
        _out.print(f"traceo redact  {rate:>9,.1f} MB/s, its start included")
        return rate


def _job(sample: str, records: int) -> float:
    """Records a second of the whole job over copies of the sample's logs, in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="traceo-bench-") as folder:
        source = Path(folder) / "logs.otlp.jsonl"
        _multiply(sample, records, source)
        output = Path(folder) / "out"
        command = [sys.executable, "-m", "pipelines", "run", "logs", "--input", str(source)]
        command += ["--output", str(output), "--redact-model", "off"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  our own module
        summary = json.loads((output / "summary.json").read_text())
        rate: float = summary["records"] / summary["seconds"]
        _out.print(f"job    {rate:>9,.0f} records/s")
        return rate


def _multiply(sample: str, records: int, target: Path) -> None:
    documents: list[bytes] = []
    for file in find_log_files([sample]):
        with pa.input_stream(file) as stream:
            documents += stream.read().splitlines(keepends=True)
    held = sum(document.count(b'"body"') for document in documents)
    with target.open("wb") as out:
        for _ in range(-(-records // held)):
            out.writelines(documents)


def _show(figures: dict[str, Any]) -> None:
    table = Table(title=f"{figures['lines']:,} lines, {figures['megabytes']} MB, one core")
    first = f"first {figures['first_megabytes']} MB"
    for title in ("what", "MB/s", "times re", first):
        table.add_column(title, justify="left" if title == "what" else "right")
    for name, rate in figures["redact_megabytes_per_second"].items():
        seconds = figures["first_seconds"][name]
        table.add_row(name, f"{rate:,.1f}", f"{figures['redact_to_re'][name]:,.1f}", f"{seconds} s")
    _out.print(table)
    _out.print(
        f"traceo redact, all kinds: {figures['command_megabytes_per_second']:,} MB/s, its start included"
    )
    _out.print(
        f"whole logs job: {figures['job_records_per_second']:,} records/s over {figures['job_records']:,}, "
        "its start included"
    )
