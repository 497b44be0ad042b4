"""draw → headers, connection strings and URLs of which a part is secret."""

import base64
from typing import Final
from urllib.parse import quote

from security.evaluation.case import Value
from security.evaluation.draw import Draw
from security.evaluation.spell import spell
from security.evaluation.values_secrets import a_password

_USERS: Final = (
    "admin", "app", "root", "svc_billing", "sa", "deploy", "reader", "jenkins", "u8812", "postgres",
)  # fmt: skip
_HOSTS: Final = (
    "db", "db.internal", "10.0.3.7", "cluster0.ab1cd.mongodb.net", "localhost", "rds.eu-west-1.corp", "mq-1",
)  # fmt: skip


def _between(before: str, secret: str, behind: str, origin: str, **more: tuple[str, ...]) -> Value:
    start = len(before)
    return Value(
        text=before + secret + behind, matter=((start, start + len(secret)),), origin=origin,
        keys=more.get("keys", ()), sentences=more.get("sentences", ()),
    )  # fmt: skip


def basic_auth(draw: Draw) -> Value:
    """The header's value of RFC 7617."""
    token = base64.b64encode(f"{draw.some(_USERS)}:{a_password(draw)}".encode()).decode()
    scheme = draw.choice(("Basic", "Basic", "basic", "BASIC"))
    return _between(f"{scheme} ", token, "", scheme)


def bearer(draw: Draw) -> Value:
    """The header's value of RFC 6750 with an opaque token."""
    token = spell(
        draw,
        draw.some(("[A32]", "[b43]", "[h40]", "[v]", "[A20]", "[b86]", "[B42]==", "[A12].[A24]", "[l26]")),
    )
    scheme = draw.choice(("Bearer", "Bearer", "bearer", "Token", "BEARER"))
    return _between(f"{scheme} ", token, "", scheme)


HEADER_KEYS: Final = (
    "authorization", "proxy_authorization", "x_authorization", "auth_header", "auth",
)  # fmt: skip
HEADER_SENTENCES: Final = (
    "Authorization: «v»", "> authorization: «v»",
    "curl -H 'Authorization: «v»' https://api.corp.internal«path»",
    'headers={"Authorization": "«v»", "Accept": "*/*"}', "-H \"Authorization: «v»\"",
    "Proxy-Authorization: «v»", "headers: Host=api; Authorization=«v»; Accept=*/*",
    "Header authorization=[«v»]", "Got header Authorization «v»",
)  # fmt: skip

_SCHEMES: Final = (
    "postgres", "postgresql", "mysql", "mysql+pymysql", "mariadb", "mongodb", "mongodb+srv", "redis",
    "rediss", "amqp", "amqps", "mssql", "sqlserver", "oracle", "clickhouse", "cockroachdb", "cassandra",
    "postgresql+asyncpg", "nats", "db2", "ldap", "couchdb", "neo4j+s", "bolt", "influxdb", "presto",
    "snowflake", "jdbc:postgresql", "valkey",
)  # fmt: skip


def connection_string(draw: Draw) -> Value:
    """Of many drivers; what matters is the password."""
    user, host, secret = draw.some(_USERS), draw.some(_HOSTS), a_password(draw)
    scheme = draw.some(_SCHEMES)
    plain = "".join(char for char in secret if char.isalnum() or char in "-_.") or "Winter2031"
    before, word, behind = draw.choice(
        (
            (f"{scheme}://{user}:", quote(secret, safe=""), f"@{host}:5432/shop"),
            (f"{scheme}://{user}:", quote(secret, safe=""), f"@{host}/shop?retryWrites=true"),
            (f"{scheme}://{user}:", plain, f"@{host}"),
            ("redis://:", plain, f"@{host}:6379/0"),
            (f"jdbc:postgresql://{host}/shop?user={user}&password=", plain, "&ssl=true"),
            (f"jdbc:oracle:thin:{user}/", plain, f"@{host}:1521:ORCL"),
            (f"jdbc:sqlserver://{host}:1433;databaseName=shop;user={user};password=", plain, ";encrypt=true"),
            (f"Server={host};Database=shop;User Id={user};Password=", plain, ";TrustServerCertificate=true"),
            (f"Driver={{ODBC Driver 17}};Server={host};Uid={user};Pwd=", plain, ";"),
            (f"{user}:", plain, f"@tcp({host}:3306)/shop?parseTime=true"),
            (f"host={host} port=5432 dbname=shop user={user} password=", plain, " sslmode=require"),
            ("DefaultEndpointsProtocol=https;AccountName=a;AccountKey=", spell(draw, "[B86]=="), ";X=core"),
            (f"Endpoint=sb://{host}/;SharedAccessKeyName=Root;SharedAccessKey=", spell(draw, "[B43]="), ""),
        )
    )  # fmt: skip
    return _between(before, word, behind, before.split(":")[0][:16])


CONNECTION_KEYS: Final = (
    "database_url", "dsn", "connection_string", "url", "datasource", "mongo_uri", "redis_url", "broker_url",
    "jdbc_url", "sqlalchemy_database_uri", "db",
)  # fmt: skip
CONNECTION_SENTENCES: Final = (
    "connecting to «v»", "could not connect to «v»: timeout", "«v»", "pool created for «v»",
    "dialect from «v»", "db=[«v»]", "Failed to obtain JDBC Connection; url «v»",
    "using broker «v» (2 workers)", "migrating «v»...", "psql '«v»'",
)  # fmt: skip


def url_credentials(draw: Draw) -> Value:
    """User and password in a URL of the web or of files (RFC 3986, userinfo)."""
    secret = quote(a_password(draw), safe="")
    scheme = draw.choice(("https", "http", "ftp", "sftp", "git+https", "smtp", "ssh", "ws"))
    return _between(f"{scheme}://{draw.some(_USERS)}:", secret, f"@{draw.some(_HOSTS)}/repo/x.git", scheme)


_PARAMETERS: Final = (
    "access_token", "token", "api_key", "apikey", "sig", "signature", "X-Amz-Signature", "client_secret",
    "auth", "secret", "refresh_token", "id_token", "sessionid", "jwt", "password", "X-Goog-Signature", "hmac",
    "code", "private_token",
)  # fmt: skip


def url_token(draw: Draw) -> Value:
    """A secret among the parameters of a URL."""
    name = draw.some(_PARAMETERS)
    secret = spell(draw, draw.some(("[A32]", "[h64]", "[b43]", "[h40]", "[A24]", "[v]")))
    before = f"https://{draw.some(_HOSTS)}/v1/items?page=2&{name}="
    return _between(before, secret, draw.choice(("", "&limit=10", "#top")), name)


URL_KEYS: Final = (
    "url", "uri", "referer", "request_url", "endpoint", "link", "callback", "location", "href",
)  # fmt: skip
URL_SENTENCES: Final = (
    "GET «v» HTTP/1.1", "redirecting to «v»", "fetch «v» failed: 403", "«v»", "Referer: «v»", "curl -s '«v»'",
    "open «v»", 'request to "«v»" took «ms»ms', "origin: «v»", "cloning «v» ...", "see <«v»>",
)  # fmt: skip

_COOKIES: Final = (
    "session", "JSESSIONID", "PHPSESSID", "connect.sid", "sid", "auth_token", "remember_me",
    "laravel_session", "SESSION",
)  # fmt: skip


def session_cookie(draw: Draw) -> Value:
    """The cookie that is a session."""
    name = draw.some(_COOKIES)
    secret = spell(draw, draw.some(("[A26]", "[H32]", "[l26]", "[v]", "[b43]", "[A40]")))
    before = draw.choice(("", "theme=dark; ", "lang=en; _ga=GA1.2.1; ")) + f"{name}="
    return _between(before, secret, draw.choice(("", "; Path=/; HttpOnly", "; Secure; SameSite=Lax")), name)


COOKIE_KEYS: Final = ("cookie", "set_cookie")
COOKIE_SENTENCES: Final = (
    "Cookie: «v»", "Set-Cookie: «v»", "> cookie: «v»", "curl -b '«v»' https://shop.internal«path»",
    "cookies: «v»",
)  # fmt: skip
