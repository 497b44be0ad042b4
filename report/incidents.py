"""Incidents as cards: what happened, what it comes from, what speaks for it, what would be done."""

from collections.abc import Mapping, Sequence
from typing import Final

from report.data import Found
from report.markup import Safe, folded, plural, section, text
from report.payload import shortened
from schemas.actions import Evidence, Incident

_EVIDENCE: Final = 8
_LONG: Final = 600


def incidents(found: Found, series: Mapping[str, int], traces: Mapping[str, int]) -> str:
    """The cards; ``series`` and ``traces``: places of those that can be opened on the page."""
    title = "Incidents and planned recoveries"
    if not found.incidents:
        return section("incidents", title, "<p>No incident was found.</p>")
    cards = "".join(_card(found, incident, series, traces) for incident in found.incidents)
    lead = (
        f"{plural(found.incidents_in_all, 'incident')}, the worst first. Plans are dry runs: nothing was"
        " touched."
        if all(plan.dry_run for plan in found.plans.values())
        else f"{plural(found.incidents_in_all, 'incident')}, the worst first."
    )
    more = found.incidents_in_all - len(found.incidents)
    note = f'<p class="note">{more:,} more are in incidents/.</p>' if more else ""
    return section("incidents", title, f'<div class="cards">{cards}</div>{note}', lead)


def _card(found: Found, incident: Incident, series: Mapping[str, int], traces: Mapping[str, int]) -> str:
    cause, plan = incident.root_cause, incident.plan
    record = found.recovery.get(incident.id)
    file = found.plans.get(incident.id)
    outcome = f"{record.result}" if record else "not dealt with"
    if file is None or file.dry_run:
        outcome += ", dry run"
    of_series = plural(incident.series, "series", "series")
    facts = (
        f"{_clock(incident.started_at)} to {_clock(incident.last_seen_at)} UTC;"
        f" {plural(incident.verdicts, 'anomaly', 'anomalies')} of {of_series};"
        f" {incident.suppressed_verdicts:,} came after it had opened"
    )
    opened = "".join(
        f'<li><button type="button" class="link" data-trace="{traces[t]}">trace {text(t[:16])}</button></li>'
        for t in incident.trace_ids
        if t in traces
    )
    evidence = "".join(_evidence(e, cause.pod, series) for e in incident.evidence[:_EVIDENCE])
    if len(incident.evidence) > _EVIDENCE:
        evidence += f"<li>and {len(incident.evidence) - _EVIDENCE} more series</li>"
    return (
        f'<article class="card {text(incident.severity)}"><header>'
        f"<h3>{text(shortened(incident.service))}</h3>"
        f'<p class="tags"><span class="severity">{text(incident.severity)}</span>'
        f'<span class="state">{text(incident.state)}</span></p></header><p>{text(facts)}</p>'
        f"<h4>Root cause{', downstream' if cause.downstream else ''}</h4>"
        f"<p>{_link(cause.metric_id, f'{cause.pod or cause.service}: {cause.metric}', series)}<br>"
        f"{text(shortened(cause.why, _LONG))}</p>"
        + folded(
            f"Evidence: {plural(len(incident.evidence), 'series', 'series')}",
            f'<ul class="evidence">{evidence}</ul>',
        )
        + (f'<ul class="traces">{opened}</ul>' if opened else "")
        + f"<h4>Plan: {text(shortened(plan.playbook))} <small>{text(outcome)}</small></h4>"
        f"{_reasons(shortened(plan.reason, _LONG))}{_plan(incident)}</article>"
    )


def _reasons(reason: str) -> str:
    """A reason that lists several is set as a list."""
    lead, _, rest = reason.partition(": ")
    parts = rest.split("; ")
    return f"<p>{text(lead)}:</p>{_list('ul', parts)}" if len(parts) > 1 else f"<p>{text(reason)}</p>"


def _plan(incident: Incident) -> str:
    plan = incident.plan
    parts = _list("ol", plan.steps)
    rails = []
    if plan.cooldown_seconds:
        rails.append(f"not again within {plan.cooldown_seconds:,.0f} s")
    rails.append(f"at most {plan.max_concurrent:,} at once")
    rails.append(f"touches {plural(plan.blast_radius, 'pod')}" if plan.blast_radius else "touches nothing")
    parts += f'<p class="rails"><b>Guard rails</b> {text("; ".join(rails))}</p>'
    for title, lines in (("Targets", plan.targets), ("Only if", plan.preconditions), ("To undo", plan.undo)):
        if lines:
            parts += f"<h5>{title}</h5>" + _list("ul", lines)
    return parts


def _list(kind: str, lines: Sequence[str]) -> str:
    items = "".join(f"<li>{text(shortened(line, _LONG))}</li>" for line in lines[:20])
    return f"<{kind}>{items}</{kind}>" if items else ""


def _evidence(evidence: Evidence, pod: str, series: Mapping[str, int]) -> str:
    """The pod of the root cause is said already."""
    words = (
        f"{_number(evidence.value)} where {_number(evidence.expected)} was expected, score"
        f" {evidence.score:,.1f}; {plural(evidence.anomalies, 'anomaly', 'anomalies')} since"
        f" {_clock(evidence.onset_at)}; {evidence.kind}"
    )
    name = evidence.metric_id.removeprefix(f"{pod}:")
    return f"<li>{_link(evidence.metric_id, name, series)}<br>{text(words)}</li>"


def _link(metric_id: str, words: str, series: Mapping[str, int]) -> Safe:
    """A button that opens the series, if it is on the page."""
    shown = text(shortened(words))
    if metric_id not in series:
        return Safe(shown)
    return Safe(f'<button type="button" class="link" data-series="{series[metric_id]}">{shown}</button>')


def _number(value: float) -> str:
    return f"{value:,.4g}" if abs(value) < 1e5 else f"{value:,.0f}"  # noqa: PLR2004


def _clock(iso: str) -> str:
    return iso[11:19]
