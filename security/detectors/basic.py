"""The eight kinds that every stream is freed of; their masks are a contract with whoever reads the output."""

from typing import Final

from security.detectors import masks, secrets_checks
from security.detectors.kind import Category, Kind, Rank
from security.detectors.people import PEOPLE
from security.detectors.phone_kinds import PHONES
from security.detectors.secrets_forms import ASSIGNS, BARE, EDGE, QUOTED

_SECRET: Final = Category.SECRET
_PASSWORD_NAME: Final = "(?:password|passwd|passphrase|psk)"  # noqa: S105  a pattern, not a password
_KEY_NAME: Final = "(?:x-)?(?:api|access|secret|auth)[_-]?(?:key|token)"
_PASSWORD_SUFFIX: Final = (
    r"(?:[_ -]?(?:\d{1,2}|confirm(?:ation)?|again|repeat|old|new|current|value|text" r"|plain))?\d{0,2}"  # noqa: S105
)
_PASSWORD_ASSIGNED: Final = f"(?i:(?:{_PASSWORD_NAME}|pwd){_PASSWORD_SUFFIX}{ASSIGNS})"
_DATABASES: Final = (
    r"(?:postgres(?:ql)?|pgsql|postgis|mysql[2x]?|mariadb|mongodb(?:\+srv)?|rediss?|valkeys?|mssql|sqlserver"
    r"|oracle|clickhouse|cockroach(?:db)?|couchbases?|couchdb|cassandra|neo4j|bolt|db2|firebird|questdb|trino"
    r"|presto|vertica|redshift|snowflake|hive2?|impala|sybase|informix|teradata|timescale(?:db)?|arangodb"
    r"|influxdb|memcached?|sqlite|sap|hdb|amqps?|kafka|nats|pulsar|stomp|mqtts?)"
)
_URL: Final = rf"(?i:(?:jdbc:)?{_DATABASES}(?:\+\w+)?:(?:\\*/){{2}})[^\s\"'<]+"
_KEY_SHAPES: Final = (
    r"(?:AKIA|ASIA)[0-9A-Z]{16}"
    r"|gh[pousr]_[0-9A-Za-z]{36,}"
    r"|github_pat_[0-9A-Za-z_]{36,}"
    r"|glpat-[0-9A-Za-z_-]{20,}"
    r"|xox[abprs]-[0-9A-Za-z-]{10,}"
    r"|AIza[0-9A-Za-z_-]{35}"
    r"|(?:(?:sk|rk|pk)_(?:live|test)|whsec)_[0-9A-Za-z]{16,}"
    r"|sk-[0-9A-Za-z_-]{20,}"
)


def _has_digit(value: str) -> bool:
    """``sk-`` begins words as well."""
    return not value.startswith("sk-") or any(map(str.isdigit, value))


BASIC: Final = (
    Kind(
        name="database_url",
        title="Address of a database or a broker with a user or a password",
        category=_SECRET,
        pattern=_URL,
        hints=(rf"(?i:{_DATABASES}(?:\+\w+)?:\\*/)",),
        within=secrets_checks.with_credentials,
        mask=masks.DATABASE_URL,
        rank=Rank.CONTAINER,
        family="database_url",
        matches=(
            "connecting to ‹postgresql://app:pw@db:5432/orders› failed",
            "(‹mongodb+srv://app:p%40w@db.example/orders?w=1&j=2›).",
            '"‹jdbc:mysql://db/orders?user=app&password=pw›"',
            "dsn: ‹amqps://app:blue%40kettle@mq:5671/v›",
        ),
        misses=(
            "see https://example.com/postgres",
            "redis://127.0.0.1:6379 is up",
            "jdbc:mysql://db:3306/orders",
        ),
    ),
    Kind(
        name="jwt",
        title="JSON Web Token (RFC 7519)",
        category=_SECRET,
        pattern=EDGE + r"(?P<value>eyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*)",
        hints=("eyJ",),
        mask=masks.JWT,
        rank=Rank.CONTAINER - 1,
        family="jwt",
        matches=("token ‹eyJhbGciOi9.eyJzdWIiOiIx.c2lnbmF0dXJl›",),
        misses=("eyJhbGciOi9 alone",),
    ),
    Kind(
        name="api_key",
        title="Key of an interface, by the fixed beginnings of the most common ones",
        category=_SECRET,
        pattern=_KEY_SHAPES,
        not_after="^\\W_",
        hints=(
            "A[KS]IA",
            "gh[pousr]_",
            "github_pat_",
            "glpat-",
            "xox[abprs]-",
            "AIza",
            "[srp]k_(?:live|test)_",
            "whsec_",
            "sk-",
        ),
        check=_has_digit,
        mask=masks.API_KEY,
        rank=Rank.SHAPE - 1,
        family="api_key",
        matches=("key ‹AKIAQWERTYUIOP123456›", "‹ghp_" + "a1B2" * 9 + "›"),
        misses=("sk-learn-something-long-name-here",),
    ),
    Kind(
        name="api_key",
        title="Key of an interface, by the name before it",
        category=_SECRET,
        pattern=(
            f"(?i:{_KEY_NAME}\\d{{0,2}}{ASSIGNS})"
            "(?:\"(?P<value1>[^\"]{8,})\"|'(?P<value2>[^']{8,})'"
            "|\\\\*[\"']{0,2}(?i:bearer )?(?P<value3>[\\w./+~-]{8,}=*))"
        ),
        hints=(f"(?i:{_KEY_NAME}\\d{{0,2}}{ASSIGNS})",),
        check=secrets_checks.is_key,
        mask=masks.API_KEY,
        rank=Rank.NAMED,
        fields=f"(?:.*[^a-z0-9])?{_KEY_NAME}",
        family="api_key",
        matches=('x-api-key: "‹0123456789abcdef›"', "api_key=‹0123456789abcdef›"),
        misses=(
            "api_key=short",
            "the api key: none",
            "access_token=undefined",
            "apiKey: ${ORDERS_KEY}",
            "auth-token: expired_session",
            "accessKey=config.getAccessKey",
        ),
    ),
    Kind(
        name="password",
        title="Password in quotes, by the name before it",
        category=_SECRET,
        pattern=rf"{_PASSWORD_ASSIGNED}{QUOTED}",
        hints=(f"(?i:(?:{_PASSWORD_NAME}|pwd){_PASSWORD_SUFFIX}{ASSIGNS})",),
        check=secrets_checks.is_password,
        mask=masks.PASSWORD,
        rank=Rank.NAMED,
        fields=(
            r"(?:.*(?:password|passwd|passphrase|passwort|kennwort|contrase(?:\x{f1}|n)a|senha|wachtwoord"
            r"|mot_?de_?passe|has(?:\x{142}|l)o|heslo|salasana|l\x{f6}senord|adgangskode|passord|jelsz\x{f3}"
            r"|\x{15f}ifre|пароль|密码|密碼|パスワード|비밀번호)|(?:.*[^a-z0-9])?pwd)"
        ),
        family="password",
        matches=(
            "Passwd: '‹s3cret›'",
            'password="‹correct horse›"',
            "{'db_password': '‹it\\'s blue›'}",
            '{\\"password\\":\\"‹blue, and \\\\\\"warm\\\\\\"›\\"}',
            'network={ ssid="x" psk="‹k3ttle-blue›" }',
            '1,jo,"{""user"":""jo"",""password"":""‹blue kettle›""}",200',
            "password=&quot;‹blue kettle›&quot;",
            "##teamcity[message text='password=|'‹blue kettle›|'']",
            "log: 'connect(password=''‹blue kettle›'')'",
        ),
        misses=(
            '"password": "must not be blank"',
            'password=""',
            'password="${PW}"',
            "pwd='/home/jane'",
            'log("password: " + pw + ", ok")',
        ),
    ),
    Kind(
        name="password",
        title="Password, by the name before it",
        category=_SECRET,
        pattern=(
            rf"{_PASSWORD_ASSIGNED}(?:\\*\"(?P<value1>[^\"\s,;:)}}\]][^\"\n]*)(?:\n|$)"
            rf"|\\*'(?P<value2>[^'\s,;:)}}\]][^'\n]*)(?:\n|$)|(?P<value0>password (?:unchanged|(?:updated"
            rf"|changed)"
            rf" successfully))|{BARE})"
        ),
        hints=(f"(?i:(?:{_PASSWORD_NAME}|pwd){_PASSWORD_SUFFIX}{ASSIGNS})",),
        within=secrets_checks.bare_password,
        mask=masks.PASSWORD,
        rank=Rank.NAMED,
        family="password",
        matches=(
            "password=‹hunter2› x",
            "User(name=jo, password=‹hu,nt;er2›, age=3)",
            "form[password]=‹hunter2›",
            "user%5Bpassword%5D=‹8N%26T%7D%5D›&commit=Log+in",
            "db.Password: ‹hunter2›.",
            "PGPASSWORD=‹hunter2› psql",
            "a=1&pwd=‹hunter2›&b=2",
            "password=‹[hunter2]›",
            'password="‹blue kettle, cut off›',
        ),
        misses=(
            "the password was wrong",
            "pwd:/home/jane",
            "password: required",
            "password=null",
            "password=${PW}",
            "passwordResetUrl=/x",
            "password: config.get(x)",
            "password: user=jo",
            "passwd: password unchanged",
            "passwd: password updated successfully",
            "chpasswd: done",
            'password = os.getenv("DB_PASS")',
            "$password = $_POST['password'];",
            "password: ENC[AES256_GCM,data:x]",
            "Password:",
            '1,jo,"password:",200',
            "password = var.db_password",
            "WHERE login = $1 AND password = $2",
        ),
    ),
    *PEOPLE,
    *PHONES,
)
