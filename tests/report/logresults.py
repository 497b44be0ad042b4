"""Logs for tests of their report: values that must not be seen, hostile texts, and a bad night."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines import logs
from pipelines.settings import Settings
from report.compliancepage import write_compliance
from report.logspage import write_logs_report
from tests.report.results import EVIL

BIDI = "\u202egnp.tpircs\u2066"
LONG = "x" * 10_000
TRACE = "ab" * 16
_REFUSED = "login failed for user root from 203.0.113.7"
_BEGIN = datetime(2026, 3, 2, 2, 0, 0, tzinfo=UTC)


def _b64(value: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _iban(country: str, account: str) -> str:
    digits = "".join(str(int(c, 36)) for c in account + country + "00")
    return f"{country}{98 - int(digits) % 97:02d}{account}"


#: By kind: a value, and the text that it is found in. None of them is anybody's.
PLANTED = {
    "email": ("quentin.osterhagen@example.org", "{}"),
    "card": ("4539578763621486", "card {}"),
    "iban": (_iban("DE", "370400440917352846"), "iban {}"),
    "ssn": ("536-28-7419", "ssn {}"),
    "phone": ("+49 30 90173355", "phone {}"),
    "jwt": (f"{_b64({'alg': 'HS256'})}.{_b64({'sub': 'quentin'})}.{'kX9v' * 11}", "{}"),
    "password": ("Vy7-qolbert!x3", 'password="{}"'),
    "database": ("postgres://ledger:qolbertine83@db.internal:5432/pay", "{}"),
    "bearer": ("mF9x.B5f-4qolbert1JqMzz0", "Authorization: Bearer {}"),
    "aws": ("AKIA" + "QZ7XN4LMWPRT2VKD", "key {}"),
}


def line(at: float, service: str, level: str, message: str, **fields: Any) -> str:
    """A record as a line of JSON, ``at`` seconds after two o'clock."""
    time = (_BEGIN + timedelta(seconds=at)).isoformat()
    return json.dumps({"time": time, "level": level, "message": message, "service": service, **fields})


def run(folder: Path, lines: list[str], **settings: Any) -> Path:
    """The result of the logs job over ``lines``, with its report and the page for an auditor."""
    file = folder / "app.log"
    file.write_text("\n".join(lines) + "\n")
    out = folder / "out"
    logs.run(Settings(input=(str(file),), output=str(out), **settings))
    write_logs_report(out)
    write_compliance(out)
    return out


def planted(folder: Path, **settings: Any) -> Path:
    """A result of lines that have a value of each kind at every place where one may stand."""
    lines = []
    for number, (kind, (value, words)) in enumerate(PLANTED.items()):
        said = words.format(value)
        lines += [
            line(number, "shop", "ERROR", f"could not deal with {said} at once", trace_id=TRACE),
            line(number, "shop", "INFO", kind, **{"note": said, "nested": {"deep": [said]}}),
            line(number, "shop", "WARN", kind, **{said: "name of a field"}),
            line(number, said, "ERROR", f"{kind} is who speaks"),
            line(number, said, "WARN", "login failed for user root: invalid password"),
            line(number, said, "ERROR", f"seen by {kind}: {said}", **{"logger": said, "pod": said}),
            json.dumps({"message": f"pod {kind}", "kubernetes": {"pod_name": said}, "level": said}),
            '{"broken": "' + said,
        ]
    return run(folder, lines, **settings)


def hostile(folder: Path) -> Path:
    """A result in which every text that may be anybody's is markup, endless, or turned round."""
    lines = []
    for text in (EVIL, LONG, BIDI, "\x1b[31mred"):
        for at in range(3):
            lines.append(
                line(at, text, "ERROR", f"{text} failed for someone@example.org", trace_id=TRACE, n=at)
            )
            lines.append(line(at, text, "INFO", "x", **{text: "someone@example.org", "logger": text}))
        lines += [line(9, text, "WARN", _REFUSED, n=9)] * 12
    return run(folder, lines)


def night(folder: Path) -> Path:
    """A result of a night in which an error is new, another bursts, and somebody tries passwords."""
    lines = [
        line(2 * n, ("cart", "search")[n % 2], "INFO", f"GET /items/{n} 200 took {10 + n % 90} ms")
        for n in range(3600)
    ]
    lines += [line(60 * n, "search", "ERROR", f"shard {n % 7} did not answer") for n in range(80)]
    lines += [line(5000 + n / 4, "search", "ERROR", f"shard {n % 7} did not answer") for n in range(200)]
    lines += [
        line(6000 + n, "cart", "ERROR", f"order {n} was lost", trace_id=TRACE, span_id="cd" * 8)
        for n in range(9)
    ]
    lines += [line(6100 + n, "auth", "WARN", _REFUSED) for n in range(12)]
    lines += [line(6200 + n, "mail", "INFO", f"sent to jane{n}@example.org") for n in range(30)]
    return run(folder, [*lines, '{"broken": "'])
