"""A compliance report → its sections, for the report of the logs job, or a page alone for an auditor."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from report.compliance import Compliance, compliance_of
from report.drawings import heat_table
from report.frame import frame, write
from report.markup import Row, Safe, bar, folded, notes, plural, section, table, text
from report.measured import measured, unmeasured
from report.securitysection import security
from schemas.names import COMPLIANCE_FILE, COMPLIANCE_PAGE
from security.detectors import ALL, Category

CATEGORIES: Final = {
    Category.PII: "personal data",
    Category.PCI: "payment cards",
    Category.PHI: "health",
    Category.SECRET: "secrets",
}
#: Parts of the page, and of the report below its own.
NAVIGATION: Final = (
    ("kinds", "Kinds"),
    ("sources", "Sources"),
    ("fields", "Fields"),
    ("policy", "Policy"),
    ("coverage", "Coverage"),
    ("measured", "Measured"),
)
_ROWS: Final = 25  # that are not folded
_ACTIONS: Final = {
    "mask": "masked: a stand-in of the kind's own form",
    "replace": "replaced by a fixed text",
    "hash": "replaced by a keyed hash, the same for the same value",
    "token": "replaced by a token that its key turns back",
    "drop_field": "the field was taken out",
    "drop_line": "the whole line was dropped",
}


def write_compliance(output: str | Path) -> list[Path]:
    """Write the report of the result in ``output`` into it, as JSON and as a page; their paths.

    Raises InputError, OutputError.
    """
    folder = Path(output)
    found = compliance_of(folder)
    page = render(found).encode("utf-8", "replace")
    return [write_json(folder, found), write(folder / COMPLIANCE_PAGE, page)]


def write_json(folder: Path, found: Compliance) -> Path:
    """Write ``found`` as JSON alone; its path. Raises OutputError."""
    return write(folder / COMPLIANCE_FILE, msgspec.json.format(msgspec.json.encode(found)))


def render(found: Compliance) -> str:
    """The page alone."""
    navigation = (*NAVIGATION, ("security", "Security"))
    body = (_head(found), *sections(found, whole=True), security(found.security, set()))
    return frame("compliance", navigation, body)


def sections(found: Compliance, *, whole: bool = False) -> tuple[str, ...]:
    """All parts. ``whole``: with nothing folded, as on paper."""
    titles = {kind.name: kind.title for kind in reversed(ALL)}
    return (
        _kinds(found, titles, whole=whole),
        _sources(found, whole=whole),
        section("fields", "By field", _bars(found.by_field, "field", "refused", whole=whole), _FIELDS),
        _policy(found),
        _coverage(found),
        measured(found, titles, whole=whole),
        unmeasured(found, whole=whole),
    )


_FIELDS: Final = "Where to mend the cause: a field of one service is one line of code there."


def headline(found: Compliance) -> str:
    """What was hidden, in one sentence."""
    if not found.values:
        return f"Nothing to hide in {plural(found.records, 'record')}"
    share = found.records_with_findings / found.records if found.records else 0.0
    return (
        f"{plural(found.values, 'value')} hidden in {found.records_with_findings:,} of {found.records:,}"
        f" records ({share:.2%})"
    )


def _head(found: Compliance) -> str:
    facts = [(n, CATEGORIES.get(Category(name), name), "kinds") for name, n in found.by_category.items()]
    unread, security_findings = found.unread, found.security.findings
    facts.append((unread, f"record{'' if unread == 1 else 's'} refused unread", "coverage"))
    facts.append((security_findings, f"security finding{'' if security_findings == 1 else 's'}", "security"))
    shown = "".join(
        f'<li><a href="#{place}"><b>{count:,}</b> {text(name)}</a></li>' for count, name, place in facts
    )
    changed = notes([_CHANGED]) if found.measured_with.get("changed") else ""
    return (
        f'<header><h1>{text(headline(found))}</h1><ul class="facts">{shown}</ul>'
        f"<p>Job logs, finished {text(found.finished_at)}. This page holds names of kinds, sources and"
        f" fields, and nothing of the values.</p>{changed}</header>"
    )


_CHANGED: Final = (
    "Detectors have changed since recall and precision were measured: the figures are those of the version"
    " before."
)


def _kinds(found: Compliance, titles: Mapping[str, str], *, whole: bool) -> str:
    if not found.by_kind:
        return section("kinds", "By category and kind", "<p>Nothing was found.</p>")
    most = max(found.by_category.values())
    lines = "".join(
        f'<li><span class="name">{text(CATEGORIES.get(Category(name), name))}</span>{bar(n / most)}'
        f'<span class="number">{n:,}</span></li>'
        for name, n in found.by_category.items()
    )
    body = f'<ul class="bars">{lines}</ul>' + _bars(found.by_kind, "kind", "", titles, whole=whole)
    return section("kinds", "By category and kind", body)


def _sources(found: Compliance, *, whole: bool) -> str:
    if not found.by_source:
        return section("sources", "By source", "<p>Nothing was found.</p>")
    columns = [(str(name), words) for name, words in CATEGORIES.items()]
    shown = list(found.by_source_and_category.items())
    body = heat_table("service", dict(shown if whole else shown[:_ROWS]), columns)
    rest = [] if whole else shown[_ROWS:]
    more = folded(f"{len(rest):,} more", heat_table("service", dict(rest), columns)) if rest else ""
    others = found.by_source.get("(others)", 0)
    said = notes([f"{others:,} values are of services that are not named here."]) if others else ""
    return section("sources", "By source and category", body + more + said)


def _bars(
    counts: Mapping[str, int], what: str, kind: str, titles: Mapping[str, str] | None = None, *, whole: bool
) -> str:
    if not counts:
        return "<p>Nothing was found.</p>"
    most = max(counts.values())
    rows: list[Row] = []
    for name, count in counts.items():
        title = "" if titles is None else titles.get(name, "one of the policy's own")
        small = f"<br><small>{text(title)}</small>" if title else ""
        named = Safe(f'<span class="id">{text(name)}</span>{small}')
        rows.append([named, count, Safe(bar(count / most, kind))])
    head = (what, "values", "")
    shown = table(head, rows if whole else rows[:_ROWS])
    rest = [] if whole else rows[_ROWS:]
    return shown + (folded(f"{len(rest):,} more", table(head, rest)) if rest else "")


def _policy(found: Compliance) -> str:
    done: list[Row] = [(action, _ACTIONS.get(action, ""), count) for action, count in found.by_action.items()]
    body = table(("action", "", "values"), done) if done else "<p>Nothing had to be done.</p>"
    policy = found.redaction
    digest = policy.get("policy_sha256")
    settings: list[Row] = [
        ("policy", policy.get("policy", "")),
        ("SHA-256 of the policy", Safe(f'<span class="id">{text(digest)}</span>') if digest else "no file"),
        ("kinds", policy.get("kinds", "")),
        ("model is asked", {"unsure": "only when unsure"}.get(policy.get("model", ""), policy.get("model"))),
    ]
    settings += [(f"values decided by {tier}", f"{count:,}") for tier, count in found.by_tier.items()]
    lead = (
        "Values that a policy keeps or allows leave no trace here: the policy file, known by its digest, is"
        " the record of what is allowed."
    )
    return section(
        "policy",
        "What the policy did",
        f'<div class="columns"><div>{body}</div><div>{table(("setting", "value"), settings)}</div></div>',
        lead,
    )


def _coverage(found: Compliance) -> str:
    records: list[Row] = [
        ("read", found.records, ""),
        ("looked at and written", found.written, "in every column named below"),
        ("dropped", found.dropped, "by the policy, for what was in them"),
        ("refused unread", found.unread, _reasons(found.unread_by_reason)),
    ]
    kinds: list[Row] = [
        (CATEGORIES.get(Category(name), name), count)
        for name, count in found.kinds_looked_for_by_category.items()
    ]
    kinds.append(("together", found.kinds_looked_for))
    unread = ""
    if found.unread:
        unread = (
            "What cannot be parsed cannot be looked at, so nothing is kept of such a record in clear but its"
            " place, size, and SHA-256."
        )
    columns = (
        f"<p>Columns looked at, names as well as values: {text(', '.join(found.columns))}. Not looked at:"
        " numbers of the record itself, its times, and ids of traces and spans, which hold hexadecimal digits"
        " alone.</p>"
    )
    left = table(("records", "", "why"), records) + notes([unread] if unread else []) + columns
    right = table(("kinds looked for", "kinds"), kinds)
    return section("coverage", "Coverage", f'<div class="columns"><div>{left}</div><div>{right}</div></div>')


def _reasons(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{reason} {n:,}" for reason, n in counts.items())
