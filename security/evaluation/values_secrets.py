"""draw → passwords, tokens without a form of their own, JSON Web Tokens, private keys."""

import base64
import json
from typing import Final

from security.evaluation.case import Value
from security.evaluation.draw import ALNUM, BASE64URL, Draw
from security.evaluation.spell import spell

_WORDS: Final = (
    "sunflower", "dragon", "winter", "Monsoon", "tiger", "Passwort", "correct", "horse", "battery",
    "Frühling", "amor", "qwerty", "letmein", "hunter", "zaphod", "Barcelona", "guitar", "пирог", "cloud",
    "Rocket", "banana", "falcon", "kittens", "Schalke", "mango", "azerty", "bonjour", "orchid", "Pr1ma",
    "secreto",
)  # fmt: skip
_MARKS: Final = "!#$%*+-=?_@^~"


def a_password(draw: Draw) -> str:
    """As people and generators choose them: 6 to 24 characters."""
    word, other = draw.some(_WORDS), draw.some(_WORDS)
    return draw.choice(
        (
            f"{word.capitalize()}{draw.randrange(1000, 10_000)}",
            f"{word}{draw.choice(_MARKS)}{draw.randrange(100)}",
            f"{word}-{other}-{draw.randrange(10, 100)}",
            f"{word.replace('a', '@').replace('o', '0').replace('e', '3')}{draw.choice(_MARKS)}",
            draw.mixed(draw.randint(8, 16)),
            draw.mixed(draw.randint(12, 20), ALNUM + _MARKS),
            f"{draw.choice(_MARKS)}{draw.mixed(9)}{draw.choice(_MARKS)}",
            f"{word.upper()}_{other}",
            draw.digits(draw.randint(6, 10)),
            word if len(word) >= 6 else word + other,  # noqa: PLR2004
            draw.hex(16),
            f"{word}.{other}.{draw.randrange(10)}",
        )
    )


def password(draw: Draw) -> Value:
    """A password; only a word before it says that it is one."""
    return Value(text=a_password(draw), origin="chosen", bare=False)


PASSWORD_KEYS: Final = (
    "password", "passwd", "pwd", "pass", "passphrase", "db_password", "user_password", "new_password",
    "old_password", "admin_password", "root_password", "spring_datasource_password", "redis_password",
    "smtp_pass", "login_password", "password_confirmation", "ansible_become_pass", "keystore_password",
    "passwort", "mot_de_passe", "contrasena", "senha", "j_password", "sudo_pass", "ldap_bind_password",
    "current_password", "mysql_pwd", "wifi_password",
)  # fmt: skip
PASSWORD_LABELS: Final = (
    "password", "Password", "passwd", "pwd", "passphrase", "Passwort", "Kennwort", "mot de passe",
    "contraseña", "senha", "пароль", "密码", "密碼", "パスワード", "비밀번호", "wachtwoord", "hasło",
    "lösenord", "parola", "şifre", "adgangskode", "salasana", "heslo", "jelszó", "κωδικός", "סיסמה",
    "كلمة المرور", "पासवर्ड", "temporary password",
)  # fmt: skip

_COMMANDS: Final = (
    "mysql -u root -p«v» shop", "PGPASSWORD=«v» psql -h db", "sshpass -p «v» ssh deploy@host",
    "redis-cli -a «v» ping", "curl -u admin:«v» https://repo.corp/api",
    "docker login -u ci -p «v» registry.corp", "ldapsearch -x -w «v» -b dc=corp",
    "ALTER USER app WITH PASSWORD '«v»'", "CREATE USER 'x'@'%' IDENTIFIED BY '«v»'",
    "openssl rsa -passin pass:«v» -in k", "htpasswd -b users bob «v»",
    "net use Z: \\\\srv\\share «v» /user:corp\\bob", "mongo --username a --password «v»",
    "keytool -storepass «v» -list", "requirepass «v»", "user bob logged in with password '«v»'",
    "7z x a.zip -p«v»", "wget --http-password=«v» http://repo", "echo «v» | docker login --password-stdin",
    "PASS «v»", "AUTH «v»", "wrong password «v» for user bob", "set password to «v»",
    "your new password is «v»", "-Djavax.net.ssl.keyStorePassword=«v»",
    "ConvertTo-SecureString '«v»' -AsPlainText -Force", "smbclient //srv/x -U bob%«v»",
    "SET PASSWORD FOR bob = '«v»'", "unzip -P «v» dump.zip", "password changed from «v» to ********",
    "mysqldump --password=«v» shop",
)  # fmt: skip


def command_password(draw: Draw) -> Value:
    """A password in a command, a statement or a sentence that shows it."""
    template = draw.some(_COMMANDS)
    text = a_password(draw)
    while any(char in text for char in "'\\%$!*?~#"):  # a shell would not take it unquoted
        text = a_password(draw)
    return Value(text=text, origin=template.split("«v»", maxsplit=1)[0][:24], sentences=(template,))


def no_password(draw: Draw) -> Value:
    """The words without a password behind them: masked, empty, placeholders, policies, prose."""
    text = draw.choice(
        (
            "********", "***", "[PASSWORD]", "<redacted>", "[REDACTED]", "null", "None", "undefined",
            "${DB_PASSWORD}", "{{ db_password }}", "$PASSWORD", "<password>", "%s", "", "required", "true",
            "false", "xxxxxxxx", "(masked)", "os.environ['PASSWORD']", "process.env.SECRET", "••••••••",
            "{password}", "[FILTERED]", "nil", "?",
        )
    )  # fmt: skip
    return Value(
        text=text,
        keys=("password", "passwd", "pwd", "secret", "token", "api_key"),
        labels=("password", "Passwort", "pwd", "secret", "token"),
        sentences=(
            "password reset requested («v»)", "Password is required", "token expired at «iso»",
            "invalid password for user 8812", "password must be at least 12 characters",
            "grant_type=password&scope=read", "The password was changed successfully",
            "max_tokens: 4096, prompt_tokens=512", "token_type=Bearer expires_in=3600",
            "passwordEncoder=bcrypt rounds=12", "secretName: db-credentials",
            "Reading secret from /run/secrets/db", "PasswordAuthentication no", "passphrase: none",
            "WWW-Authenticate: Bearer realm=\"api\"", "Bearer token missing",
            "Authorization header: Basic expected", "failed password attempts: 5", "password policy: strong",
            "pam_unix(sshd:auth): check pass; user unknown", "unexpected token } in JSON at position «int»",
            "CSRF token mismatch", "password_changed_at=«iso»", "forgot password?",
            "tokenizer loaded: vocab=50257", "public key token=none", "secret manager unavailable",
            "api key not configured", "Password authentication failed for connection «int»",
            "pwd=/var/lib/app", "passport.js strategy: local",
        ),
    )  # fmt: skip


_SECRET_FORMS: Final = (
    "[A32]", "[A24]", "[A40]", "[A64]", "[h32]", "[h40]", "[h64]", "[b43]", "[B43]=", "[B86]==", "[v]",
    "[l26]", "[A20]", "[V32]", "[A8]-[A8]-[A8]", "[b22].[b22]", "[h16]",
)  # fmt: skip


def generic_secret(draw: Draw) -> Value:
    """A key without a form of its own: only its name says what it is."""
    form = draw.some(_SECRET_FORMS)
    return Value(text=spell(draw, form), origin=form, bare=False)


SECRET_KEYS: Final = (
    "api_key", "apikey", "client_secret", "secret", "secret_key", "access_token", "auth_token",
    "refresh_token", "signing_key", "encryption_key", "private_token", "webhook_secret", "app_secret",
    "session_token", "x_api_key", "aws_secret_access_key", "consumer_secret", "license_secret", "jwt_secret",
    "master_key", "hmac_key", "access_key", "datadog_api_key", "id_token", "csrf_token", "bot_token",
    "shared_secret", "account_key", "api_secret", "token", "django_secret_key", "secret_key_base",
    "storage_key", "service_account_key", "deploy_token", "otp_secret",
)  # fmt: skip
SECRET_LABELS: Final = (
    "API key", "api-key", "apikey", "client secret", "secret", "access token", "auth token", "signing key",
    "secret key", "token", "API-Schlüssel", "clé secrète", "clave secreta", "секретный ключ", "密钥",
    "シークレット", "api token", "Encryption key", "shared secret",
)  # fmt: skip


def no_secret(draw: Draw) -> Value:
    """Ids and hashes: as random as a secret, and none."""
    form = draw.choice(
        ("[v]", "[h32]", "[h40]", "[h64]", "[V26]", "[h16]", "[A22]", "[h24]", "[l10]-[l5]", "sha256:[h64]")
    )
    return Value(
        text=spell(draw, form),
        keys=(
            "trace_id", "request_id", "commit", "etag", "checksum", "sha256", "digest", "correlation_id",
            "span_id", "md5", "build", "image", "order_uuid", "file_hash", "revision", "pod",
            "transaction_id", "document_id", "sort_key", "partition_key", "primary_key", "cache_key",
            "object_key", "key_id", "idempotency_key", "fingerprint",
        ),
        labels=(
            "trace", "request", "commit", "etag", "checksum", "digest", "revision", "cache key", "object",
            "run",
        ),
        sentences=(
            "GET /objects/«v» 200", "pulled image app@sha256:«sha256»", "processing job «v»",
            "cache key «v» evicted", "deployed revision «v»", "ETag: \"«v»\"", "HEAD is now at «sha»",
            "uploaded /tmp/«v».bin", "span «v» finished", "md5 of part 3 is «v»", "consumer «v» joined group",
            "primary key «v» not found", "partition key «v» is hot",
        ),
    )  # fmt: skip


def _part(content: "dict[str, object]") -> str:
    return base64.urlsafe_b64encode(json.dumps(content, separators=(",", ":")).encode()).decode().rstrip("=")


_ALGORITHMS: Final = {"HS256": 43, "HS512": 86, "RS256": 342, "ES256": 86, "EdDSA": 86, "PS384": 342}


def jwt(draw: Draw) -> Value:
    """A signed JSON Web Token (RFC 7519), short or long; an encrypted one (RFC 7516) now and then."""
    algorithm = draw.some(tuple(_ALGORITHMS))
    head: dict[str, object] = {"alg": algorithm, "typ": "JWT"}
    if draw.chance(0.3):
        head = {"kid": draw.hex(8), "alg": algorithm}
    claims: dict[str, object] = {"sub": draw.digits(6), "iat": 1_600_000_000 + draw.randrange(10**8)}
    for name in ("iss", "aud", "scope", "roles", "jti"):
        if draw.chance(0.4):
            claims[name] = draw.chars(draw.randint(3, 30))
    if draw.chance(0.1):
        sealed: dict[str, object] = {"alg": "RSA-OAEP", "enc": "A256GCM"}
        parts = _part(sealed), draw.chars(342, BASE64URL), draw.chars(16, BASE64URL)
        tail = draw.chars(60, BASE64URL), draw.chars(22, BASE64URL)
        return Value(text=".".join((*parts, *tail)), origin="JWE")
    text = f"{_part(head)}.{_part(claims)}.{draw.chars(_ALGORITHMS[algorithm], BASE64URL)}"
    return Value(text=text, origin=algorithm)


def no_jwt(draw: Draw) -> Value:
    """Three parts with dots, and base64 of JSON without a signature."""
    text = draw.choice(
        (
            f"com.{draw.chars(8, 'abcdefgh')}.{draw.chars(8, 'abcdefgh')}",
            _part({"page": draw.randrange(100), "size": 20}),
            f"{draw.randrange(20)}.{draw.randrange(20)}.{draw.randrange(20)}",
            f"eyJ{draw.chars(5)}",
            f"{draw.hex(8)}.{draw.hex(8)}.{draw.hex(8)}",
        )
    )
    return Value(text=text)


JWT_KEYS: Final = (
    "token", "jwt", "id_token", "access_token", "authorization", "session", "bearer", "assertion", "state",
    "t",
)  # fmt: skip
JWT_SENTENCES: Final = (
    "Authorization: Bearer «v»", "token «v» expired", "«v»", "Set-Cookie: session=«v»; Path=/; HttpOnly",
    "claims of «v»: {}", "issued «v» to client 7", "GET /callback?id_token=«v» 302",
    "JWT «v» signature invalid", "cookie: jwt=«v»", "verify(«v»)", "Sec-WebSocket-Protocol: «v»",
)  # fmt: skip

_LABELS_OF_KEYS: Final = (
    "RSA PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "PRIVATE KEY", "ENCRYPTED PRIVATE KEY",
    "DSA PRIVATE KEY", "PGP PRIVATE KEY BLOCK", "ANY PRIVATE KEY",
)  # fmt: skip


def private_key(draw: Draw) -> Value:
    """A key in PEM (RFC 7468) or OpenPGP's armour: of several lines or one, cut off at times."""
    label = draw.some(_LABELS_OF_KEYS)
    way = draw.choice(("lines", "lines", "escaped", "escaped", "spaces", "crlf", "cut", "twice escaped"))
    between = {"escaped": "\\n", "spaces": " ", "crlf": "\r\n", "twice escaped": "\\\\n"}.get(way, "\n")
    rows = [draw.chars(64, ALNUM + "+/") for _ in range(draw.randint(3, 8))]
    rows[0] = {"OPENSSH PRIVATE KEY": "b3BlbnNzaC1rZXktdjE", "PGP PRIVATE KEY BLOCK": "lQOYBF"}.get(
        label, "MII"
    ) + rows[0][20:]
    rows.append(draw.chars(draw.randint(8, 40), ALNUM) + "==")
    head, tail = f"-----BEGIN {label}-----{between}", f"{between}-----END {label}-----"
    if draw.chance(0.15):
        head += (
            f"Proc-Type: 4,ENCRYPTED{between}DEK-Info: AES-128-CBC,{draw.hex(32).upper()}{between}{between}"
        )
    parts, matter, at = [], [], len(head)
    for index, row in enumerate(rows):
        start = at + (len(between) if index else 0)
        matter.append((start, start + len(row)))
        parts.append(row)
        at = start + len(row)
    text = head + between.join(parts) + ("" if way == "cut" else tail)
    return Value(text=text, matter=tuple(matter), origin=f"{label}|{way}")


def no_private_key(draw: Draw) -> Value:
    """Certificates, public keys, and the words alone."""
    rows = "\\n".join(draw.chars(64, ALNUM + "+/") for _ in range(3))
    text = draw.choice(
        (
            f"-----BEGIN CERTIFICATE-----\\n{rows}\\n-----END CERTIFICATE-----",
            f"-----BEGIN PUBLIC KEY-----\\n{rows}\\n-----END PUBLIC KEY-----",
            f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{draw.chars(43)} deploy",
            "private key file: /etc/ssl/private/server.pem",
            f"-----BEGIN CERTIFICATE REQUEST-----\\n{rows}\\n-----END CERTIFICATE REQUEST-----",
        )
    )
    return Value(text=text, sentences=("loaded «v»", "«v»", "could not parse «v»"))


KEY_KEYS: Final = (
    "private_key", "key", "tls_key", "ssh_key", "pem", "signing_key", "credentials", "secret", "client_key",
)  # fmt: skip
KEY_SENTENCES: Final = (
    "«v»", "loaded key: «v»", "could not parse «v»", "tls.key=«v»", "stdin: «v»", "key «v» has bad padding",
)  # fmt: skip
