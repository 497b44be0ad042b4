"""draw → lines of logs without personal data and secrets, of which many look as if they had some."""

import base64
from collections.abc import Callable
from typing import Final

from security.evaluation.carriers import CARRIERS, carried
from security.evaluation.draw import BASE64URL, Draw
from security.evaluation.marked import Marked
from security.evaluation.noise import fill
from security.evaluation.values_finance import luhn

_STATIONS: Final = (
    "shanghai", "nanjing", "suzhou", "taiyuan", "beijing", "shijiazhuang", "wuxi", "zhenjiang", "Su Zhou",
    "Berlin Hbf", "Paris Nord", "London Kings Cross", "New York Penn", "San Jose", "Victoria",
)  # fmt: skip
_PRODUCTS: Final = (
    "Spring Boot", "Thread Pool", "Jackson Mapper", "Apache Tomcat", "Kafka Streams", "Node Exporter",
    "Circuit Breaker", "Roman Holiday", "Blue Shirt", "Premium Plan", "Jenkins Agent", "Oracle Database",
    "Grace Period", "Dead Letter", "Central Park", "Madison Square", "Martin Model 7", "Alexa Skill",
    "Jasper Reports", "Elasticsearch Rest Client",
)  # fmt: skip
_ERRORS: Final = (
    "java.net.SocketTimeoutException: Read timed out", "NullPointerException", "context deadline exceeded",
    "ECONNREFUSED", "KeyError: 'status'", "TypeError: Cannot read properties of undefined (reading 'id')",
    "OutOfMemoryError: Java heap space", "panic: runtime error: index out of range [3] with length 3",
    "pq: deadlock detected", "502 Bad Gateway", "broken pipe",
    "psycopg2.OperationalError: server closed the connection unexpectedly",
    "ENOENT: no such file or directory",
)  # fmt: skip


def _picture(draw: Draw) -> str:
    return "data:image/png;base64,iVBORw0KGgoAAAANSUhEUg" + base64.b64encode(draw.randbytes(60)).decode()


def _order_number(draw: Draw) -> str:
    """16 digits that fail Luhn."""
    body = draw.choice("123456789") + draw.chars(14, "0123456789")
    return body + draw.choice([digit for digit in "0123456789" if digit != luhn(body)])


def _isbn(draw: Draw) -> str:
    return f"978-{draw.randrange(10)}-{draw.digits(2)}-{draw.digits(6)}-{draw.randrange(10)}"


def _dump(draw: Draw) -> str:
    pairs = " ".join(draw.hex(2) for _ in range(16))
    return f"0000{draw.hex(4)}  {pairs}  |{draw.chars(16)}|"


_OWN: Final[dict[str, Callable[[Draw], str]]] = {
    "station": lambda d: d.some(_STATIONS),
    "product": lambda d: d.some(_PRODUCTS),
    "error": lambda d: d.some(_ERRORS),
    "picture": _picture,
    "order": _order_number,
    "isbn": _isbn,
    "dump": _dump,
    "coordinates": lambda d: f"{d.uniform(-90, 90):.6f}, {d.uniform(-180, 180):.6f}",
    "crc": lambda d: d.hex(8),
    "ulid": lambda d: "01" + d.chars(24, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"),
    "cursor": lambda d: d.chars(22, BASE64URL),
    "number": lambda d: f"{d.randrange(10**9):,}",
    "four": lambda d: ".".join(str(d.randrange(90)) for _ in range(4)),
    "mask": lambda d: d.choice(("****", "********", "[REDACTED]", "<hidden>", "xxxx", "***")),
    "port": lambda d: str(d.choice((80, 443, 5432, 6379, 8080, 9092, 27017))),
    "percent": lambda d: f"{d.random() * 100:.1f}",
    "trip": lambda d: d.choice("GDKZT") + d.digits(4),
}

TEMPLATES: Final[tuple[str, ...]] = (
    "order «uuid» confirmed in «ms» ms", "trace_id=«trace» span_id=«span» sampled=1",
    "processed batch at «millis», next at «millis»", "epoch=«epoch» nanos=«nanos» drift=«ms»",
    "HEAD is now at «sha» fix build", "pulling image registry.corp/«service»@sha256:«sha256»",
    "ETag: W/\"«crc»-«int»\" Content-Length: «size»", "avatar set to «picture»",
    "upgraded «service» from v«version» to v«version»", "pod «pod» is in CrashLoopBackOff, back-off «int»s",
    "order number «order» rejected: checksum failed", "invoice «order» exported to /data/«date»/«int».csv",
    "password=«mask» user=svc-«int»", "login form: password: required, attempts=«int»",
    "token expired after «int» seconds, refreshing", "tokens used: prompt=«int» completion=«int» total=«int»",
    "at com.corp.shop.«service».Handler.process(Handler.java:«line»)",
    "SELECT id, status FROM orders WHERE created_at > '«date»' AND total > «int» LIMIT «int»",
    "UPDATE inventory SET stock = stock - «int» WHERE sku = 'SKU-«int»-«int»'",
    "caused by: «error» after «ms» ms", "connect to «private»:«port» failed: «error»",
    "listening on 0.0.0.0:«port» pid=«pid»", "ARP who-has «private» tell «private» (ff:ff:ff:ff:ff:ff)",
    "GC pause («int» young) «size»K->«size»K(«size»K), «ms» ms",
    "wrote «number» bytes to part-«int».parquet in «ms» s", "camera at «coordinates» zoom «int»",
    "«product» started in «ms» seconds (process running for «ms»)",
    "initialising «product» version «version»", "route [«station», «station», «station»] distance=«int»",
    "Trip(id=«uuid», tripId=«trip», startStationName=«station», terminalStationName=«station»)",
    "Seat(travelDate=«date» 15:38:06, trainNumber=«trip», startStation=«station», totalNum=2147483647)",
    "book ISBN «isbn» not in stock", "«dump»", "cache key orders:v2:«sha256» evicted",
    "kafka offset «number» partition «int» lag «int»", "ulid «ulid» enqueued",
    "nextPageCursor=«cursor» hasMore=true", "Chrome/«four» Safari/537.36",
    "driver version «four» loaded from /usr/lib/x86_64", "«method» «path» «status» «ms»ms - «size»",
    "circuit breaker for «service» half-open, failure rate «percent»%",
    "cpu=«percent» mem=«percent» load1=«ms» fds=«int»", "retrying («int»/«int») in «int»ms: «error»",
    "feature flag new-checkout evaluated to variant b for bucket «int»",
    "Started container «service», id docker://«sha256»", "certificate serial «sha» valid until «date»",
    "migration 2024«int»_add_index_to_orders took «ms»s",
    "thread «thread» blocked on lock 0x«span» held by «thread»",
    "secret «service»-db mounted at /var/run/secrets/«service»",
    "secretKeyRef: name=«service»-credentials key=password",
    "api key not configured, using anonymous access for «service»",
    "user role changed: viewer -> editor (rule «int»)", "phone support queue length «int», wait «int»s",
    "email delivery worker idle for «int»s", "address already in use: bind :«port» (errno «int»)",
    "name=«service» type=counter value=«int»", "author: build-bot, reviewers: «int», files changed: «int»",
    "credit limit check passed for tier «int»", "card layout rendered in «ms»ms with «int» widgets",
    "birthday campaign job scheduled for «date», batch «int»", "MAC verification failed for record «int»",
    "passport strategy registered: saml-«int»", "session store: «int» active, «int» expired, gc in «ms»ms",
    "authorization policy 'orders-read' evaluated in «ms»ms: allow", "bearer token required for «path»",
    "Authorization header missing on «method» «path»",
    "public key fingerprint SHA256:«cursor»«cursor» accepted for host «host»",
    "url=http://«service».default.svc.cluster.local:«port»«path»?page=«int»&size=«int»",
    "export DB_PASSWORD=${DB_PASSWORD:?unset} line «line»", "password: {{ vault_db_«int» }}",
    "const password = req.body.password; // «service»:«line»",
    "def reset_password(self, user_id: int = «int») -> None:",
    "if token is None: raise ValueError(\"token\") # line «line»",
    "public static final String PASSWORD_FIELD = \"password_«int»\";",
    "flushed memtable: «number» rows, sstable me-«int»-big-Data.db crc=«crc»",
    "[«date»T10:15:30Z] job-«int» «ulid» finished: ok", "md5sum «trace»  ./dist/app-«version».jar",
    "partition reassigned: topic orders-«int», replicas [«int», «int», «int»]",
    "temperature 21.5 humidity «percent» sensor «crc»", "S/N «crc»-«crc» firmware «four»",
    "elapsed 00:«int»:17.204 heap=«size»", "commit «sha» author-date «epoch» parents «sha»",
    "lat=«ms» lng=«ms» accuracy=«int»m",
    "x-request-id: «uuid» x-b3-traceid: «trace» x-amzn-trace-id: Root=1-«crc»-«objectid»",
    "_id: ObjectId(\"«objectid»\") status: done", "price 1,299.00 EUR, 3 x 433.00, discount «percent»%",
    "tracking number 1Z«int»E«order» label created", "rgb(«int», 128, 64) #«crc» at «coordinates»",
)  # fmt: skip
_CARRIED: Final = [carrier for carrier in CARRIERS if "\n" not in carrier.template]


def negative(draw: Draw) -> tuple[str, str]:
    """Name of a template, and a line of it as some program writes it."""
    template = draw.some(TEMPLATES)
    parts = fill(template, draw)
    text = "".join(part if index % 2 == 0 else _OWN[part](draw) for index, part in enumerate(parts))
    name = template.partition("«")[0][:32].strip() or template[:32]
    if draw.chance(0.2):
        return name, text
    return name, carried(draw, draw.some(_CARRIED, lambda one: one.name), Marked(text)).text
