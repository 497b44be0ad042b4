"""An incident's facts → the playbook that fits, its plan, and why.

Playbooks are declared here as data, in the order in which they are tried; the first that fits is taken. What
they do is little, can be undone, and is held by guard rails: a time between two actions on one target, how
many may be under way at once, and how many targets one may touch. Where no playbook fits, people are told and
nothing is done.
"""

from typing import Final, NamedTuple

from schemas.actions import MetricKind, Plan, RootCause, Severity

_ORDER: Final = (Severity.MINOR, Severity.MAJOR, Severity.CRITICAL)


class Facts(NamedTuple):
    """What a playbook is chosen by.

    ``kinds``: of the anomalies of ``service``; ``pods``: the anomalous ones of the root cause's service.
    """

    service: str
    severity: Severity
    root_cause: RootCause
    kinds: frozenset[MetricKind]
    pods: frozenset[str]


class Playbook(NamedTuple):
    """A way to recover, and when it fits.

    ``roots``: kinds that the root cause may have (empty: any); ``needs`` and ``without``: kinds that must and
    that must not be among the anomalies; ``downstream``: the root cause is in a service that is called.
    ``target``: ``pod``, ``service`` (both of the root cause), ``caller`` (the incident's service), or empty
    where nothing is done. In texts ``{pod}``, ``{service}`` and ``{caller}`` are filled in likewise.
    """

    id: str
    summary: str
    at_least: Severity
    target: str
    preconditions: tuple[str, ...]
    steps: tuple[str, ...]
    undo: tuple[str, ...]
    cooldown_seconds: float
    max_concurrent: int
    blast_radius: int
    roots: frozenset[MetricKind] = frozenset()
    needs: frozenset[MetricKind] = frozenset()
    without: frozenset[MetricKind] = frozenset()
    downstream: bool = False


OBSERVE_ONLY: Final = Playbook(
    id="observe_only",
    summary="tell people, and do nothing",
    at_least=Severity.MINOR,
    target="",
    preconditions=(),
    steps=("tell whoever is on call for {caller}", "look at the evidence and the traces of this incident"),
    undo=(),
    cooldown_seconds=0.0,
    max_concurrent=1_000,
    blast_radius=0,
)

PLAYBOOKS: Final[tuple[Playbook, ...]] = (
    Playbook(
        id="failover_dependency",
        summary="let a service do without one that it calls",
        at_least=Severity.MAJOR,
        target="caller",
        preconditions=("{caller} has a fallback for {service}: a replica, a cache or a default",),
        steps=(
            "open the circuit breaker of {caller} towards {service}",
            "send the calls to the fallback",
            "watch errors and latency of {caller} for 5 minutes",
        ),
        undo=("close the circuit breaker of {caller} towards {service}, first for a tenth of the calls",),
        cooldown_seconds=900.0,
        max_concurrent=2,
        blast_radius=1,
        downstream=True,
    ),
    Playbook(
        id="shed_load",
        summary="refuse the least important calls until the rest can be served",
        at_least=Severity.CRITICAL,
        target="service",
        preconditions=("callers of {service} say how important a call is", "they bear a refusal"),
        steps=(
            "refuse the calls of the lowest class at {service}",
            "refuse the next class as long as saturation lasts, the highest never",
        ),
        undo=("let in one class after the other, each after 5 minutes without errors",),
        cooldown_seconds=600.0,
        max_concurrent=2,
        blast_radius=1,
        needs=frozenset({MetricKind.TRAFFIC}),
        roots=frozenset({MetricKind.SATURATION, MetricKind.TRAFFIC, MetricKind.LATENCY}),
    ),
    Playbook(
        id="scale_out",
        summary="add a replica where there is more load",
        at_least=Severity.MINOR,
        target="service",
        preconditions=(
            "{service} has not all of its replicas yet",
            "the cluster has room for one more",
        ),
        steps=("add one replica to {service}", "wait until it is ready", "watch saturation for 5 minutes"),
        undo=("take the replica away after 30 minutes without saturation",),
        cooldown_seconds=600.0,
        max_concurrent=3,
        blast_radius=1,
        roots=frozenset({MetricKind.SATURATION}),
        needs=frozenset({MetricKind.TRAFFIC}),
    ),
    Playbook(
        id="restart_pod",
        summary="replace one pod that is worn out although the load is as ever",
        at_least=Severity.MAJOR,
        target="pod",
        preconditions=("{service} has another pod that is ready", "its disruption budget allows one more"),
        steps=("keep the logs and a heap dump of {pod}", "evict {pod}", "wait until its successor is ready"),
        undo=("none is needed: the successor runs what {pod} ran",),
        cooldown_seconds=1800.0,
        max_concurrent=1,
        blast_radius=1,
        roots=frozenset({MetricKind.SATURATION}),
        without=frozenset({MetricKind.TRAFFIC}),
    ),
    Playbook(
        id="roll_back",
        summary="go back to the release before, where calls fail without more load",
        at_least=Severity.MAJOR,
        target="service",
        preconditions=(
            "{service} was released within the last day, before the anomalies began",
            "the release changed no data that the one before cannot read",
        ),
        steps=("roll {service} back to the release before", "watch errors of {service} for 10 minutes"),
        undo=("roll {service} forward to the release that was taken back",),
        cooldown_seconds=3600.0,
        max_concurrent=1,
        blast_radius=1,
        roots=frozenset({MetricKind.ERRORS, MetricKind.LATENCY}),
        needs=frozenset({MetricKind.ERRORS}),
        without=frozenset({MetricKind.TRAFFIC, MetricKind.SATURATION}),
    ),
)


def choose(facts: Facts) -> Plan:
    """The plan of the first playbook that fits, else of ``observe_only``; its reason says why."""
    misses: list[str] = []
    for playbook in PLAYBOOKS:
        missing = _misfit(playbook, facts)
        if missing is None:
            return _plan(playbook, facts, f"{playbook.summary}: {_said(playbook, facts)}")
        misses.append(f"{playbook.id} ({missing})")
    return _plan(OBSERVE_ONLY, facts, f"no playbook fits: {'; '.join(misses)}")


def _misfit(playbook: Playbook, facts: Facts) -> str | None:
    """Why ``playbook`` does not fit, ``None`` if it does."""
    root = facts.root_cause
    place = "a service that is called" if root.downstream else "the service itself"
    lacks, bars = playbook.needs - facts.kinds, playbook.without & facts.kinds
    checks = (
        (playbook.downstream != root.downstream, f"the root cause is in {place}"),
        (_ORDER.index(facts.severity) < _ORDER.index(playbook.at_least), f"severity {facts.severity}"),
        (bool(playbook.roots) and root.kind not in playbook.roots, f"the root cause is {root.kind}"),
        (bool(lacks), f"no anomaly of {', '.join(sorted(lacks))}"),
        (bool(bars), f"there is an anomaly of {', '.join(sorted(bars))}"),
        (
            playbook.target == "pod" and len(facts.pods) > playbook.blast_radius,
            f"{len(facts.pods)} pods are anomalous",
        ),
    )
    return next((why for unfit, why in checks if unfit), None)


def _said(playbook: Playbook, facts: Facts) -> str:
    root = facts.root_cause
    said = [f"the root cause is {root.kind} in {root.service}"]
    if root.downstream:
        said.append(f"which {facts.service} calls")
    said += [f"there is an anomaly of {kind}" for kind in sorted(playbook.needs - {root.kind})]
    said += [f"there is none of {kind}" for kind in sorted(playbook.without)]
    return ", ".join([*said, f"severity {facts.severity}"])


def _plan(playbook: Playbook, facts: Facts, reason: str) -> Plan:
    root = facts.root_cause
    names = {"pod": root.pod, "service": root.service, "caller": facts.service}
    target = {"": (), "pod": (f"pod:{root.pod}",), "service": (f"service:{root.service}",)}
    return Plan(
        playbook=playbook.id,
        reason=reason,
        targets=target.get(playbook.target, (f"service:{facts.service}",)),
        preconditions=_filled(playbook.preconditions, names),
        steps=_filled(playbook.steps, names),
        undo=_filled(playbook.undo, names),
        cooldown_seconds=playbook.cooldown_seconds,
        max_concurrent=playbook.max_concurrent,
        blast_radius=playbook.blast_radius,
    )


def _filled(texts: tuple[str, ...], names: dict[str, str]) -> tuple[str, ...]:
    return tuple(text.format_map(names) for text in texts)
