"""Every metric of the change stream: name, help, unit and labels, each declared once.

The watcher (runners/watch) and the workers of a job give them; the alert rules, the dashboard and the runbook
in deploy/ and docs/ ask for them, and tests hold these to what is declared here. Names are those of
families: of a counter Prometheus stores ``<name>_total``, of a histogram ``<name>_bucket`` and more.

A thing that is in one of several states has a series for each state, 1 for the one that it is in. No label is
called ``job`` or ``instance``: these are Prometheus' own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

#: Prometheus' names for who is scraped: the watcher, and the workers that write target files.
WATCH_JOB: Final = "traceo-watch"
WORKERS_JOB: Final = "traceo-workers"

#: Bounds of the lag histograms in seconds: from a commit that is seen at once to one that waited an hour.
LAG_BUCKETS: Final = (
    *(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 7.5),
    *(10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0),
)


class Kind(StrEnum):
    """What a metric does."""

    GAUGE = "gauge"
    COUNTER = "counter"
    HISTOGRAM = "histogram"


_SUFFIXES: Final = {
    Kind.GAUGE: ("",),
    Kind.COUNTER: ("_total",),
    Kind.HISTOGRAM: ("_bucket", "_sum", "_count"),
}


@dataclass(frozen=True, slots=True)
class Declared:
    """A metric. ``unit``: seconds, bytes or ratio, and then the name's last word; else it counts things."""

    name: str
    help: str
    labels: tuple[str, ...] = ()
    kind: Kind = Kind.GAUGE
    unit: str = ""

    @property
    def series(self) -> tuple[str, ...]:
        """The names under which Prometheus stores it."""
        return tuple(self.name + suffix for suffix in _SUFFIXES[self.kind])

    def family(self, rows: Iterable[tuple[tuple[str, ...], float]]) -> Metric:
        """``rows`` of label values and value as a custom collector gives them; not for histograms."""
        kind = CounterMetricFamily if self.kind is Kind.COUNTER else GaugeMetricFamily
        family = kind(self.name, self.help, labels=self.labels, unit=self.unit)
        for values, value in rows:
            family.add_metric(values, value)
        return family

    def counter(self, registry: CollectorRegistry) -> Counter:
        """It as a counter that counts in this process."""
        return Counter(self.name, self.help, self.labels, registry=registry)

    def gauge(self, registry: CollectorRegistry) -> Gauge:
        """It as a gauge that is set in this process."""
        return Gauge(self.name, self.help, self.labels, registry=registry)


def _gauge(name: str, text: str, *labels: str, unit: str = "") -> Declared:
    return Declared(f"traceo_{name}", text, labels, unit=unit)


def _counter(name: str, text: str, *labels: str) -> Declared:
    return Declared(f"traceo_{name}", text, labels, Kind.COUNTER)


def _lag(name: str, text: str) -> Declared:
    return Declared(f"traceo_cdc_{name}_seconds", text, (), Kind.HISTOGRAM, "seconds")


# The watcher itself.
UP: Final = _gauge("watch_up", "Whether the last look of a probe was whole.", "probe")
LOOK_SECONDS: Final = _gauge(
    "watch_look_seconds", "How long the last look of a probe took.", "probe", unit="seconds"
)

# PostgreSQL: where the changes come from.
SLOT_PRESENT: Final = _gauge("postgres_slot_present", "Whether the replication slot is there.", "slot")
SLOT_ACTIVE: Final = _gauge("postgres_slot_active", "Whether somebody reads the replication slot.", "slot")
SLOT_RETAINED: Final = _gauge(
    "postgres_slot_retained_bytes", "Log that the server keeps for the slot.", "slot", unit="bytes"
)
SLOT_UNCONFIRMED: Final = _gauge(
    "postgres_slot_unconfirmed_bytes", "Log since what the slot's reader confirmed.", "slot", unit="bytes"
)
SLOT_SAFE: Final = _gauge(
    "postgres_slot_safe_bytes",
    "Log that can still be written before the slot may be lost; none where there is no limit.",
    "slot",
    unit="bytes",
)
SLOT_WAL: Final = _gauge(
    "postgres_slot_wal_status", "Whether the server still has the slot's log.", "slot", "status"
)
CLOCK_SKEW: Final = _gauge(
    "postgres_clock_skew_seconds", "Clock of the server less the clock of the watcher.", unit="seconds"
)

# Kafka Connect: who reads the changes.
CONNECTOR_STATE: Final = _gauge("connect_connector_state", "State of a connector.", "connector", "state")
TASKS: Final = _gauge("connect_tasks", "Tasks of a connector.", "connector")
TASK_STATE: Final = _gauge("connect_task_state", "State of a task.", "connector", "task", "state")
TASK_FAILURES: Final = _counter(
    "connect_task_failures", "How often the watcher saw a task become FAILED.", "connector"
)
SNAPSHOT_STATE: Final = _gauge(
    "connect_snapshot_state", "How far the first snapshot is, by committed offsets.", "connector", "state"
)

# Kafka: where the changes wait.
BROKERS: Final = _gauge("kafka_brokers", "Brokers of the cluster.")
OFFLINE: Final = _gauge("kafka_partitions_offline", "Partitions of any topic without a leader.")
UNDER_REPLICATED: Final = _gauge(
    "kafka_partitions_under_replicated", "Partitions of any topic with replicas that are not in sync."
)
TOPIC_PARTITIONS: Final = _gauge(
    "kafka_topic_partitions", "Partitions of a topic; 0: no such topic.", "topic"
)
HEARTBEAT_AGE: Final = _gauge(
    "kafka_heartbeat_age_seconds",
    "Age of the connector's newest heartbeat; of the watch if there is none.",
    "topic",
    unit="seconds",
)
END_OFFSET: Final = _gauge(
    "kafka_end_offset", "Where a reader of committed records is at the end.", "topic", "partition"
)
GROUP_OFFSET: Final = _gauge(
    "kafka_group_offset", "Up to where a consumer group has committed.", "group", "topic", "partition"
)
GROUP_LAG: Final = _gauge(
    "kafka_group_lag_offsets",
    "Offsets between a group and the end; some may be markers of transactions and no records.",
    "group",
    "topic",
    "partition",
)

# Flink: where the job runs.
JOB_STATE: Final = _gauge("flink_job_state", "State of the newest job of a name.", "flink_job", "state")
JOB_UPTIME: Final = _gauge(
    "flink_job_uptime_seconds", "Time since the job last began to run.", "flink_job", unit="seconds"
)
JOB_RESTARTS: Final = _counter("flink_job_restarts", "Restarts since the job was submitted.", "flink_job")
CHECKPOINTS: Final = _counter("flink_checkpoints_completed", "Checkpoints that were completed.", "flink_job")
CHECKPOINTS_FAILED: Final = _counter("flink_checkpoints_failed", "Checkpoints that failed.", "flink_job")
CHECKPOINT_AGE: Final = _gauge(
    "flink_checkpoint_age_seconds",
    "Time since the last completed checkpoint, before the first since the start.",
    "flink_job",
    unit="seconds",
)
CHECKPOINT_SECONDS: Final = _gauge(
    "flink_checkpoint_duration_seconds", "How long the last one took.", "flink_job", unit="seconds"
)
CHECKPOINT_BYTES: Final = _gauge(
    "flink_checkpoint_size_bytes", "State in the last completed one.", "flink_job", unit="bytes"
)
BUSY: Final = _gauge(
    "flink_vertex_busy_ratio", "Share of time of the busiest subtask.", "flink_job", "vertex", unit="ratio"
)
BACK_PRESSURE: Final = _gauge(
    "flink_vertex_backpressure_ratio",
    "Share of time in which the most held-up subtask waited for those after it.",
    "flink_job",
    "vertex",
    unit="ratio",
)
FLINK_RECORDS: Final = _counter(
    "flink_records", "What became of records, as the runner counts it.", "flink_job", "step", "result"
)
TASK_MANAGERS: Final = _gauge("flink_taskmanagers", "TaskManagers of the cluster.")
SLOTS: Final = _gauge("flink_slots", "Slots of all TaskManagers.")
SLOTS_FREE: Final = _gauge("flink_slots_free", "Slots in which nothing runs.")

# The job's workers. Counts begin anew with a worker, and a bundle that is retried counts again.
COMMIT_TO_TOPIC: Final = _lag("commit_to_topic", "From the commit to the append to the topic.")
TOPIC_TO_PROCESSED: Final = _lag("topic_to_processed", "From the append to the end of the steps.")
COMMIT_TO_PROCESSED: Final = _lag("commit_to_processed", "From the commit to the end of the steps.")
BACKWARD: Final = _counter(
    "cdc_backward_records",
    "Records whose commit, by the clocks, was after what came of it.",
)
RECORDS: Final = _counter("records", "What became of records at each step.", "step", "result")
TRANSACTIONS: Final = _counter(
    "transactions",
    "Transactions of the database: complete, incomplete, surplus, unjudged.",
    "result",
)
TRANSACTION_LOSSES: Final = _counter(
    "transaction_losses",
    "Tables of transactions that do not have what the END counts: missing, late, surplus.",
    "result",
)
DIFFERENCE: Final = _gauge(
    "reconciliation_difference_records", "Records that a step had in and not out, or the other way.", "step"
)
SINK_TRANSACTIONS: Final = _counter(
    "sink_transactions",
    "Transactions of a sink: committed, aborted, fenced.",
    "sink",
    "result",
)

#: All of them.
DECLARED: Final = tuple(found for found in list(globals().values()) if isinstance(found, Declared))
