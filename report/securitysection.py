"""Security findings → a section: by rule, and the gravest with what speaks for them."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final

from report.markup import plural, section, text
from report.securityfindings import Security, SecurityFinding

_TITLE: Final = "Security findings"
_LEAD: Final = (
    "Failed logins in a row, changes of privilege, attempts at injection, secrets in lines, unusual volume by"
    " one actor. Who and from where are keyed hashes in <code>security/</code> (OCSF 1.3, class 2004)."
)


def security(found: Security, traces: Collection[str]) -> str:
    """The section. ``traces``: ids of those that are on the page."""
    if not found.findings:
        return section("security", _TITLE, "<p>Nothing was found.</p>", _LEAD)
    severities = ", ".join(f"{n:,} {name.lower()}" for name, n in found.by_severity.items())
    graves = ", ".join(f"{n:,} {name}" for name, n in found.incidents_by_severity.items())
    incidents = f" ({graves}), {found.incidents_open:,} still open" if graves else ""
    said = (
        f"<p>{plural(found.findings, 'finding')} ({text(severities)});"
        f" {plural(found.incidents, 'incident')}{text(incidents)}.</p>"
    )
    items = "".join(_item(one, traces) for one in found.gravest)
    hidden = found.findings - len(found.gravest)
    more = f'<p class="note">{hidden:,} more are in security/.</p>' if hidden else ""
    return section("security", _TITLE, said + f'<ol class="finds">{items}</ol>{more}', _LEAD)


def _item(one: SecurityFinding, traces: Collection[str]) -> str:
    proof = "; ".join(
        [
            *(f"trace {trace_link(trace_id, traces)}" for trace_id in one.traces),
            *(f"record {text(record)}" for record in one.records),
        ]
    )
    techniques = f" <small>{text('; '.join(one.techniques))}</small>" if one.techniques else ""
    return (
        f'<li><div class="what"><span class="grade g{one.severity_id}">{text(one.severity.lower())}</span>'
        f'<span class="service">{text(", ".join(one.resources)) or "–"}</span>'
        f"<span><b>{one.count:,}</b> event{'' if one.count == 1 else 's'}</span><span>{_when(one)}</span>"
        f"</div><p>{text(one.title)}{techniques}</p>"
        + (f'<p class="pair">{proof}</p>' if proof else "")
        + "</li>"
    )


def _when(one: SecurityFinding) -> str:
    first, last = moment_of(one.first_seen_ms), moment_of(one.last_seen_ms)
    if first == last:
        return f"{first} UTC"
    return f"{first} to {last[11:] if first[:10] == last[:10] else last} UTC"


def moment_of(epoch_ms: float) -> str:
    """Day and time, to the second; a time that no calendar knows as its number."""
    try:
        return datetime.fromtimestamp(epoch_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, OverflowError, OSError):
        return f"{epoch_ms:g} ms"


def trace_link(trace_id: str | None, traces: Collection[str]) -> str:
    """The id, leading to the lines of the trace where these are on the page."""
    if not trace_id:
        return "–"
    shown = f'<span class="id">{text(trace_id)}</span>'
    return (
        f'<a class="id" href="#trace-{text(trace_id)}">{text(trace_id)}</a>' if trace_id in traces else shown
    )
