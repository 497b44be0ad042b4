"""``traceo watch``: looks at the servers of a change stream, as metrics for Prometheus or a table for people.

    PostgreSQL, Kafka Connect, Kafka, Flink → probes → http://127.0.0.1:9465/metrics | --once | --json

What no flag names is the local stack's (``traceo stack``), at the ports that it has.
"""

import argparse
import json
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from prometheus_client import CollectorRegistry

from connectors.kafka.cluster import PROTOCOLS, Cluster
from pipelines.setting import SettingError
from pipelines.watchtable import as_document, show
from runners.stack import settings
from runners.stack.addresses import Addresses
from runners.stack.connect import CONNECTOR, TOPIC_PREFIX
from runners.stack.errors import StackError
from runners.watch.connect import ConnectProbe
from runners.watch.flink import FlinkProbe
from runners.watch.kafka import KafkaProbe
from runners.watch.postgres import PostgresProbe, has_password
from runners.watch.probe import Probe
from runners.watch.watcher import Watcher, states
from telemetry.changestream import WATCH_JOB
from telemetry.metricsport import HOST, serve

PROBES: Final = ("postgres", "connect", "kafka", "flink")
PORT: Final = 9465
_MOST_PORT: Final = 65_535
_TICK_SECONDS: Final = 0.5
#: A look asks several questions one after the other, and may wait for each.
_QUESTIONS: Final = 5


def add_flags(parser: argparse.ArgumentParser) -> None:
    """What it can be told."""
    parser.set_defaults(run=run)
    parser.add_argument(
        "--listen", default=str(PORT), metavar="[HOST:]PORT", help=f"(default: {PORT} of 127.0.0.1)"
    )
    parser.add_argument("--targets", metavar="FOLDER", help="write a target file for Prometheus there")
    parser.add_argument("--once", action="store_true", help="look once, and show what there is")
    parser.add_argument("--json", action="store_true", help="with --once: as JSON")
    parser.add_argument("--interval", type=float, default=5.0, metavar="SECONDS", help="(default: 5)")
    parser.add_argument(
        "--timeout", type=float, default=3.0, metavar="SECONDS", help="of one question (default: 3)"
    )
    parser.add_argument(
        "--without", action="append", default=[], choices=PROBES, help="leave a probe out; may be repeated"
    )
    where = parser.add_argument_group("what to look at (default: the local stack)")
    where.add_argument("--postgres", metavar="DSN", help="connection string of libpq, without a password")
    where.add_argument("--postgres-password-file", metavar="FILE", help="holds the password alone")
    _add_list(where, "--slot", "replication slots that must be there")
    where.add_argument("--connect", metavar="URL", help="REST of Kafka Connect")
    _add_list(where, "--connector", "connectors that must be there")
    where.add_argument("--kafka", metavar="HOST:PORT,…", help="brokers")
    where.add_argument("--kafka-protocol", default="plaintext", help="(default: plaintext)")
    where.add_argument("--kafka-ca-file", metavar="FILE", help="PEM, for TLS")
    where.add_argument("--kafka-username", metavar="NAME", help="for SASL")
    where.add_argument("--kafka-password-file", metavar="FILE", help="holds the password alone")
    where.add_argument("--prefix", help="topic.prefix of Debezium, for its heartbeat")
    _add_list(where, "--topic", "topics that must be there")
    _add_list(where, "--group", "consumer groups whose lag is told")
    where.add_argument("--flink", metavar="URL", help="REST of the JobManager")
    _add_list(where, "--flink-job", "jobs that must be there, by name")


def _add_list(group: "argparse._ArgumentGroup", flag: str, text: str) -> None:
    group.add_argument(flag, type=_names, metavar="NAME,…", help=text)


def _names(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


def run(arguments: argparse.Namespace) -> int:
    """Watch until interrupted, or look once; the exit code. Raises :class:`SettingError`.

    A look's code is 0 if every probe could look and all is as it should be.
    """
    if not (arguments.interval > 0 and arguments.timeout > 0):
        raise SettingError("--interval and --timeout: name a number of seconds above 0")
    if arguments.json and not arguments.once:
        raise SettingError("--json goes with --once")
    watcher = Watcher(_probes(arguments), arguments.interval, patience=_QUESTIONS * arguments.timeout)
    if not arguments.once:
        return _watch(watcher, arguments)
    sights = watcher.look_once()
    if arguments.json:
        print(json.dumps(as_document(sights), indent=2))
    else:
        show(sights)
    return 0 if all(state.good for sight in sights for state in states(sight).values()) else 1


def _with_the_stack(arguments: argparse.Namespace) -> argparse.Namespace:
    """What no flag names is the stack's: where it listens, and what is in it."""
    try:
        stack = Addresses(settings.load({}))
    except StackError as error:
        raise SettingError(str(error)) from error
    own = {name: value for name, value in vars(arguments).items() if value is not None}
    defaults: dict[str, Any] = {
        "postgres": stack.postgres_dsn(),
        "slot": [],
        "connect": stack.connect_url,
        "connector": [] if "connect" in own else [CONNECTOR],
        "kafka": stack.bootstrap_servers,
        "prefix": TOPIC_PREFIX,
        "topic": [] if "kafka" in own else [f"{TOPIC_PREFIX}.metrics.events"],
        "group": [],
        "flink": stack.flink_url,
        "flink_job": [],
    }
    return argparse.Namespace(**{**vars(arguments), **defaults, **own})


def _probes(arguments: argparse.Namespace) -> list[Probe]:
    told, timeout = _with_the_stack(arguments), arguments.timeout
    if has_password(told.postgres):
        raise SettingError("--postgres: a password there is seen by everybody; use --postgres-password-file")
    if told.kafka_protocol not in PROTOCOLS:
        raise SettingError(f"--kafka-protocol: {told.kafka_protocol!r} is none of {', '.join(PROTOCOLS)}")
    password_file = Path(told.postgres_password_file) if told.postgres_password_file else None
    cluster = Cluster(
        brokers=told.kafka,
        protocol=told.kafka_protocol,
        ca_file=told.kafka_ca_file,
        username=told.kafka_username,
        password_file=told.kafka_password_file,
    )
    made: dict[str, Callable[[], Probe]] = {
        "postgres": lambda: PostgresProbe(told.postgres, told.slot, password_file, timeout),
        "connect": lambda: ConnectProbe(told.connect, told.connector, timeout),
        "kafka": lambda: KafkaProbe(cluster.client(), told.topic, told.group, told.prefix, timeout),
        "flink": lambda: FlinkProbe(told.flink, told.flink_job, timeout),
    }
    return [made[name]() for name in PROBES if name not in told.without]


def _watch(watcher: Watcher, arguments: argparse.Namespace) -> int:
    host, _, port = arguments.listen.rpartition(":")
    if not port.isdecimal() or int(port) > _MOST_PORT:
        raise SettingError(f"--listen: {arguments.listen!r} names no port; write PORT or HOST:PORT")
    registry = CollectorRegistry(auto_describe=False)
    registry.register(watcher)
    targets = Path(arguments.targets) if arguments.targets else None
    try:
        bound = serve(registry, targets, int(port), host=host or HOST, job=WATCH_JOB)
    except OSError as error:
        raise SettingError(f"--listen {arguments.listen} or --targets: {error.strerror or error}") from error
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # as it ends, its target file goes
    print(f"watching on http://{host or HOST}:{bound}/metrics; end it with Ctrl-C", flush=True)
    with watcher.running():
        try:
            while True:
                time.sleep(_TICK_SECONDS)
                for line in watcher.changes():
                    print(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {line}", flush=True)
        except KeyboardInterrupt:
            print("ended")
    return 0
