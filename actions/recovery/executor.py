"""Incidents → plans in a folder: dry runs, each id once, within the playbook's guard rails.

Nothing is carried out. A plan says what would be done, so that people, or an automation that they trust, can
do it. The guard rails hold all the same: what is suppressed gets no plan, and is counted with its reason.
"""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from actions.files import replace_file
from actions.ledger import Ledger
from actions.times import micros_of
from schemas.actions import ActionRecord, ActionResult, Incident, Plan, RootCause, Severity


class PlanFile(msgspec.Struct, frozen=True, kw_only=True):
    """What is written of a plan: ``<incident>.json``."""

    incident: str
    service: str
    severity: Severity
    opened_at: str
    root_cause: RootCause
    plan: Plan
    dry_run: bool = True


class RecoveryExecutor:
    """Write the plans of incidents into ``folder``, and keep account in ``ledger``."""

    def __init__(self, folder: Path, ledger: Ledger) -> None:
        self._folder = folder
        self._ledger = ledger

    def execute(self, incident: Incident) -> ActionResult:
        """Write the incident's plan, unless that was done before or a guard rail holds it back.

        Raises :class:`actions.errors.ActionError` where the folder cannot be written.
        """
        if self._ledger.repeated(incident.id):
            return ActionResult.REPEATED
        held_back = self._held_back(incident)
        if held_back is None:
            plan = PlanFile(
                incident=incident.id,
                service=incident.service,
                severity=incident.severity,
                opened_at=incident.opened_at,
                root_cause=incident.root_cause,
                plan=incident.plan,
            )
            replace_file(self._folder / f"{incident.id}.json", msgspec.json.format(msgspec.json.encode(plan)))
        result = ActionResult.APPLIED if held_back is None else ActionResult.SUPPRESSED
        self._ledger.record(
            ActionRecord(
                id=incident.id,
                action=incident.plan.playbook,
                targets=incident.plan.targets,
                at=incident.opened_at,
                result=result,
                reason=held_back or incident.plan.reason,
            )
        )
        return result

    def execute_all(self, incidents: Iterable[Incident]) -> None:
        """Execute all, in the order in which they opened: the guard rails look back."""
        for incident in sorted(incidents, key=lambda i: (i.opened_at, i.id)):
            self.execute(incident)

    def _held_back(self, incident: Incident) -> str | None:
        """Which guard rail holds the plan back, ``None`` if none does."""
        plan = incident.plan
        if len(plan.targets) > plan.blast_radius:
            return f"blast radius: {len(plan.targets)} targets, at most {plan.blast_radius}"
        under_way = 0
        for record in self._ledger.records():
            if record.result is not ActionResult.APPLIED or not record.targets:
                continue
            apart_seconds = abs(micros_of(incident.opened_at) - micros_of(record.at)) / 1e6
            if apart_seconds >= plan.cooldown_seconds:
                continue
            shared = sorted(set(record.targets) & set(plan.targets))
            if shared:
                return f"cooldown: {record.action} on {shared[0]} {apart_seconds:.0f} s apart"
            under_way += record.action == plan.playbook
        if under_way >= plan.max_concurrent:
            return f"concurrency: {under_way} {plan.playbook} under way, at most {plan.max_concurrent}"
        return None
