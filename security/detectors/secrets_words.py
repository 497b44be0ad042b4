"""Passwords in the many ways they are written, and values that only the name before them calls secret."""

from typing import Final

from security.detectors import masks
from security.detectors import secrets_checks as checks
from security.detectors.kind import Kind, Rank
from security.detectors.secrets_forms import ASSIGNS, EDGE, HEX, LOWER, UUID, entry, made, made_uuid

_QUOTED: Final = (
    r"(?:\\{{2,}}\"(?P<{0}0>[^\"\\\n]+)\\+\"|\\\"(?P<{0}1>(?:[^\"\\\n]|\\\\\\\"|\\\\|\\[^\"\\])+)\\\""
    r"|\"(?P<{0}2>(?:[^\"\\\n]|\\.)+)\"|'(?P<{0}3>(?:[^'\\\n]|\\.|'')+)'|`(?P<{0}4>[^`\n]+)`)"
)
QUOTED: Final = _QUOTED.format("value")
#: Characters without spaces; a quote among them when more follows.
BARE: Final = r"(?P<value5>[^\s\"'`>](?:[^\s\"'`]|[\"'`][0-9A-Za-z])*)"
_SHORT_NAME: Final = (
    rf"(?:{EDGE}(?i:pass|pswd|passw|psw|pword|pass[_-]word|passcode|pw|pass\d"
    r"|passwd\d|secretword)|[a-z0-9](?:Pass|Pw|Pwd|PASS))\d{0,2}"
)
_JOINED_NAME: Final = (
    rf"(?:{EDGE}(?i:(?:bind|root|user|db|admin|login|my|ftp|smtp|mail|ssh|app"
    r"|sys|sudo|become|service|ldap|imap|pop3|wifi|vpn|vnc|api|web|proxy|master|client|old|new|temp"
    r"|current|key|trust|store|redis|mysql|pg|postgres|mongo|rabbitmq|amqp|mqtt|kafka|http|basic|auth|j)"
    r"[_-]?(?:pw|pass))|(?:user|db|admin|login|mail|smtp|ftp|root|auth|service|new|old|sudo)(?:Pass|Pw))\d{0,2}"
)
_LOCAL_NAME: Final = (
    r"(?i:passwort|kennwort|contrase(?:ñ|n|\\u00f1)a|mot[ _]de[ _]passe"
    r"|motdepasse|mdp|senha"
    r"|wachtwoord|lösenord|adgangskode|passord|salasana|has[łl]o|heslo|jelszó"
    r"|şifre|sifre|пароль|пароля"
    r"|密码|密碼|口令|パスワード|暗証番号|비밀번호|암호|mật khẩu|kata sandi"
    r"|κωδικός|סיסמה|كلمة المرور|पासवर्ड|รหัสผ่าน)\d{0,2}"
)
_LOCAL_MARK: Final = r"\\*[\"'`]?\]?[ \t]*(?:=>|=|:=|:|：|→)[ \t]*"
_LOCAL_IS: Final = (
    r"\\*[\"'`]?[ \t]*(?:(?i:ist|es|est|é|è|is|lautet|jest|är|er|on|to"
    r"|это)[ \t]*:?[ \t]|是|为|為|は|は、|—|->)[ \t]*"
)
_AMBIGUOUS: Final = r"(?i:clave|parola|parole)\d{0,2}"
_LOOSELY: Final = (
    r"\\*[\"'`]?(?:[ \t]*(?:：|「|『|→)[ \t]*|[ \t]+(?:-|–|—|\||\(|\[|->|=>|is|to|was|ist"
    r"|est|es|é|è|är|er|jest|to be|is set to|set to"
    r"|changed to|updated to)?[ \t]*|[ \t]*[(\[{<|][ \t]*|[ \t]*[:=][ \t]*[(\[<{「]+"
    r"|[ \t]*[:=][ \t]*)\\*[\"'`(\[「]?"
)
_MARKED: Final = r"\\*[\"'`]?\]?[ \t]*(?:：|「|『|→|=>|[:=][ \t]*[(\[<{「])[ \t]*"
_LABELLED: Final = r"[ \t]*(?:(?:->|- |–|—|\|)[ \t]*|[ \t][(\[<{][ \t]*)"
_DRAWN_NAME: Final = (
    r"(?i:(?:api|app|client|consumer|shared|secret|encryption|signing|private|access|auth"
    r"|master|webhook|session|refresh"
    r"|bearer|security|service|account|license|deploy|admin|user)[ _-]?(?:key|secret"
    r"|token|code)|api[ -]?schlüssel|secret|token"
    r"|schlüssel|geheimnis|clé(?: d'api| api| secrète)?|clave(?: api| secreta)?"
    r"|chave(?: de api| secreta)?|chiave(?: api| segreta)?"
    r"|sleutel|nyckel|klucz|anahtar|ключ|секрет|токен|シークレット|トークン|キー|密钥|密鑰|秘钥|令牌|비밀키|토큰)\d?"
)
_ONLY_SECRETS: Final = (
    r"(?i:(?:api|app|client|consumer|shared|secret|encryption|signing|private|access|auth"
    r"|master|webhook|refresh|bearer)[ _-]?"
    r"(?:key|secret|token)|secret|api[ -]?schlüssel|シークレット"
    r"|clave secreta|clé secrète|секретный ключ|密钥)\d?"
)
_LABEL: Final = rf"(?:{_LOCAL_NAME}|{_AMBIGUOUS}|(?i:password|passwd|passphrase|passcode|pwd|pass))"
_SAID: Final = (
    r"(?i:pass(?:word|phrase|code|wd)|pwd|\bpw)(?: (?i:for|of|to)(?: [\w.@:/-]+){1,3})?"
    r",? (?i:(?:has been |was |is )?(?:now )?(?:set|changed|reset|updated"
    r"|rotated)(?: from \S+)? to|is now|is|was|equals)"
    r":? (?:now )?"
)
_GIVEN: Final = (
    r"(?i:(?:with|using|new|old|temporary|temp|initial|default|admin|root|generated"
    r"|one-time|set|try|tried|trying|entered"
    r"|got|bad|wrong|invalid|incorrect|rejected|accepted|user(?:name)?[ =:]+[\w.@+-]+,?)"
    r"(?: (?:the|a|temporary|initial|default|new|old|generated))? pass(?:word|phrase|code"
    r"|wd)?)[ :=]+(?i:(?:is|was|of|to) )?"
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
        f"(?:{_SHORT_NAME}|{_JOINED_NAME}){ASSIGNS}{QUOTED}",
        (rf"(?:{_SHORT_NAME}|{_JOINED_NAME})\\*[\"'`]?\]?[ \t]*(?:=|:|->|%3)",),
        check=checks.is_password,
        matches=("dbPass='‹blue kettle 9›'", '"pass": "‹kettle›"', '\\"pw\\":\\"‹ke\\\\\\"ttle9›\\"'),
        misses=("bypass='no one'", "pass: true", 'pass="${DB_PASS}"', "compass='north west'"),
    ),
    _password(
        "password_short_name",
        "Password behind a shorter name",
        f"{_SHORT_NAME}{ASSIGNS}{BARE}",
        (rf"{_SHORT_NAME}\\*[\"'`]?\]?[ \t]*(?:=|:|->|%3)",),
        within=checks.bare_mixed,
        confidence=0.75,
        matches=("PASS1=‹k3ttle-blue› ok", "user=bo pass=‹k3ttle!›, ok", "pw: ‹Kettle#Blue›"),
        misses=(
            "pass: 12 fail: 3",
            "--- PASS: TestKettle (0.00s)",
            "PASS: kettle1.sh",
            "pass=2/3",
            "pass=5ms",
        ),
    ),
    _password(
        "password_short_name",
        "Password behind a shorter name, with what it is of",
        f"{_JOINED_NAME}{ASSIGNS}{BARE}",
        (rf"{_JOINED_NAME}\\*[\"'`]?\]?[ \t]*(?:=|:|->|%3)",),
        within=checks.bare_told,
        confidence=0.75,
        matches=("DB_PASS=‹kettle› ok", "sudo_pass: ‹k3ttle›", "userPass => ‹zaphod›"),
        misses=("db_pass=required", "user_pass: 3ms", "new_pass=none"),
    ),
    _password(
        "password_local",
        "Password behind its name in another language, in quotes",
        f"(?:{_LOCAL_NAME}|{_AMBIGUOUS})(?:{_LOCAL_MARK}|{_LOCAL_IS}){QUOTED}",
        (f"(?:{_LOCAL_NAME}|{_AMBIGUOUS})(?:{_LOCAL_MARK}|{_LOCAL_IS})",),
        check=checks.is_password,
        matches=('senha: "‹chaleira azul›"', "mot de passe = '‹bouilloire›'"),
        misses=('passwort: ""', 'clave: "${CLAVE}"'),
    ),
    _password(
        "password_local",
        "Password behind its name in another language and a mark",
        f"{_LOCAL_NAME}{_LOCAL_MARK}{BARE}",
        (f"{_LOCAL_NAME}{_LOCAL_MARK}",),
        within=checks.bare_named,
        confidence=0.8,
        matches=(
            "Passwort: ‹Kessel7blau›",
            "пароль: ‹чайник7›",
            "senha => ‹chaleira›",
            "パスワード：‹yakan99x›",
            "X-Contrasena: ‹tetera›",
        ),
        misses=("Passwort: falsch", "пароль: неверный", "contraseña: incorrecta"),
    ),
    _password(
        "password_local",
        "Password behind its name in another language",
        f"(?:{_LOCAL_NAME}{_LOCAL_IS}|{_AMBIGUOUS}(?:{_LOCAL_MARK}|{_LOCAL_IS})){BARE}",
        (f"{_LOCAL_NAME}{_LOCAL_IS}", f"{_AMBIGUOUS}(?:{_LOCAL_MARK}|{_LOCAL_IS})"),
        within=checks.bare_mixed,
        confidence=0.8,
        matches=(
            "la contraseña es ‹t3tera-azul›.",
            "密码是‹hu2shui!›",
            "le mot de passe est ‹bouill0ire›",
            "clave: ‹t3tera›",
        ),
        misses=("Passwort ist falsch", "la contraseña es incorrecta", "clave: primaria"),
    ),
    _password(
        "password_said",
        "Password that a sentence tells",
        rf"(?:{_SAID}|{_GIVEN})(?:{QUOTED}|{BARE})",
        (
            r"(?i:pass(?:word|phrase|code|wd)|pwd|pw)[\w .@:,/-]*? (?i:is|was|to|equals) ",
            r"(?i:with|using|new|old|temporary|temp|initial|default|admin|root|generated|one-time"
            r"|the|a|set|try|tried|trying"
            r"|entered|got|bad|wrong|invalid|incorrect|rejected|accepted) (?i:pass(?:word|phrase|code))[ :=]",
            r"(?i:user(?:name)?[ =:]+)[\w.@+-]+,? (?i:pass)",
        ),
        within=checks.bare_strong,
        confidence=0.75,
        matches=(
            "the password is ‹k3ttle-blue›.",
            "password for bo was reset to '‹Kettle#9›'",
            "logged in with password ‹bl4e.Kettle› at noon",
            "temporary password: ‹Zk7-pq29›",
            "temporary password is ‹Zk7-pq29›",
            "user jo pass ‹k3ttle› rejected",
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
        "password_said",
        "Password that was set or entered, as a message tells",
        r"(?:(?i:set(?:ting)?|chang(?:e|ed|ing)|reset(?:ting)?|updat(?:e|ed|ing))"
        r" (?i:the |a |new |user |his |her |its )*"
        r"(?i:pass(?:word|phrase|code)|pwd)(?i: (?:for|of)(?: [\w.@-]+){1,3}?)? (?i:to|as)[ :=]+"
        r"|(?i:pass(?:word|phrase|code)|pwd) (?i:entered|set|given|supplied|provided|received|attempted|used"
        rf"|tried|generated|created|sent|typed|submitted) ?[:=] ?)(?:{QUOTED}|{BARE})",
        (
            r"(?i:pass(?:word|phrase|code)|pwd)[\w .@-]* (?i:to|as)[ :=]",
            r"(?i:pass(?:word|phrase|code)|pwd) [a-zA-Z]+ ?[:=]",
        ),
        within=checks.bare_strong,
        confidence=0.7,
        matches=(
            "Setting password for user jo to ‹Zk7-pq29›",
            "Password entered: ‹k3ttle9›",
            "New password set: '‹Kettle#9›'",
        ),
        misses=("setting password for user jo to expire", "password set: true", "password used: no"),
    ),
    _password(
        "password_labelled",
        "Password behind its name and a mark that opens",
        rf"{_LABEL}{_MARKED}(?:{QUOTED}|{BARE})",
        (rf"{_LABEL}{_MARKED}",),
        within=checks.bare_named,
        confidence=0.75,
        rank=Rank.NAMED - 1,
        matches=(
            "hasło「‹mango$75›」",
            "pwd：‹dragon-88›",
            "密码「‹kettle›」",
            "[password] => ‹kettle›",
        ),
        misses=("password => required", "password: [optional]"),
    ),
    _password(
        "password_labelled",
        "Password behind its name in another language and any other mark",
        rf"{_LOCAL_NAME}{_LABELLED}(?:{QUOTED}|{BARE})",
        (rf"{_LOCAL_NAME}{_LABELLED}",),
        within=checks.bare_told,
        confidence=0.7,
        rank=Rank.NAMED - 1,
        matches=("wachtwoord [‹c0rr3ct%›]", "salasana - ‹KETTLE_zaphod›", "heslo (‹kettle›)"),
        misses=("passwort [optional]", "passwort (geändert)"),
    ),
    _password(
        "password_labelled",
        "Password behind its name and any other mark",
        rf"{_LABEL}{_LABELLED}(?:{QUOTED}|{BARE})",
        (rf"{_LABEL}{_LABELLED}",),
        within=checks.bare_mixed,
        confidence=0.7,
        rank=Rank.NAMED - 1,
        matches=("password -> ‹k3ttle!9›", "passphrase - ‹KETTLE_zaphod›"),
        misses=("password (again)", "password - reset", "password | username", "password - Example"),
    ),
    _password(
        "password_labelled",
        "Password in quotes behind its name",
        rf"{_LABEL}\\*[\"'`]?[ \t]+{QUOTED}",
        (rf"{_LABEL}\\*[\"'`]?[ \t]+\\*[\"'`]",),
        check=checks.is_told,
        confidence=0.65,
        rank=Rank.NAMED - 1,
        matches=(
            'invalid bind_password "‹bluekettle›"',
            "jelszó '‹HUNTER_kettle›'",
            'HSET user:7 "password" "‹k3ttle@›"',
        ),
        misses=("password 'required'", 'the password "too_short" rule', "password '${PW}'"),
    ),
    _password(
        "password_told",
        "Password that a sentence calls one, of letters alone",
        rf"{_LABEL}[ \t]+(?i:is|to|was|ist|est|es|jest)[ \t]+(?:{QUOTED}|{BARE})",
        (rf"{_LABEL}[ \t]+(?i:is|to|was|ist|est|es|jest)[ \t]",),
        within=checks.bare_told,
        confidence=0.5,
        rank=Rank.NAMED - 2,
        matches=(
            "密碼 is ‹sunflower›",
            "the password is ‹Barcelona›, he said",
            "set password to ‹ORCHID_zaphod›",
        ),
        misses=(
            "password is mandatory",
            "the password is compromised",
            "passwort ist falsch",
            "password is wrong",
        ),
    ),
    _password(
        "password_told",
        "Password that somebody tried",
        r"(?i:(?:wrong|bad|invalid|incorrect|rejected) pass(?:word|phrase"
        r"|code)) [\"']?(?P<value>[^\s\"']+)[\"']? (?i:for|by|from) ",
        (
            r"(?i:(?:wrong|bad|invalid|incorrect|rejected) pass(?:word|phrase"
            r"|code)) [\"']?[^\s\"']+[\"']? (?i:for|by|from) ",
        ),
        check=checks.is_told,
        confidence=0.6,
        rank=Rank.NAMED - 2,
        matches=("wrong password ‹sunflower› for user jo", "invalid password '‹k3ttle›' from 192.0.2.1"),
        misses=("wrong password attempt for user jo", "invalid password entered by jo"),
    ),
    _password(
        "password_changed",
        "Password that was changed to another",
        r"(?i:pass(?:word|phrase|code|wd)?|pwd)(?: for \S+)?(?i: (?:was )?(?:changed|rotated"
        rf"|updated|reset) from )(?:{QUOTED}|{BARE})",
        (r"(?i:changed|rotated|updated|reset) from ",),
        within=checks.bare_password,
        confidence=0.7,
        matches=("password changed from ‹correct9› to ********", "Password was reset from ‹kettle› to none"),
        misses=("password changed from the page", "password reset from ${IP}"),
    ),
    _password(
        "password_line",
        "Password behind its name and a space, in a file of settings",
        r"(?:(?:^|[\n\s])(?:ENV|ARG|setenv|set|SET|export|config set"
        r"|CONFIG SET)\s+\w*(?i:password|passwd|passphrase|pwd|pass)|"
        r"(?i:requirepass|masterauth|sentinel auth-pass \S+|enable secret(?: \d)?"
        r"|enable password(?: \d)?|username \S+ password(?: \d)?))"
        rf"[ \t]+(?:{QUOTED}|{BARE})",
        (
            r"(?:ENV|ARG|setenv|set|SET|export)\s+\w*(?i:password|passwd|passphrase|pwd|pass)[ \t]",
            r"(?i:requirepass|masterauth|auth-pass|enable secret|enable password|username \S+ password)",
        ),
        within=checks.bare_told,
        matches=(
            "ENV REDIS_PASSWORD ‹k3ttle-9›",
            "requirepass ‹Kettle#9›",
            "username jo password 7 ‹0a1b2c3d4e5f›",
        ),
        misses=("ENV PASSWORD", "set password for jo", "requirepass is unset"),
    ),
    _password(
        "password_xml",
        "Password in an element",
        r"<(?:[\w.-]+:)?[\w.-]*(?i:password|passwd|passphrase|pwd|pass|passwort|kennwort"
        r"|senha|contrasena|motdepasse|wachtwoord|parola|haslo)\d?(?:\s[^<>]*)?>"
        r"(?:<!\[CDATA\[(?P<value1>[^\]<]+)\]\]>|\s*(?P<value2>[^<>\s](?:[^<>\n]*[^<>\s])?)\s*</)"
        r"|<\w+\s[^<>]*[\"'.](?i:password|passwd|passphrase|pwd"
        r"|pass)\\*[\"'][^<>]*>\s*(?P<value3>[^<>\s][^<>\n]*)</",
        (
            r"(?i:password|passwd|passphrase|pwd|pass|passwort|kennwort|senha|contrasena"
            r"|motdepasse|wachtwoord|parola|haslo)\d?(?:\s[^<>]*)?>",
            r"(?i:password|passwd|passphrase|pwd|pass)\\*[\"'][^<>]*>\s*[^<>\s]",
        ),
        check=checks.is_password,
        confidence=0.92,
        matches=(
            "<password>‹kettle›</password>",
            '<wsse:Password Type="text">‹blue kettle›</wsse:Password>',
            "<dbPwd><![CDATA[‹a&b›]]></dbPwd>",
            '<entry key="db.password">‹kettle›</entry>',
        ),
        misses=("<password></password>", "<password>${db.password}</password>", "<b>password</b>"),
    ),
    _password(
        "password_pair",
        "Password whose name and value are two fields: of a property, of a variable in a list",
        r"(?i:name|key|id|property|type|parameter|var)\\*[\"']?\s*[:=]\s*\\*[\"']"
        r"[\w.-]*(?i:password|passwd|passphrase|pwd|pass|passwort|senha)(?i:[_-]?confirmation)?\d?\\*[\"']"
        rf"[^\n<>\"']{{0,24}}?\\*[\"']?(?i:value|val|default)\\*[\"']?\s*[:=]\s*{QUOTED}",
        (
            r"(?i:password|passwd|passphrase|pwd|pass|passwort"
            r"|senha)(?i:[_-]?confirmation)?\d?\\*[\"'][\s,;]*\\*[\"']?(?i:value|val|default)",
        ),
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
        r"(?:\\*[\"'][\w.-]*(?i:password|passwd|passphrase"
        rf"|pwd)(?i:[_-]?confirmation)?\d?\\*[\"']\s*,\s*{QUOTED}"
        r"|name: *[\w.-]*(?i:password|passwd|passphrase|pwd|pass)(?:\\n"
        r"|\s)+value: *[\"']?(?P<value9>[^\s\"'\\]+))",
        (
            r"(?i:password|passwd|passphrase|pwd)(?i:[_-]?confirmation)?\d?\\*[\"']\s*,\s*\\*[\"']",
            r"(?i:password|passwd|passphrase|pwd|pass)(?:\\n|\s)+value:",
        ),
        check=checks.is_strong,
        confidence=0.7,
        matches=("('db_password', '‹k3ttle-blue›')", "- name: DB_PASSWORD\n  value: ‹kettle7›"),
        misses=('["user", "password", "email"]', "name: DB_PASSWORD\nvalue: null"),
    ),
    _password(
        "password_refused",
        "Password that a form refused, as Spring logs it",
        r"on field '[\w.\[\]]*(?i:password|passwd|passphrase|pwd|pass|passwort|senha"
        r"|contrasena)(?i:confirmation)?\d?': "
        r"rejected value \[(?P<value>[^\[\]\n][^\]\n]*)\]",
        ("': rejected value ",),
        check=checks.is_password,
        confidence=0.9,
        matches=(
            "Field error in object 'user' on field 'password': rejected value [‹blue kettle›]; codes",
            "on field 'form.newPassword2': rejected value [‹k3ttle›]",
        ),
        misses=("on field 'password': rejected value [null]", "on field 'city': rejected value [k3ttle]"),
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
        rf"\d{{0,2}}{ASSIGNS}(?:(?i:bearer|token|basic) )?(?:{QUOTED}|\\*[\"']?{BARE})",
        (
            r"(?i:secret|credentials?|creds)(?:[_. -]?(?i:key|token|value|id|base"
            r"|access))*\d?\\*[\"'`]?\]?[ \t]*(?:[:=]|->|%3)",
            r"(?i:[a-z][_. -]?(?:key|token))\d?\\*[\"'`]?\]?[ \t]*(?:[:=]|->|%3)",
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
        rf"\d{{0,2}}{ASSIGNS}(?:(?i:bearer|token|basic) )?(?:{QUOTED}|\\*[\"']?{BARE})",
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

LABELLED: Final = entry(
    "secret_labelled",
    "Drawn value behind a name of secrets, however the two are joined",
    rf"{_DRAWN_NAME}{_LOOSELY}(?P<value>[0-9A-Za-z_+/=.~-]{{16,}})",
    (rf"{_DRAWN_NAME}{_LOOSELY}[0-9A-Za-z_+/=.~-]{{16}}",),
    within=checks.bare_opaque,
    never=(
        "unexpected",
        "illegal",
        "unknown",
        "cancellation",
        "continuation",
        "partition",
        "the primary",
        "sort",
        "routing",
    ),
    rank=Rank.NAMED - 3,
    confidence=0.65,
    matches=(
        f'invalid Consumer secret "‹{made(26, seed="l")}›"',
        f"Encryption key is ‹{made(40)}›",
        f"シークレット：‹{made(40, seed='m')}›",
        f"App secret | ‹{made(32, HEX)}› |",
    ),
    misses=(
        "the token is expired-or-not-valid-yet",
        f"unexpected token {made(26)} at 7",
        "secret order-service-credentials was created",
        "key customer_id_and_order_id",
        "primary key 3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    ),
)

UUIDS: Final = entry(
    "secret_labelled",
    "UUID behind a name that only secrets have",
    rf"{_ONLY_SECRETS}{_LOOSELY}(?P<value>{UUID})",
    (rf"{_ONLY_SECRETS}{_LOOSELY}[0-9a-fA-F]+-[0-9a-fA-F]{{4}}-",),
    not_before="0-9A-Za-z-",
    rank=Rank.NAMED - 3,
    confidence=0.6,
    matches=(f"client secret - ‹{made_uuid('u')}›", f"シークレット：‹{made_uuid('v')}›"),
    misses=(f"token {made_uuid('u')}", f"session key {made_uuid('u')}", f"primary key {made_uuid('u')}"),
)
ELEMENT: Final = entry(
    "secret_xml",
    "Secret in an element",
    r"<(?:[\w.-]+:)?[\w.-]*(?i:secret|token|api_?-?key|access_?-?key|hmac_?-?key"
    r"|private_?-?key|signing_?-?key|credentials?)\d?"
    r"(?:\s[^<>]*)?>\s*(?P<value>[^<>\s]{8,})\s*</",
    (r"(?i:secret|token|key|credentials?)\d?(?:\s[^<>]*)?>\s*[^<>\s]{8}",),
    check=lambda value: checks.is_key(value) and checks.is_random(value),
    rank=Rank.NAMED - 1,
    matches=(f"<apiKey>‹{made(40)}›</apiKey>", f"<ns2:refresh_token>‹{made(26, LOWER)}›</ns2:refresh_token>"),
    misses=("<token>order-service-v2</token>", "<secret></secret>", "<apiKey>${API_KEY}</apiKey>"),
)

_PAIRED: Final = (
    r"(?i:secret|token|(?:api|access|hmac|private|signing|encryption|account|master"
    r"|storage|license|shared)[_-]?key"
    r"|credentials?)\d?"
)
PAIR: Final = entry(
    "secret_pair",
    "Secret whose name and value are two fields, or two items of a list",
    r"(?:(?i:name|key|id|property|parameter"
    rf"|var)\\*[\"']?\s*[:=]\s*\\*[\"'][\w.-]*{_PAIRED}\\*[\"'][^\n<>\"']{{0,24}}?"
    rf"\\*[\"']?(?i:value|val|default)\\*[\"']?\s*[:=]|\\*[\"'][\w.-]*{_PAIRED}\\*[\"']\s*,)\s*{QUOTED}",
    (rf"{_PAIRED}\\*[\"'][\s,;]*\\*[\"']?(?i:value|val|default)", rf"{_PAIRED}\\*[\"']\s*,\s*\\*[\"']"),
    check=lambda value: checks.is_key(value) and checks.is_random(value),
    rank=Rank.NAMED - 1,
    matches=(
        f'{{"name":"HMAC_KEY","value":"‹{made(32)}›"}}',
        f'<property name="api.token" value="‹{made(40, HEX)}›"/>',
        f"[('encryption_key', '‹{made(40)}›')]",
    ),
    misses=(
        '{"name":"API_TOKEN","value":""}',
        '{"key":"sort_key","value":"order-service-v2"}',
        "('token', 'page')",
    ),
)

WORDS: Final = (*PASSWORDS, *GENERIC, LABELLED, UUIDS, ELEMENT, PAIR)
