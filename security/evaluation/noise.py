"""draw → what surrounds values in logs: times, ids, classes, hosts, threads; none of it sensitive."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from security.evaluation.draw import Draw

_START: Final = datetime(2023, 1, 1, tzinfo=UTC)
_SECONDS: Final = 3 * 365 * 86_400

SERVICES: Final = (
    "checkout", "cart", "billing-api", "auth", "user-service", "notification-worker", "payments", "gateway",
    "ts-order-service", "inventory", "search-indexer", "session-store", "mailer", "crm-sync", "ledger",
    "web-frontend", "image-resizer", "audit", "webhooks", "kyc-adapter",
)  # fmt: skip
CLASSES: Final = (
    "c.a.shop.OrderController", "o.s.w.s.DispatcherServlet", "com.acme.billing.InvoiceService",
    "o.a.kafka.clients.NetworkClient", "io.netty.channel.DefaultChannelPipeline", "app.services.UserService",
    "t.s.TravelServiceImpl", "org.hibernate.SQL", "c.z.hikari.pool.HikariPool", "payments.gateway.Client",
    "net.corp.crm.ContactMapper", "Microsoft.AspNetCore.Hosting.Diagnostics", "django.request", "werkzeug",
)  # fmt: skip
THREADS: Final = (
    "main", "http-nio-8080-exec-3", "pool-2-thread-17", "qtp1489-44", "ForkJoinPool-1-worker-5",
    "reactor-http-epoll-2", "kafka-producer-network-thread", "scheduling-1", "grpc-default-executor-0",
    "Thread-9",
)  # fmt: skip
HOSTS: Final = (
    "web-01", "ip-10-0-4-17", "node7", "db-primary", "worker-b2", "edge-fra-3", "k8s-node-12",
)  # fmt: skip
PATHS: Final = (
    "/api/v1/orders", "/login", "/v2/customers/8812/profile", "/checkout/confirm", "/healthz", "/graphql",
    "/admin/users/export", "/oauth/callback", "/internal/sync", "/search",
)  # fmt: skip
LEVELS: Final = ("INFO", "WARN", "ERROR", "DEBUG")
_MONTHS: Final = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_PLACE: Final = re.compile("«(\\w+)»")


def _time(draw: Draw) -> datetime:
    return _START + timedelta(seconds=draw.randrange(_SECONDS), microseconds=draw.randrange(1_000_000))


def _syslog_time(draw: Draw) -> str:
    time = _time(draw)
    return f"{_MONTHS[time.month - 1]} {time.day:2d} {time:%H:%M:%S}"


def _nginx_time(draw: Draw) -> str:
    time = _time(draw)
    return f"{time:%d}/{_MONTHS[time.month - 1]}/{time:%Y:%H:%M:%S} +0000"


NOISE: Final[dict[str, Callable[[Draw], str]]] = {
    "iso": lambda d: f"{_time(d):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z",
    "comma": lambda d: f"{_time(d):%Y-%m-%d %H:%M:%S,%f}"[:-3],
    "clock": lambda d: f"{_time(d):%H:%M:%S.%f}"[:-3],
    "dotted": lambda d: f"{_time(d):%Y/%m/%d %H:%M:%S}",
    "syslog": _syslog_time,
    "nginx": _nginx_time,
    "klog": lambda d: f"{_time(d):%m%d %H:%M:%S.%f}",
    "epoch": lambda d: str(int(_time(d).timestamp())),
    "millis": lambda d: str(int(_time(d).timestamp() * 1000)),
    "nanos": lambda d: str(int(_time(d).timestamp() * 1e6) * 1000 + d.randrange(1000)),
    "date": lambda d: f"{_time(d):%Y-%m-%d}",
    "level": lambda d: d.choice(LEVELS),
    "small": lambda d: d.choice(LEVELS).lower(),
    "service": lambda d: d.some(SERVICES),
    "class": lambda d: d.some(CLASSES),
    "thread": lambda d: d.some(THREADS),
    "host": lambda d: d.some(HOSTS),
    "path": lambda d: d.some(PATHS),
    "int": lambda d: str(d.randrange(1, 10 ** d.randint(1, 5))),
    "line": lambda d: str(d.randrange(10, 900)),
    "pid": lambda d: str(d.randrange(2, 65_000)),
    "ms": lambda d: f"{d.random() * 900:.{d.randint(0, 3)}f}",
    "size": lambda d: str(d.randrange(100, 900_000)),
    "status": lambda d: d.choice(("200", "201", "302", "400", "401", "404", "409", "500", "503")),
    "method": lambda d: d.choice(("GET", "POST", "PUT", "DELETE", "PATCH")),
    "uuid": Draw.uuid,
    "trace": lambda d: d.hex(32),
    "span": lambda d: d.hex(16),
    "sha": lambda d: d.hex(40),
    "sha256": lambda d: d.hex(64),
    "private": lambda d: d.choice(
        (
            f"10.{d.randrange(256)}.{d.randrange(256)}.{d.randrange(1, 255)}",
            f"192.168.{d.randrange(256)}.{d.randrange(1, 255)}",
            f"172.{d.randrange(16, 32)}.{d.randrange(256)}.{d.randrange(1, 255)}",
            "127.0.0.1",
        )
    ),
    "pod": lambda d: (
        f"{d.some(SERVICES)}-{d.chars(10, 'bcdfghjklmnpqrstvwxz2456789')}-"
        f"{d.chars(5, 'bcdfghjklmnpqrstvwxz2456789')}"
    ),
    "objectid": lambda d: d.hex(24),
    "version": lambda d: f"{d.randrange(12)}.{d.randrange(40)}.{d.randrange(20)}",
}


def fill(template: str, draw: Draw) -> list[str]:
    """The template in parts: even ones are text with its noise, odd ones the names of other places."""
    parts = [""]
    for index, part in enumerate(_PLACE.split(template)):
        if index % 2 == 0:
            parts[-1] += part
        elif part in NOISE:
            parts[-1] += NOISE[part](draw)
        else:
            parts += part, ""
    return parts
