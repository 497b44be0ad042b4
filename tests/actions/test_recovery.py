"""Incidents: what they come from, how bad they are, what would be done about them, and the guard rails."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

from actions.errors import ActionError
from actions.ledger import Ledger
from actions.recovery.callgraph import CallGraph
from actions.recovery.debounce import Rules, Turn, Watch, close, in_order, take
from actions.recovery.executor import RecoveryExecutor
from actions.recovery.incidents import incident_of
from actions.recovery.metrickinds import kind_of
from actions.recovery.playbooks import OBSERVE_ONLY, PLAYBOOKS
from schemas.actions import ActionResult, Incident, IncidentState, MetricKind, Severity
from schemas.verdicts import Reason, Verdict
from tests.actions.batches import verdict

EDGES = [("web", "cart"), ("cart", "db"), ("web", "auth"), ("db", "disk"), ("disk", "db")]


def incident(
    *verdicts: Verdict,
    service: str = "cart",
    edges: list[tuple[str, str]] | None = None,
    turn: Turn = Turn.CLOSED,
) -> Incident:
    graph, watch, turns = CallGraph(edges or []), Watch(), []
    for one in in_order(verdicts):
        turns += take(watch, service, one, Rules())
    turns += close(watch)
    ((found, case),) = [t for t in turns if t[0] is turn]
    return incident_of(case, service, found, graph, min_series=2)


def failing(at: float = 0, service: str = "cart", score: float = 6.0) -> Verdict:
    return verdict("pod_success_rate_percent", at, service=service, score=score, reason=Reason.BELOW)


def slow(at: float = 0, service: str = "cart", **fields: Any) -> Verdict:
    return verdict("pod_server_latency_p99_seconds", at, service=service, **fields)


def busy(at: float = 0, service: str = "cart") -> Verdict:
    return verdict("pod_workload_ops", at, service=service)


def full(
    at: float = 0, service: str = "cart", pod: str | None = None, name: str = "memory_usage_mib"
) -> Verdict:
    return verdict(name, at, service=service, pod=pod)


@pytest.mark.parametrize(
    ("metric", "reason", "kind"),
    [
        ("pod_success_rate_percent", Reason.BELOW, MetricKind.ERRORS),
        ("pod_success_rate_percent", Reason.ABOVE, MetricKind.OTHER),
        ("http_5xx_total", Reason.ABOVE, MetricKind.ERRORS),
        ("pod_client_latency_p90_seconds", Reason.ABOVE, MetricKind.LATENCY),
        ("node_cpu_usage_rate_percent", Reason.ABOVE, MetricKind.SATURATION),
        ("cpu_usage_millicores", Reason.BELOW, MetricKind.OTHER),
        ("network_receive_bytes", Reason.ABOVE, MetricKind.TRAFFIC),
        ("syscall_read", Reason.ABOVE, MetricKind.TRAFFIC),
        ("temperature", Reason.ABOVE, MetricKind.OTHER),
    ],
)
def test_what_a_metric_tells(metric: str, reason: Reason, kind: MetricKind) -> None:
    assert kind_of(metric, reason) is kind


def test_the_call_graph_knows_who_is_downstream() -> None:
    graph = CallGraph(EDGES)
    assert graph.below("web") == {"cart", "db", "auth", "disk"}
    assert graph.above("db") == {"cart", "web", "disk"}
    assert graph.below("db") == {"disk"}
    assert graph.most_downstream(["web", "cart"]) == {"cart"}
    assert graph.most_downstream(["web", "cart", "auth"]) == {"cart", "auth"}
    assert graph.most_downstream(["cart", "db", "disk"]) == {"db", "disk"}
    assert CallGraph().most_downstream(["a"]) == {"a"}


def test_the_first_series_is_the_root_cause_and_the_reason_is_said() -> None:
    found = incident(full(0), slow(60), failing(60), slow(120, score=40.0, trace_id="t1"))
    cause = found.root_cause
    assert (cause.service, cause.pod, cause.metric) == ("cart", "cart-1", "memory_usage_mib")
    assert (cause.kind, cause.score, cause.downstream) == (MetricKind.SATURATION, 2.0, False)
    assert cause.why == "anomalous 60 s before any other series; 2.0 times its threshold; kind: saturation"
    assert found.trace_ids == ("t1",)
    by_series = {e.metric_id: e for e in found.evidence}
    assert by_series["cart-1:pod_server_latency_p99_seconds"].score == 40.0
    assert by_series["cart-1:pod_server_latency_p99_seconds"].anomalies == 2
    assert by_series["cart-1:pod_server_latency_p99_seconds"].trace_id == "t1"
    assert found.evidence[0].metric_id == cause.metric_id


def test_of_series_that_begin_together_the_kind_and_the_score_decide() -> None:
    assert incident(slow(), full(), busy()).root_cause.metric == "memory_usage_mib"
    assert incident(slow(score=60.0), full(), busy()).root_cause.metric.startswith("pod_server_latency")


def test_the_most_downstream_anomalous_service_is_the_root_cause() -> None:
    own = [slow(30), failing(30), busy(30)]
    db = [full(0, "db"), slow(10, "db")]
    found = incident(*own, *db, edges=EDGES)
    assert (found.service, found.root_cause.service) == ("cart", "db")
    assert found.root_cause.downstream
    assert "db is the most downstream anomalous service that cart calls" in found.root_cause.why
    assert found.evidence[0].service == "db"
    assert found.verdicts == 3
    one_series = incident(*own, full(0, "db"), edges=EDGES)
    assert not one_series.root_cause.downstream  # no more than one isolated anomaly
    assert not incident(*own, *db, edges=[]).root_cause.downstream


def test_an_incident_says_what_is_known_at_its_turn() -> None:
    outage = [full(0), slow(60), failing(60), failing(120), slow(180)]
    opened, closed = (incident(*outage, turn=turn) for turn in (Turn.OPENED, Turn.CLOSED))
    assert opened.id == closed.id
    assert (opened.state, closed.state) == (IncidentState.OPEN, IncidentState.CLOSED)
    assert (opened.verdicts, opened.suppressed_verdicts, opened.series) == (3, 0, 3)
    assert (closed.verdicts, closed.suppressed_verdicts, closed.series) == (5, 2, 3)
    assert opened.opened_at == closed.opened_at == "2023-11-14T22:14:20.000000Z"
    assert (closed.started_at[14:19], closed.last_seen_at[14:19]) == ("13:20", "16:20")
    assert msgspec.json.decode(msgspec.json.encode(closed), type=Incident) == closed


@pytest.mark.parametrize(
    ("verdicts", "severity"),
    [
        ([full(), busy(), full(name="cpu")], Severity.MINOR),
        ([full(), busy(), slow()], Severity.MAJOR),
        ([full(), busy(), failing()], Severity.MAJOR),
        ([full(), busy(), failing(score=9.0)], Severity.CRITICAL),
        ([full(), slow(), failing()], Severity.CRITICAL),
    ],
)
def test_severity_is_what_callers_feel(verdicts: list[Verdict], severity: Severity) -> None:
    assert incident(*verdicts).severity is severity


@pytest.mark.parametrize(
    ("verdicts", "playbook", "target"),
    [
        ([full(), full(name="cpu"), busy()], "scale_out", "service:cart"),
        ([full(0), slow(60), full(name="cpu")], "restart_pod", "pod:cart-1"),
        ([full(0), slow(60), full(pod="cart-2")], "observe_only", None),
        ([full(0), busy(), slow(60), failing(60)], "shed_load", "service:cart"),
        ([failing(0), failing(60), slow(60)], "roll_back", "service:cart"),
        ([full(), full(name="cpu"), full(60)], "observe_only", None),
        (
            [slow(30), failing(30), busy(30), full(0, "db"), slow(9, "db")],
            "failover_dependency",
            "service:cart",
        ),
    ],
)
def test_the_playbook_fits_the_incident(verdicts: list[Verdict], playbook: str, target: str | None) -> None:
    plan = incident(*verdicts, edges=EDGES).plan
    assert plan.playbook == playbook
    assert plan.targets == (() if target is None else (target,))
    assert plan.reason
    if playbook == "observe_only":
        assert plan.reason.startswith("no playbook fits: failover_dependency (")
        assert all(f"{p.id} (" in plan.reason for p in PLAYBOOKS)


def test_playbooks_are_complete_and_carry_guard_rails() -> None:
    for playbook in PLAYBOOKS:
        assert playbook.steps
        assert playbook.undo
        assert playbook.preconditions
        assert playbook.target in ("pod", "service", "caller")
        assert playbook.cooldown_seconds > 0
        assert playbook.blast_radius == 1
    assert len({p.id for p in (*PLAYBOOKS, OBSERVE_ONLY)}) == len(PLAYBOOKS) + 1


def test_names_in_the_data_are_only_names() -> None:
    plan = incident(
        *[full(0, "{caller.__class__}", name=name) for name in ("cpu", "memory", "ops")],
        service="{caller.__class__}",
    ).plan
    assert "add one replica to {caller.__class__}" in plan.steps


def at(seconds: float, service: str, *verdicts: Any) -> Incident:
    return incident(*[make(seconds, service) for make in verdicts], service=service)


SCALED, WATCHED = (
    (full, busy, lambda s, n: full(s, n, name="cpu")),
    (full, lambda s, n: full(s, n, name="cpu"), lambda s, n: full(s, n, name="heap")),
)


def test_a_plan_is_written_once(tmp_path: Path) -> None:
    ledger = Ledger()
    executor = RecoveryExecutor(tmp_path / "plans", ledger)
    found = at(0, "cart", *SCALED)
    executor.execute_all([found, found])
    assert ledger.counts == {ActionResult.APPLIED: 1, ActionResult.REPEATED: 1}
    (file,) = (tmp_path / "plans").iterdir()
    plan = json.loads(file.read_text())
    assert file.stem == plan["incident"] == found.id
    assert plan["dry_run"] is True
    assert plan["plan"]["steps"] == list(found.plan.steps)
    ledger.save(tmp_path / "ledger.jsonl")
    again = RecoveryExecutor(tmp_path / "plans", Ledger.open(tmp_path / "ledger.jsonl"))
    assert again.execute(found) is ActionResult.REPEATED


def test_guard_rails_suppress_and_say_so(tmp_path: Path) -> None:
    ledger = Ledger()
    executor = RecoveryExecutor(tmp_path, ledger)
    assert executor.execute(at(0, "cart", *SCALED)) is ActionResult.APPLIED
    assert executor.execute(at(599, "cart", *SCALED)) is ActionResult.SUPPRESSED
    assert executor.execute(at(600, "cart", *SCALED)) is ActionResult.APPLIED
    others = [executor.execute(at(610, name, *SCALED)) for name in "abc"]
    assert others == [ActionResult.APPLIED, ActionResult.APPLIED, ActionResult.SUPPRESSED]
    assert executor.execute(at(620, "c", *WATCHED)) is ActionResult.APPLIED  # nothing is done
    reasons = [r.reason for r in ledger.records() if r.result is ActionResult.SUPPRESSED]
    assert reasons == [
        "cooldown: scale_out on service:cart 599 s apart",
        "concurrency: 3 scale_out under way, at most 3",
    ]
    assert len(list(tmp_path.glob("*.json"))) == 5
    wide = at(9000, "z", *SCALED)
    wide = msgspec.structs.replace(wide, plan=msgspec.structs.replace(wide.plan, targets=("a", "b")))
    assert executor.execute(wide) is ActionResult.SUPPRESSED


def test_suppressed_is_suppressed_for_good(tmp_path: Path) -> None:
    executor = RecoveryExecutor(tmp_path, Ledger())
    incidents = [at(t, "cart", *SCALED) for t in (1300, 0, 700)]
    executor.execute_all(incidents)
    assert [r.result for r in executor._ledger.records()] == [ActionResult.APPLIED] * 3
    times = [r.at for r in executor._ledger.records()]
    assert all(one < other for one, other in pairwise(times))
    late = at(1400, "cart", *SCALED)
    assert executor.execute(late) is ActionResult.SUPPRESSED
    assert executor.execute(late) is ActionResult.REPEATED


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ActionError, match="file"):
        RecoveryExecutor(tmp_path / "file", Ledger()).execute(at(0, "cart", *SCALED))
