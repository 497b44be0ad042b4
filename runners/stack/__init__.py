"""The local stack of real servers: PostgreSQL, Kafka, Connect with Debezium, Flink, Redis, Prometheus.

Without Docker, on loopback alone, from package registries: see :class:`Stack`.
"""

from runners.stack.addresses import Addresses
from runners.stack.errors import StackError
from runners.stack.settings import StackSettings
from runners.stack.stack import Stack, Status

__all__ = ["Addresses", "Stack", "StackError", "StackSettings", "Status"]
