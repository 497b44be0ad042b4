"""Passwords as people log them: found in every way of writing, and not where they are only spoken of."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from security.detectors import secrets_checks as checks
from security.detectors.basic import BASIC
from security.detectors.scan import Scanner
from security.detectors.secrets import SECRETS

SCANNER = Scanner((*BASIC, *SECRETS))
WRITTEN = r"""password={}
password: {}
login user=jo, password={}, ip=192.0.2.1
{{"user":"jo","password":"{}"}}
{{\"user\":\"jo\",\"password\":\"{}\"}}
{{'user': 'jo', 'password': '{}'}}
User(name=jo, password={}, role=admin)
<password>{}</password>
<property name="hibernate.connection.password">{}</property>
run --password {} --now
mysql -u root -p{} shop
PGPASSWORD={} psql -h db
export DB_PASSWORD="{}"
DB_PASS={}
ENV REDIS_PASSWORD {}
username=jo&pwd={}&submit=1
GET /login?user=jo&password={} HTTP/1.1
the password is {}.
temporary password is {}
Passwort: {}
la contraseña es {}
mot de passe : {}
senha={}
пароль: {}
密码：{}
パスワード: {}
CREATE USER jo IDENTIFIED BY '{}'
sshpass -p {} ssh jo@h
curl -u jo:{} https://h.example/x
login as jo / {}
Server=db;User Id=jo;Password={};Encrypt=true
https://jo:{}@h.example/
:password=>"{}"
os.environ['PASSWORD'] = '{}'
["--user","jo","--password","{}"]
Config {{ user: "jo", password: Some("{}") }}
{{"name":"DB_PASSWORD","value":"{}"}}
redis-cli -a {} ping
echo {} | sudo -S ls
machine h login jo password {}
%7B%22password%22%3A%22{}%22%7D
hasło「{}」""".splitlines()
SPOKEN = """the password was wrong
password: required
password must have 8 characters
passwordResetUrl=/x
passwordEncoder=bcrypt
password=null
password=None
password=true
password=****
password=<redacted>
password=${DB_PASSWORD}
password={{ db_password }}
password=%s
password=%DB_PASSWORD%
password=$DB_PASSWORD
password=:password
password=[FILTERED]
password: ""
password: [not shown]
"password": "must not be blank"
"password": {"type": "string"}
password: config.get("db.password")
password = request.form['password']
forgot password?
password policy: min 8
Failed password for invalid user admin from 192.0.2.7 port 22 ssh2
password changed successfully
a new password was sent by mail
password is incorrect
pwd=/home/jo
PWD=/srv/app
pass: 12 fail: 0
--- PASS: TestKettle (0.00s)
bypass=true
compass: north
password= user=jo
vault:secret/data/db#password
secretKeyRef: name=db key=password (o.a.k.c.NetworkClient)
mysql -u root -p
curl -u jo https://h.example
password file /etc/passwd
ENV PASSWORD""".splitlines()
LETTERS = "abcdefghkmnpqrstuvwxyzABCDEFGHKMNPQRSTUVWXYZ"
PASSWORD = st.builds(
    lambda head, middle, tail: head + middle + tail,
    st.text(LETTERS, min_size=4, max_size=6).filter(lambda text: not checks.is_place(text)),
    st.text("23456789", min_size=2, max_size=4),
    st.text(LETTERS + "23456789-", max_size=5).map(lambda text: text + "x"),
)


@pytest.mark.parametrize("way", WRITTEN)
@settings(max_examples=25, deadline=None)
@given(value=PASSWORD)
def test_a_password_is_found_in_every_way_of_writing(way: str, value: str) -> None:
    text = way.format(value)
    start = text.rindex(value)
    covering = [one for one in SCANNER.scan(text) if one.start <= start and one.end >= start + len(value)]
    assert covering, text
    assert all(one.end - one.start == len(value) for one in covering), text


@pytest.mark.parametrize("text", SPOKEN)
def test_where_passwords_are_spoken_of_nothing_is_found(text: str) -> None:
    assert [(one.kind.name, text[one.start : one.end]) for one in SCANNER.scan(text)] == []


@pytest.mark.parametrize(
    ("run", "value"),
    [
        ("hunter2,", "hunter2"),
        ("hunter2)", "hunter2"),
        ("hunter2.", "hunter2"),
        ("[hunter2]", "[hunter2]"),
        ("hun(ter)2", "hun(ter)2"),
        ("hu,nt;er2", "hu,nt;er2"),
        ("hunter2,role=x", "hunter2"),
        ("hunter2;User", "hunter2"),
        ("hunter2&b=1", "hunter2"),
        ("hunter2\\nnext", "hunter2"),
        ("hunter2%26b%3D1", "hunter2"),
        ("hunt%26er2", "hunt%26er2"),
        ("hunter2!", "hunter2!"),
        ("hunter2</password>", "hunter2"),
    ],
)
def test_a_value_without_quotes_ends_where_the_next_field_begins(run: str, value: str) -> None:
    assert checks.bare(run) == value


@given(st.text(max_size=40))
def test_what_is_left_of_a_value_is_its_beginning(text: str) -> None:
    assert text.startswith(checks.bare(text))


@pytest.mark.parametrize("value", ["k3J9xQ2mZr7Lw8Tn", "a81f0c3e5d7b92461c0e", "9fT-xk_27Bq.Lm0Z"])
def test_what_was_drawn_is_random(value: str) -> None:
    assert checks.is_random(value)
    assert checks.is_opaque(value)


@pytest.mark.parametrize(
    "value",
    [
        "order-service-v2",
        "maxIdleTimeMillis",
        "com.acme.TokenProvider",
        "ts-food-5f55b6cf68-77cfw",
        "aaaaaaaaaaaa",
    ],
)
def test_words_and_identifiers_are_not(value: str) -> None:
    assert not checks.is_opaque(value)


@pytest.mark.parametrize("unit", [")", "a.", "\\", '"', "%41", "_A", "&a", ",a", ";", "{"])
def test_a_value_without_end_takes_linear_steps(unit: str) -> None:
    """A quadratic step would not come back; anybody can send a value of a million characters."""
    assert SCANNER.scan("password=" + unit * (1_000_000 // len(unit))) is not None
