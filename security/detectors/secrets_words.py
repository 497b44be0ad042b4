"""Passwords in the many ways they are written, and values that only the name before them calls secret."""

from typing import Final

from security.detectors import masks
from security.detectors import secrets_checks as checks
from security.detectors.kind import Kind, Rank
from security.detectors.secrets_forms import ASSIGNS, HEX, entry, made

_QUOTED: Final = (
    r"(?:\\\"(?P<{0}1>(?:[^\"\\\n]|\\\\\\\"|\\\\|\\[^\"\\])+)\\\""
    r"|\"(?P<{0}2>(?:[^\"\\\n]|\\.)+)\"|'(?P<{0}3>(?:[^'\\\n]|\\.|'')+)'|`(?P<{0}4>[^`\n]+)`)"
)
QUOTED: Final = _QUOTED.format("value")
#: Characters without spaces; a quote among them when more follows.
BARE: Final = r"(?P<value5>[^\s\"'`](?:[^\s\"'`]|[\"'`][0-9A-Za-z])*)"
_SHORT_NAME: Final = (
    r"(?:(?:^|[^0-9A-Za-z])(?i:pass|pswd|passw|psw|pword|pass[_-]word|passcode|pw|passwd\d|secretword)"
    r"|[a-z0-9](?:Pass|Pw|Pwd|PASS))"
)
_LOCAL_NAME: Final = (
    r"(?i:passwort|kennwort|contrase(?:ñ|n|\\u00f1)a|clave|mot[ _]de[ _]passe"
    r"|motdepasse|mdp|senha|parola"
    r"|wachtwoord|lösenord|adgangskode|passord|salasana|has[łl]o|heslo|jelszó|parole"
    r"|şifre|sifre|пароль|пароля"
    r"|密码|密碼|口令|パスワード|暗証番号|비밀번호|암호|mật khẩu|kata sandi"
    r"|κωδικός|סיסמה|كلمة المرور|पासवर्ड|รหัสผ่าน)"
)
_LOCAL_IS: Final = (
    r"\\*[\"'`]?[ \t]*(?:=>|=|:|：|(?i:ist|es|est|é|è|is|lautet|jest|är|er|on"
    r"|это)[ \t]*:?[ \t]|是|为|為|は|は、|—|->)[ \t]*"
)
_SAID: Final = (
    r"(?i:pass(?:word|phrase|code|wd)|pwd|\bpw)(?: (?i:for|of|to)(?: [\w.@:/-]+){1,3})?"
    r",? (?i:(?:has been |was |is )?(?:now )?(?:set|changed|reset|updated"
    r"|rotated)(?: from \S+)? to|is now|is|was|equals)"
    r":? (?:now )?"
)
_GIVEN: Final = (
    r"(?i:(?:with|using|new|old|temporary|temp|initial|default|admin|root|generated|one-time)"
    r"(?: (?:the|a|temporary|initial|default|new|old|generated))? pass(?:word|phrase|code))[ :=]+"
)


def _password(name: str, title: str, pattern: str, hints: tuple[str, ...], **rest: object) -> Kind:
    given: dict[str, object] = {
        "mask": masks.PASSWORD,
        "family": "password",
        "rank": Rank.NAMED,
        "confidence": 0.85,
        **rest,
    }
    return entry(name, title, pattern, hints, **given)


PASSWORDS: Final[tuple[Kind, ...]] = (
    _password(
        "password_short_name",
        "Password behind a shorter name, in quotes",
        f"{_SHORT_NAME}{ASSIGNS}{QUOTED}",
        (rf"{_SHORT_NAME}\\*[\"'`]?\]?[ \t]*(?:=|:|->|%3)",),
        check=checks.is_password,
        matches=("dbPass='‹blue kettle 9›'", '"pass": "‹kettle›"', '\\"pw\\":\\"‹ke\\\\\\"ttle9›\\"'),
        misses=("bypass='no one'", "pass: true", 'pass="${DB_PASS}"', "compass='north west'"),
    ),
    _password(
        "password_short_name",
        "Password behind a shorter name",
        f"{_SHORT_NAME}{ASSIGNS}{BARE}",
        (rf"{_SHORT_NAME}\\*[\"'`]?\]?[ \t]*(?:=|:|->|%3)",),
        within=checks.bare_strong,
        confidence=0.75,
        matches=("DB_PASS=‹k3ttle-blue› ok", "user=bo pass=‹k3ttle!›, ok", "pw: ‹Kettle#Blue›"),
        misses=(
            "pass: 12 fail: 3",
            "--- PASS: TestKettle (0.00s)",
            "PASS: kettle1.sh",
            "pass=2/3",
            "pass=5ms",
        ),
    ),
    _password(
        "password_local",
        "Password behind its name in another language, in quotes",
        f"{_LOCAL_NAME}{_LOCAL_IS}{QUOTED}",
        (f"{_LOCAL_NAME}{_LOCAL_IS}",),
        check=checks.is_password,
        matches=('senha: "‹chaleira azul›"', "mot de passe = '‹bouilloire›'"),
        misses=('passwort: ""', 'clave: "${CLAVE}"'),
    ),
    _password(
        "password_local",
        "Password behind its name in another language",
        f"{_LOCAL_NAME}{_LOCAL_IS}{BARE}",
        (f"{_LOCAL_NAME}{_LOCAL_IS}",),
        within=checks.bare_strong,
        confidence=0.8,
        matches=(
            "Passwort: ‹Kessel7blau›",
            "la contraseña es ‹t3tera-azul›.",
            "пароль: ‹чайник7›",
            "密码是‹hu2shui!›",
            "パスワード：‹yakan99x›",
            "le mot de passe est ‹bouill0ire›",
        ),
        misses=("Passwort ist falsch", "la contraseña es incorrecta", "пароль: неверный", "clave: primaria"),
    ),
    _password(
        "password_said",
        "Password that a sentence tells",
        rf"(?:{_SAID}|{_GIVEN})(?:{QUOTED}|{BARE})",
        (
            r"(?i:pass(?:word|phrase|code|wd)|pwd|pw)[\w .@:,/-]*? (?i:is|was|to|equals) ",
            r"(?i:with|using|new|old|temporary|temp|initial|default|admin|root|generated|one-time|the|a) "
            r"(?i:pass(?:word|phrase|code))[ :=]",
        ),
        within=checks.bare_strong,
        confidence=0.75,
        matches=(
            "the password is ‹k3ttle-blue›.",
            "password for bo was reset to '‹Kettle#9›'",
            "logged in with password ‹bl4e.Kettle› at noon",
            "temporary password: ‹Zk7-pq29›",
        ),
        misses=(
            "the password is incorrect",
            "password for bo is too short",
            "password is not set",
            "a new password was sent to bo@example.com",
            "password was changed to v2.1",
        ),
    ),
    _password(
        "password_xml",
        "Password in an element",
        r"<(?:[\w.-]+:)?[\w.-]*(?i:password|passwd|passphrase|pwd|pass|passwort|senha)\d?(?:\s[^<>]*)?>"
        r"(?:<!\[CDATA\[(?P<value1>[^\]<]+)\]\]>|\s*(?P<value2>[^<>\s](?:[^<>\n]*[^<>\s])?)\s*</)",
        (r"(?i:password|passwd|passphrase|pwd|pass|passwort|senha)\d?(?:\s[^<>]*)?>",),
        check=checks.is_password,
        confidence=0.92,
        matches=(
            "<password>‹kettle›</password>",
            '<wsse:Password Type="text">‹blue kettle›</wsse:Password>',
            "<dbPwd><![CDATA[‹a&b›]]></dbPwd>",
        ),
        misses=("<password></password>", "<password>${db.password}</password>", "<b>password</b>"),
    ),
    _password(
        "password_pair",
        "Password whose name and value are two fields: of a property, of a variable in a list",
        r"(?i:name|key|id|property|type|parameter|var)\\*[\"']?\s*[:=]\s*\\*[\"']"
        r"[\w.-]*(?i:password|passwd|passphrase|pwd|pass)\\*[\"']"
        rf"[^\n<>\"']{{0,24}}?\\*[\"']?(?i:value|val|default)\\*[\"']?\s*[:=]\s*{QUOTED}",
        (r"(?i:password|passwd|passphrase|pwd|pass)\\*[\"'][\s,;]*\\*[\"']?(?i:value|val|default)",),
        check=checks.is_password,
        confidence=0.9,
        matches=(
            '<property name="db.password" value="‹blue kettle›"/>',
            '{"name":"DB_PASSWORD","value":"‹kettle7›"}',
            "{'key': 'pwd', 'value': '‹kettle7›'}",
        ),
        misses=('{"name":"DB_PASSWORD","value":""}', '{"name":"DB_PASSWORD","valueFrom":"x y"}'),
    ),
    _password(
        "password_pair",
        "Password whose name and value are two items of a list, or of a variable in YAML",
        rf"(?:\\*[\"'][\w.-]*(?i:password|passwd|passphrase|pwd)\\*[\"']\s*,\s*{QUOTED}"
        r"|name: *[\w.-]*(?i:password|passwd|passphrase|pwd|pass)(?:\\n"
        r"|\s)+value: *[\"']?(?P<value9>[^\s\"'\\]+))",
        (
            r"(?i:password|passwd|passphrase|pwd)\\*[\"']\s*,\s*\\*[\"']",
            r"(?i:password|passwd|passphrase|pwd|pass)(?:\\n|\s)+value:",
        ),
        check=checks.is_strong,
        confidence=0.7,
        matches=("('db_password', '‹k3ttle-blue›')", "- name: DB_PASSWORD\n  value: ‹kettle7›"),
        misses=('["user", "password", "email"]', "name: DB_PASSWORD\nvalue: null"),
    ),
    _password(
        "password_call",
        "Password as the argument of a call",
        rf"(?i:password|passwd|passphrase|pwd)\(\s*(?:[A-Za-z_.]+ *= *)?{QUOTED}\s*\)",
        (r"(?i:password|passwd|passphrase|pwd)\(\s*(?:[A-Za-z_.]+ *= *)?\\*[\"'`]",),
        check=checks.is_password,
        matches=('setPassword("‹blue kettle›")', "SET PASSWORD = PASSWORD('‹kettle›')"),
        misses=("getPassword()", 'setPassword("")', 'password("${PW}")'),
    ),
    _password(
        "password_wrapped",
        "Password in a wrapper of a language's own notation",
        rf"(?i:password|passwd|passphrase|pwd){ASSIGNS}(?:Some|Ok|Just|Secret|SecretStr"
        r"|Optional|Password|b|u|r|@|!!str )"
        rf"[(\[]?{QUOTED}",
        (
            r"(?i:password|passwd|passphrase|pwd)\\*[\"'`]?\]?[ \t]*[:=>-]+[ \t]*(?:"
            r"[A-Z][A-Za-z]*[(\[]|[bur@]|!!str )[\"'\\]",
        ),
        check=checks.is_password,
        matches=('password: Some("‹blue kettle›")', "password=b'‹kettle›'", "password=SecretStr('‹kettle›')"),
        misses=("password: None", "password=SecretStr('**********')"),
    ),
    _password(
        "sql_password",
        "Password in a statement that makes or changes a user",
        r"(?i:identified(?: with [\w']+)? by(?: password)?|(?:with|encrypted|login"
        rf"|set)\s+password(?:\s+for\s+\S+)?(?:\s*=)?|identified as|replace)\s*{QUOTED}",
        (r"(?i:identified(?: with [\w']+)? by)", r"(?i:with|encrypted|login|set)\s+(?i:password)"),
        check=checks.is_password,
        confidence=0.93,
        matches=(
            "CREATE USER 'bo'@'%' IDENTIFIED BY '‹blue kettle›'",
            "alter role bo with encrypted password '‹kettle›'",
        ),
        misses=("identified by the key", "ALTER USER bo IDENTIFIED BY '${PW}'"),
    ),
    _password(
        "sql_password",
        "Password without quotes in a statement that makes or changes a user",
        r"(?i:(?:create|alter) user .{1,60}? identified by )(?P<value>[^\s;'\"]+)",
        (r"(?i:identified by )",),
        check=checks.is_password,
        matches=(
            "CREATE USER bo IDENTIFIED BY ‹kettle7›;",
            "alter user bo identified by ‹Blue_9› account unlock",
        ),
        misses=("alter user bo identified by ${PW}", "identified by the clerk"),
    ),
)

GENERIC: Final[tuple[Kind, ...]] = (
    entry(
        "generic_secret",
        "Value by a name that only secrets have",
        r"(?i:(?:client|consumer|app|application|shared|webhook|jwt|cookie|session|hmac"
        r"|master|root|signing|oauth|user|bot"
        r"|service|account|encryption|crypto|cipher|storage|license|deploy|admin|flask|django"
        r"|rails|nextauth|auth)[_. -]?secret"
        rf"(?:[_-]?(?:key|token|base))?|secret(?:[_. -]?(?:key(?:[_-]base)?|token|value|id|access[_-]?key))?"
        r"|(?:private|signing|signature|encryption|encrypt|decryption|hmac|master|shared"
        r"|account|storage|license|deploy|aes|crypto"
        r"|app|application|subscription|service|admin|webhook|session|cookie|integration|host"
        r"|function|write|ingest(?:ion)?|api)[_. -]?(?:key|token)"
        r"|(?:access|refresh|bearer|id|oauth|personal[_-]?access|bot|user|device|registration"
        r"|service|reset|csrf|xsrf|security|sas|vault"
        rf"|github|gitlab|slack|npm|verification)[_. -]?token|credentials?|creds)"
        rf"{ASSIGNS}(?:(?i:bearer|token|basic) )?(?:{QUOTED}|\\*[\"']?{BARE})",
        (
            r"(?i:secret|credentials?|creds)(?:[_. -]?(?i:key|token|value|id|base"
            r"|access))*\\*[\"'`]?\]?[ \t]*(?:[:=]|->|%3)",
            r"(?i:[a-z][_. -]?(?:key|token))\\*[\"'`]?\]?[ \t]*(?:[:=]|->|%3)",
        ),
        within=checks.bare_key,
        rank=Rank.NAMED - 1,
        confidence=0.8,
        matches=(
            f"client_secret=‹{made(32)}›&grant=1",
            f'"clientSecret": "‹{made(24, seed="a")}›"',
            f"signing-key: ‹{made(64, HEX)}›",
            f"refresh_token='‹{made(40, seed='b')}›'",
        ),
        misses=(
            "secret: my-service-account-name",
            "client_secret=${CLIENT_SECRET}",
            "credentials: missing for user",
            "secretKeyRef: db-credentials",
            "partition_key=order-service-2024",
            "primary key: customer_id",
        ),
    ),
    entry(
        "generic_token",
        "Drawn value by a name that other things have as well",
        r"(?:(?:^|[^0-9A-Za-z])(?i:[a-z][\w.-]*[_.-])?|[a-z0-9])(?i:tokens?"
        r"|auth(?:[_-]?(?:code|key|cookie|header|value|data))?"
        r"|authorization|session(?:[_-]?(?:id|key|cookie|data|state))?|sess(?:id|ionid)?|sid"
        r"|jsessionid|phpsessid|cookies?"
        rf"|signature|sig|hmac|otp)"
        rf"{ASSIGNS}(?:(?i:bearer|token|basic) )?(?:{QUOTED}|\\*[\"']?{BARE})",
        (
            r"(?i:tokens?|auth(?:[_-]?(?:code|key|cookie|header|value|data)|orization)?"
            r"|session(?:[_-]?(?:id|key|cookie|data|state))?"
            r"|sid|sess(?:ion)?id|cookies?|signature|sig|hmac|otp)"
            r"\\*[\"'`]?\]?[ \t]*(?:[:=]|->|%3)",
        ),
        within=checks.bare_opaque,
        rank=Rank.NAMED - 2,
        confidence=0.65,
        matches=(
            f"token={'‹' + made(32) + '›'}",
            f'"sessionId":"‹{made(26, seed="a")}›"',
            f"X-Auth-Token: ‹{made(40, HEX)}›",
        ),
        misses=(
            "token: expired",
            "session=3f2504e0-4f89-41d3-9a0c-0305e82c3301",
            "token=com.acme.TokenProvider",
            "auth: order-service-v2",
            "cookie: sessionStorage",
            "commit=" + made(40, HEX),
        ),
    ),
)

WORDS: Final = (*PASSWORDS, *GENERIC)
