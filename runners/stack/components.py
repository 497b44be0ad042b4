"""Every server of the stack, in the order in which a person reads them."""

from typing import Final

from runners.stack.beam import JobServer, Workers
from runners.stack.collector import Collector
from runners.stack.component import Component
from runners.stack.connect import Connect
from runners.stack.flink import JobManager, TaskManager, ZooKeeper
from runners.stack.kafka import Kafka
from runners.stack.postgres import Postgres
from runners.stack.prometheus import Alertmanager, Prometheus
from runners.stack.redis import Redis
from runners.stack.victorialogs import VictoriaLogs

COMPONENTS: Final[tuple[type[Component], ...]] = (
    Postgres,
    Kafka,
    Connect,
    ZooKeeper,
    JobManager,
    TaskManager,
    Workers,
    JobServer,
    Redis,
    Alertmanager,
    Prometheus,
    VictoriaLogs,
    Collector,
)
