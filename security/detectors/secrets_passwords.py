"""Passwords in the many ways they are written behind their names."""

from typing import Final

from security.detectors import secrets_checks as checks
from security.detectors.kind import Kind, Rank
from security.detectors.secrets_forms import (
    ASSIGNS,
    BARE,
    EDGE,
    QUOTED,
    password_kind,
)

_SHORT_NAME: Final = (
    rf"(?:{EDGE}(?i:pass|pswd|passw|psw|pword|pass[_-]word|passcode|pw|pass\d"
    r"|passwd\d|secretword)|[a-z0-9](?:Pass|Pw|Pwd|PASS))\d{0,2}"
)
_JOINED_NAME: Final = (
    rf"(?:{EDGE}(?i:(?:bind|root|user|db|admin|login|my|ftp|smtp|mail|ssh|app"
    r"|sys|sudo|become|service|ldap|imap|pop3|wifi|vpn|vnc|api|web|proxy|master|client|old|new|temp"
    r"|current|key|trust|store|redis|mysql|pg|postgres|mongo|rabbitmq|amqp|mqtt|kafka|http|basic|auth|j)"
    r"[_-]?(?:pw|pass))|(?:user|db|admin|login|mail|smtp|ftp|root|auth|service|new|old|sudo)(?:Pass"
    r"|Pw)|[A-Z0-9]_(?:PASS|PW))\d{0,2}"
)
LOCAL_NAME: Final = (
    r"(?i:passwort|kennwort|lösenordet|passordet|adgangskoden|parol[aă] nou[aă]"
    r"|contrase(?:ñ|n|\\u00f1)a|mot[ _]de[ _]passe"
    r"|motdepasse|mdp|senha"
    r"|wachtwoord|lösenord|adgangskode|passord|salasana|has[łl]o|heslo|jelszó"
    r"|şifre|sifre|пароль|пароля"
    r"|密码|密碼|口令|パスワード|暗証番号|비밀번호|암호|mật khẩu|kata sandi|katalaluan"
    r"|clave de acceso|contrasenya|contrasinal|palavra[ -]passe|código de acesso|parola d['’]ordine"
    r"|codice di accesso|code d['’]accès|zugangscode|toegangscode|parool|parolă|parolei|slaptažodis|lozinka"
    r"|лозинка|гасло|geslo|lykilorð|pasahitza|wagwoord|رمز عبور"
    r"|κωδικός|סיסמה|كلمة المرور|पासवर्ड|รหัสผ่าน)\d{0,2}"
)
LOCAL_MARK: Final = r"\\*[\"'`]*\]?[ \t]*(?:=>|=|:=|:|：|→)[ \t]*"
#: What was done to it, and what it is now.
_LOCAL_SET: Final = (
    r"(?:[ \t](?i:(?:wurde |fue |ha sido |a été |foi |è stata |is |har |er |zostało |bylo "
    r"|был )?(?:(?:zurück)?gesetzt auf"
    r"|geändert (?:auf|zu|in)|(?:cambiada|restablecida|actualizada|modificada|establecida) (?:a|por)"
    r"|(?:changé|réinitialisé|modifié|défini) (?:en|à|sur|par)|(?:alterada|redefinida|mudada|definida) para"
    r"|(?:cambiata|reimpostata|modificata|impostata) (?:in|a|su)|(?:gewijzigd|gereset|ingesteld) (?:naar|in"
    r"|op)"
    r"|(?:ändrats|ändrat|återställts|satts?|ændret|nulstillet|endret|tilbakestilt|sat) til"
    r"|(?:zmienione|zresetowane|ustawione|změněno|nastaveno) na|(?:изменён|изменен|сброшен|установлен"
    r"|сменён) на))"
    r":?[ \t]+|[ \t]?已?(?:被)?(?:重置|修改|更改|设置|设|改|變更|重設)(?:为|成|為)[ \t：:]*)"
)
LOCAL_IS: Final = (
    r"\\*[\"'`]?[ \t]*(?:(?i:ist|es|est|é|è|is|je|lautet|jest|är|er|on|to"
    r"|это)[ \t]*:?[ \t]|是|为|為|は|は、|—|->)[ \t]*"
)
_AMBIGUOUS: Final = r"(?i:clave|parola|parole)\d{0,2}"
_MARKED: Final = r"\\*[\"'`]*\]?[ \t]*(?:：|「|『|→|=>|[:=][ \t]*[(\[<{「])[ \t]*"
_LABELLED: Final = r"[ \t]*(?:(?:->|- |–|—|\|)[ \t]*|[ \t][(\[<{][ \t]*)"
LABEL: Final = rf"(?:{LOCAL_NAME}|{_AMBIGUOUS}|(?i:password|passwd|passphrase|passcode|pwd|pass))"
_IN_XML: Final = (
    r"(?i:password|passwd|passphrase|passcode|pwd|pass|passwort|kennwort|senha|contrasena|motdepasse"
    r"|wachtwoord"
    r"|parola|haslo|psk)"
)
#: Functions that are given a user and a password.
_OPENS_ACCOUNT: Final = (
    r"(?i:Network_?Credentials?|PasswordAuthentication|UsernamePasswordCredentials|UserPass\w*"
    r"|PasswordCredentials?"
    r"|PasswordAuthenticationToken|PSCredential|getConnection|Basic_?Auth\w*|withBasicAuth|HTTPDigestAuth"
    r"|basicAuthentication"
    r"|HttpNtlmAuth|\bauth|\blog_?in|\bsign_?in|authenticate\w*|mysqli?(?:_connect)?|\bPDO|pg_connect"
    r"|oci_connect"
    r"|\bcreate_?user|\badd_?user|\bregister|setCredentials|with_?credentials|username_pw_set|PlainAuth"
    r"|PlainCredentials"
    r"|\bcredentials|StaticCredentials|AuthTokens\.basic|usernamePassword|check_?login|try_?login|do_?login"
    r"|SimpleUser)"
)
_WRAPPED_NAME: Final = r"(?i:password|passwd|passphrase|pwd|[_.\s\"'(]pass|[_.\s\"'(]psk)"
_WRAPPER: Final = (
    r"(?i:some|ok|just|secret\w*|optional(?:\.of\w*)?|password\w*|string\w*|text|value|redacted|sensitive"
    r"|hidden|masked"
    r"|char\[\]|bytes|bytearray|str|std::string|strdup|buffer\.from|box::new|vec!|encode\w*|base64\w*|md5"
    r"|sha\d+|hash\w*"
    r"|encrypt\w*|quote|escape|trim|pointer|ptr|aws\.string|nsstring|enc|\w*\.tochararray|convert\w*|unsafe)"
)


PASSWORDS: Final[tuple[Kind, ...]] = (
    password_kind(
        "password_short_name",
        "Password behind a shorter name, in quotes",
        f"(?:{_SHORT_NAME}|{_JOINED_NAME}){ASSIGNS}{QUOTED}",
        (rf"(?:{_SHORT_NAME}|{_JOINED_NAME})\\*[\"'`]*\]?[ \t]*(?:=|:|->|%[35])",),
        check=checks.is_password,
        matches=("dbPass='‹blue kettle 9›'", '"pass": "‹kettle›"', '\\"pw\\":\\"‹ke\\\\\\"ttle9›\\"'),
        misses=("bypass='no one'", "pass: true", 'pass="${DB_PASS}"', "compass='north west'"),
    ),
    password_kind(
        "password_short_name",
        "Password behind a shorter name",
        f"{_SHORT_NAME}{ASSIGNS}{BARE}",
        (rf"{_SHORT_NAME}\\*[\"'`]*\]?[ \t]*(?:=|:|->|%[35])",),
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
    password_kind(
        "password_short_name",
        "Password behind a shorter name, with what it is of",
        f"{_JOINED_NAME}{ASSIGNS}{BARE}",
        (rf"{_JOINED_NAME}\\*[\"'`]*\]?[ \t]*(?:=|:|->|%[35])",),
        within=checks.bare_told,
        confidence=0.75,
        matches=("DB_PASS=‹kettle› ok", "sudo_pass: ‹k3ttle›", "userPass => ‹zaphod›"),
        misses=("db_pass=required", "user_pass: 3ms", "new_pass=none"),
    ),
    password_kind(
        "password_short_name",
        "Password behind a shorter name, among the fields of a form",
        r"(?:[?&](?i:pass|pw|pswd|passcode|pin)=(?P<value1>[^\s\"'`&;]+)"
        r"|(?:^|[\s\"'])(?i:pass|pw|pswd|passcode)=(?P<value2>[^\s\"'`&;]+)&\w+=)",
        (r"(?i:[?&](?:pass|pw|pswd|passcode|pin)=)", r"(?i:pass|pw|pswd|passcode)=[^\s\"'`&;]+&"),
        check=checks.is_password,
        confidence=0.8,
        matches=("user=jo&pass=‹kettle›&x=1", "pass=‹kettle›&remember=on"),
        misses=("a=1&pass=&b=2", "&pass=true&fail=false"),
    ),
    password_kind(
        "password_local",
        "Password behind its name in another language, in quotes",
        f"(?:{LOCAL_NAME}|{_AMBIGUOUS})(?:{LOCAL_MARK}|{LOCAL_IS}|{_LOCAL_SET}){QUOTED}",
        (f"(?:{LOCAL_NAME}|{_AMBIGUOUS})(?:{LOCAL_MARK}|{LOCAL_IS}|{_LOCAL_SET})",),
        check=checks.is_password,
        matches=(
            'senha: "‹chaleira azul›"',
            "mot de passe = '‹bouilloire›'",
            'passwort zurückgesetzt auf "‹kessel›"',
        ),
        misses=('passwort: ""', 'clave: "${CLAVE}"'),
    ),
    password_kind(
        "password_local",
        "Password behind its name in another language and a mark",
        f"(?:{LOCAL_NAME}|(?i:parola)){LOCAL_MARK}{BARE}",
        (f"(?:{LOCAL_NAME}|(?i:parola)){LOCAL_MARK}",),
        within=checks.bare_named,
        confidence=0.8,
        matches=(
            "Passwort: ‹Kessel7blau›",
            "пароль: ‹чайник7›",
            "senha => ‹chaleira›",
            "パスワード：‹yakan99x›",
            "X-Contrasena: ‹tetera›",
            "clave de acceso: ‹tetera›",
            "parola: ‹fierbator›",
            "lozinka = ‹kuhalo›",
        ),
        misses=("Passwort: falsch", "parola chiave: bollitore", "пароль: неверный", "contraseña: incorrecta"),
    ),
    password_kind(
        "password_local",
        "Password behind its name in another language",
        f"(?:{LOCAL_NAME}(?:{LOCAL_IS}|{_LOCAL_SET})|{_AMBIGUOUS}(?:{LOCAL_MARK}|{LOCAL_IS})){BARE}",
        (f"{LOCAL_NAME}(?:{LOCAL_IS}|{_LOCAL_SET})", f"{_AMBIGUOUS}(?:{LOCAL_MARK}|{LOCAL_IS})"),
        within=checks.bare_mixed,
        confidence=0.8,
        matches=(
            "la contraseña es ‹t3tera-azul›.",
            "密码是‹hu2shui!›",
            "le mot de passe est ‹bouill0ire›",
            "la contraseña fue cambiada a ‹t3tera›",
            "пароль изменен на ‹ча1ник›",
            "密码已重置为‹hu2shui!›",
            "clave: ‹t3tera›",
        ),
        misses=(
            "Passwort ist falsch",
            "Passwort zurückgesetzt auf Wunsch des Nutzers",
            "la contraseña es incorrecta",
            "clave: primaria",
        ),
    ),
    password_kind(
        "password_short_name",
        "Password behind a user and a shorter name, in one breath",
        r"(?i:\b(?:user(?:name)?|login|account|acct|usr|uid|e-?mail|id)(?:[ =:]+| is )[\w.@+-]+,?(?: (?:and"
        r"|with|/))?"
        rf" (?:pw|pwd|psw|pswd|passwd|password is)[ :=]+)(?:{QUOTED}|{BARE})",
        (r"(?i:[\w.@+,/-] (?:pw|pwd|psw|pswd|passwd|password is)[ :=])",),
        within=checks.bare_told,
        confidence=0.75,
        matches=(
            "log me in, user jo pw ‹sunflower› thanks",
            "account jo@example.com with pwd ‹k3ttle› locked",
            "login: jo pw: ‹494641›",
        ),
        misses=("user jo pw expired", "user jo pwd reset by admin", "user jo passwd entry missing"),
    ),
    password_kind(
        "password_labelled",
        "Password behind its name, between doubled brackets",
        rf"{LABEL}\d?[ \t]?<<(?P<value>[^<>\s]+)>>",
        (rf"{LABEL}\d?[ \t]?<<",),
        check=checks.is_password,
        confidence=0.85,
        matches=("newPassword<<‹kettle›>>", "PASSWORD <<‹k3ttle›>>"),
        misses=("password<<hidden>>", "cat > password <<EOF", "PASSWORD<<EOF >> $GITHUB_ENV"),
    ),
    password_kind(
        "password_labelled",
        "Password behind its name and a tabulator",
        rf"{LABEL}\d?\t+(?:{QUOTED}|{BARE})",
        (rf"{LABEL}\d?\t",),
        within=checks.bare_mixed,
        confidence=0.75,
        matches=("Password\t‹@nch0r›", "SA_PASSWORD\t‹k3ttle.blue›"),
        misses=(
            r"C:\password\temp1",
            "user\tpassword\temail",
            "password\trequired",
            "login\tpassword\tlast_login",
        ),
    ),
    password_kind(
        "password_labelled",
        "Password behind its name and a mark that opens",
        rf"{LABEL}{_MARKED}(?:{QUOTED}|{BARE})",
        (rf"{LABEL}{_MARKED}",),
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
    password_kind(
        "password_labelled",
        "Password behind its name in another language and any other mark",
        rf"{LOCAL_NAME}{_LABELLED}(?:{QUOTED}|{BARE})",
        (rf"{LOCAL_NAME}{_LABELLED}",),
        within=checks.bare_told,
        confidence=0.7,
        rank=Rank.NAMED - 1,
        matches=("wachtwoord [‹c0rr3ct%›]", "salasana - ‹KETTLE_zaphod›", "heslo (‹kettle›)"),
        misses=("passwort [optional]", "passwort (geändert)"),
    ),
    password_kind(
        "password_labelled",
        "Password behind its name and any other mark",
        rf"{LABEL}{_LABELLED}(?:{QUOTED}|{BARE})",
        (rf"{LABEL}{_LABELLED}",),
        within=checks.bare_mixed,
        confidence=0.7,
        rank=Rank.NAMED - 1,
        matches=("password -> ‹k3ttle!9›", "passphrase - ‹KETTLE_zaphod›"),
        misses=("password (again)", "password - reset", "password | username", "password - Example"),
    ),
    password_kind(
        "password_labelled",
        "Password in quotes behind its name",
        rf"(?:{LABEL}|:[\w-]*\bpw|_pw)\\*[\"'`]?[ \t]+{QUOTED}",
        (rf"(?:{LABEL}|[:_-]pw)\\*[\"'`]?[ \t]+\\*[\"'`]",),
        check=checks.is_quoted,
        confidence=0.65,
        rank=Rank.NAMED - 1,
        matches=(
            'invalid bind_password "‹bluekettle›"',
            'échec de connexion (mot de passe "‹bouilloire bleue›")',
            "jelszó '‹HUNTER_kettle›'",
            'HSET user:7 "password" "‹k3ttle@›"',
            '{:user "jo" :root_pw "‹k3ttle@›"}',
        ),
        misses=("password 'required'", 'the password "too_short" rule', "password '${PW}'"),
    ),
    password_kind(
        "password_line",
        "Password behind its name and a space, in a file of settings",
        r"(?:(?:^|[\n\s=])(?:ENV|ARG|setenv|set|SET|export|config set"
        r"|CONFIG SET|(?i:setx|SetEnv|fastcgi_param|uwsgi_param)|set(?: -\w+)+|secrets? set"
        r"|env(?:ironment)?[ :]set)\s+"
        r"(?:--?\w+ )*[\w.:]*(?i:password\w*|passwd|passphrase|pwd|pass)|"
        r"(?i:requirepass|masterauth|sentinel auth-pass \S+|enable secret(?: \d)?"
        r"|enable password(?: \d)?|username \S+ password(?: \d)?))"
        rf"[ \t]+(?:{QUOTED}|{BARE})",
        (
            r"(?:ENV|ARG|[sS]et[eE]nv|[sS][eE][tT][xX]?|_param|export)\s+(?:--?\w+ )*[\w.:]*"
            r"(?i:password\w*|passwd|passphrase|pwd|pass)[ \t]",
            r"(?i:requirepass|masterauth|auth-pass|enable secret|enable password|username \S+ password)",
        ),
        within=checks.bare_last,
        matches=(
            "ENV REDIS_PASSWORD ‹k3ttle-9›",
            "requirepass ‹Kettle#9›",
            "cmd=setx DB_PASSWORD ‹kettle›",
            "fastcgi_param DB_PASSWORD ‹k3ttle›;",
            "set -gx DB_PASSWORD ‹kettle›",
            "username jo password 7 ‹0a1b2c3d4e5f›",
        ),
        misses=("ENV PASSWORD", "set password for jo", "requirepass is unset"),
    ),
    password_kind(
        "password_line",
        "Password in the settings of a router or a switch",
        r"(?i:privilege \d+ (?:password|secret)(?: \d)?|secret [0589]|(?:^|[\s\"'])(?:password|key|key-string"
        r"|passphrase|md5|community|authentication-key|ascii) [0789]|(?:tacacs|radius)-server "
        r"(?:[\w.-]+ ){0,4}?key(?: \d)?"
        r"|isakmp key(?: \d)?|snmp-server community|authentication-key(?: \d)?|message-digest-key \d+ md5"
        r"(?: \d)?"
        r"|neighbor \S+ password(?: \d)?|(?:encrypted|plain-text|login|auth\w*|privacy"
        r"|area|domain)-password(?:-value)?"
        r"|snmp-server user [^\n]{0,60}? auth (?:md5|sha\S*)|(?:isis|ftp|http client) password(?: \d)?"
        r"|snmp-server (?:host|enable) [^\n]{0,60}? version (?:1|2c)|createUser \S+ (?:MD5|SHA\S*)"
        r"|authentication-key \d+ md5|standby \d+ authentication(?: md5 key-string| text)?"
        r"|key-string(?: \d)?"
        r"|pre-shared-key"
        r"(?: (?:ascii-text|hexadecimal|local|remote|address \S+ key))?|wpa-psk (?:ascii|hex)(?: \d)?"
        r"|chap password(?: \d)?"
        r"|pap sent-username \S+ password(?: \d)?|set (?:password|passwd|psksecret|psk|secret|auth-pwd"
        r"|private-key)"
        r"(?: ENC)?|wpa-psk|wpa_passphrase|ipsec\.secrets|: PSK|enable algorithm-type \w+ secret)"
        rf"[ \t]+(?:{QUOTED}|{BARE})",
        (
            r"(?i:privilege \d+ (?:password|secret) |(?:password|secret|key|key-string|passphrase|md5"
            r"|community|ascii) [05789] )",
            r"(?i:(?:tacacs|radius)-server |isakmp key |snmp-server community |authentication-key "
            r"|message-digest-key )",
            r"(?i:neighbor \S+ password |-password[ -]|key-string |pre-shared-key )",
            r"(?i:snmp-server (?:user|host|enable) |(?:isis|ftp|http client) password |createUser \S+ (?:MD5"
            r"|SHA)"
            r"|authentication-key \d|standby \d+ authentication )",
            r"(?i:wpa-psk |chap password |sent-username |set (?:passw|psk|secret|auth-pwd)|: PSK "
            r"|algorithm-type )",
        ),
        within=checks.bare_setting,
        confidence=0.75,
        matches=(
            "username jo privilege 15 password 0 ‹kettle›",
            " neighbor 192.0.2.1 password 7 ‹0365850850D5B9F7›",
            "username jo secret 5 ‹$1$mERr$hx5rVt7rPNoS4wqbXKX7m0›",
            "snmp-server community ‹kettle› RO",
            "crypto isakmp key ‹Kettle9› address 192.0.2.7",
            "tacacs-server host 192.0.2.7 key 7 ‹0365850850›",
            "username jo privilege 15 password 0 ‹charlie1›",
            "snmp-server user jo grp v3 auth sha ‹kettle› priv aes 128 x",
            "snmp-server host 192.0.2.7 version 2c ‹kettle›",
            "createUser jo SHA ‹kettle9›",
        ),
        misses=(
            "password 5 times wrong",
            "key 9 of 12",
            "secret 5 characters long",
            "secret 0 failed",
            "set password for jo",
            "the key 7 times",
        ),
    ),
    password_kind(
        "password_xml",
        "Password in an element",
        rf"<(?:[\w.-]+:)?[\w.-]*{_IN_XML}\d?(?:\s[^<>]*)?>"
        r"(?:<!\[CDATA\[(?P<value1>[^\]<]+)\]\]>|\s*(?P<value2>[^<>\s](?:[^<>\n]*[^<>\s])?)\s*<\\*/)"
        rf"|&lt;(?:[\w.-]+:)?[\w.-]*{_IN_XML}\d?(?:\s[^<>&]*)?&gt;\s*(?P<value3>[^<>&\s][^<>&\n]*)&lt;"
        rf"|\\u003c(?:[\w.-]+:)?[\w.-]*{_IN_XML}\d?(?:\s[^<>\\]*)?\\u003e"
        rf"(?P<value4>[^<>\\\s][^<>\\\n]*)\\u003c",
        (rf"{_IN_XML}\d?(?:\s[^<>]*)?(?:>|&gt;|\\u003e)",),
        check=checks.is_password,
        confidence=0.92,
        matches=(
            "<password>‹kettle›</password>",
            '<wsse:Password Type="text">‹blue kettle›</wsse:Password>',
            "<dbPwd><![CDATA[‹a&b›]]></dbPwd>",
            "&lt;password&gt;‹kettle›&lt;/password&gt;",
        ),
        misses=("<password></password>", "<password>${db.password}</password>", "<b>password</b>"),
    ),
    password_kind(
        "password_xml",
        "Password in an element or an attribute that another one names",
        rf"(?i:name|key|id|type|property|param|field)\s*=\s*\\*[\"'][\w.-]*{_IN_XML}\d?\\*[\"'][^<>]*>"
        r"\s*(?:<(?:[\w.-]+:)?\w+>\s*)?(?P<value1>[^<>\s](?:[^<>\n]*[^<>\s])?)\s*<\\*/"
        rf"|<(?:[\w.-]+:)?(?i:name|key|property|param)>\s*[\w.-]*{_IN_XML}\d?\s*<\\*/[\w:.-]+>(?:\s"
        rf"|\\+[nrt])*"
        r"<(?:[\w.-]+:)?(?i:value|string|data)(?:\s[^<>]*)?>(?P<value2>[^<>\n]+)<",
        (
            rf"{_IN_XML}\d?\\*[\"'][^<>]*>\s*[^\s]",
            rf"{_IN_XML}\d?\s*<\\*/[\w:.-]+>(?:\s|\\+[nrt])*<(?:[\w.-]+:)?(?i:value|string|data)",
        ),
        check=checks.is_content,
        confidence=0.85,
        matches=(
            '<entry key="db.password">‹kettle›</entry>',
            '<bean><property name="password"><value>‹blue kettle›</value></property></bean>',
            "<name>fs.s3.password</name><value>‹kettle›</value>",
            "<key>Password</key>\n\t<string>‹kettle›</string>",
        ),
        misses=(
            '<label for="password">Password</label>',
            '<option id="password">New password</option>',
            '<th id="password">Enter your password</th>',
            "<name>db.password</name><value></value>",
        ),
    ),
    password_kind(
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
    password_kind(
        "password_pair",
        "Password whose name and value are two items of a list",
        r"(?:\\*[\"'][\w.-]*(?i:password|passwd|passphrase"
        rf"|pwd)(?i:[_-]?confirmation)?\d?\\*[\"']\s*,\s*{QUOTED}"
        r")",
        (r"(?i:password|passwd|passphrase|pwd)(?i:[_-]?confirmation)?\d?\\*[\"']\s*,\s*\\*[\"']",),
        check=checks.is_strong,
        confidence=0.7,
        matches=("('db_password', '‹k3ttle-blue›')", 'setProperty("password", "‹k3ttle-blue›")'),
        misses=('["user", "password", "email"]', "('db_password', 'required')"),
    ),
    password_kind(
        "password_pair",
        "Password whose name and value are two fields of YAML, of TOML or of a table",
        r"(?i:name|key|id|property|parameter|var|field)\\*[\"']?[ \t]*[:=][ \t]*\\*[\"']?[\w.-]*"
        r"(?i:password|passwd|passphrase|pwd|pass|passwort|senha)\d?\\*[\"']?(?:\\+n|[\s,;])+[-\s]*"
        rf"\\*[\"']?(?i:value|val|default|content)\\*[\"']?[ \t]*[:=][ \t]*(?:{QUOTED}|{BARE})",
        (
            r"(?i:password|passwd|passphrase|pwd|pass|passwort|senha)\d?\\*[\"']?(?:\\+n|[\s,;])+[-\s]*"
            r"\\*[\"']?(?i:value|val|default|content)\\*[\"']?[ \t]*[:=]",
        ),
        within=checks.bare_password,
        confidence=0.85,
        matches=(
            "- name: DB_PASSWORD\n  value: ‹kettle7›",
            '- name: DB_PASSWORD value: "‹blue kettle›"',
            "key=db.password, value=‹kettle›",
        ),
        misses=("name: DB_PASSWORD\nvalue: null", "name: DB_PASSWORD\nvalueFrom: x"),
    ),
    password_kind(
        "password_call",
        "Password as the argument of a call",
        rf"(?i:password|passwd|passphrase|passcode|pwd|\bhashpw|\bpass|setpass|withpass)(?i:_?hash|_?verify"
        rf"|_?check|encoder\.encode)?"
        r"(?:\.(?:equals(?:IgnoreCase)?|compareTo|matches|encode|compare|hash|verify|eq|set|fill|send_keys"
        r"|sendKeys|type))?"
        rf"\(\s*(?:[A-Za-z_.]+ *= *)?(?:new (?:String|char\[\] ?)\(?)?[bBuNrR@]?{QUOTED}\s*[,).]",
        (
            r"(?i:password|passwd|passphrase|passcode|pwd|hashpw|pass)[._a-zA-Z]*\(\s*(?:[A-Za-z_.]+ *= *)?"
            r"(?:new \w+[(\[\] ]*)?[bBuNrR@|]?\\*[\"'`]",
        ),
        check=checks.is_password,
        matches=(
            'setPassword("‹blue kettle›")',
            "SET PASSWORD = PASSWORD('‹kettle›')",
            "if (password.equals('‹blue kettle›'))",
            "user.check_password('‹kettle›')",
            "password_verify('‹kettle›', $hash)",
            'passwordEncoder.encode("‹kettle›")',
        ),
        misses=("getPassword()", 'setPassword("")', 'password("${PW}")', 'bypass("kettle")'),
    ),
    password_kind(
        "password_call",
        "Password as the second argument of a call, behind a user",
        rf"{_OPENS_ACCOUNT}\(\s*(?:[\w.$:>-]+(?:\(\))?\s*,\s*"
        rf"|\\*[\"']{{1,2}}[^\"'\n]*\\*[\"']{{1,2}}\s*,\s*)?(?:\w+\s*[=:]\s*)?"
        rf"[bu@]?\\*[\"']{{1,2}}[^\"'\s,]{{1,64}}\\*[\"']{{1,2}}\s*,\s*(?:\w+\s*[=:]\s*)?[bu@]?{QUOTED}",
        (rf"{_OPENS_ACCOUNT}\(",),
        check=checks.is_password,
        confidence=0.8,
        matches=(
            'new NetworkCredential("jo", "‹kettle›")',
            r"DriverManager.getConnection(url, \"jo\", \"‹blue kettle›\")",
            'HTTPBasicAuth("jo", "‹kettle›")',
            'mysqli_connect("db.example", "jo", "‹kettle›")',
            'client.login("jo@example.com", "‹kettle›")',
        ),
        misses=('login("jo", "")', "new NetworkCredential(user, pass)", 'getConnection(url, "jo", "${PW}")'),
    ),
    password_kind(
        "password_wrapped",
        "Password in a wrapper of a language's own notation",
        rf"{_WRAPPED_NAME}{ASSIGNS}(?:(?:new )?{_WRAPPER}"
        rf"(?:<\w+>)?[({{\[][&@]?|[({{\[&@]|(?i:some|just|ok|string|str|text|symbol) "
        rf"|!!\w+ |string\(\d+\) )[bBuNrRL@&]?[({{\[]?{QUOTED}",
        (
            rf"{_WRAPPED_NAME}\\*[\"'`]*\]?[ \t]*[:=>-]+[ \t]*"
            rf"(?:{_WRAPPER}[<({{\[]|[({{\[&@]|!!|string\(|(?:new|\w+) )",
        ),
        check=checks.is_password,
        matches=(
            'password: Some("‹blue kettle›")',
            "password=SecretStr('‹kettle›')",
            '["password"]=> string(6) "‹kettle›"',
            'password: Just "‹blue kettle›"',
            'password = new String("‹blue kettle›")',
            "password => ['‹kettle›']",
        ),
        misses=("password: None", "password=SecretStr('**********')", 'password=getenv("DB_PASSWORD")'),
    ),
    password_kind(
        "password_wrapped",
        "Password in quotes that a letter goes before",
        rf"{_WRAPPED_NAME}{ASSIGNS}[bBuNrRL@]{QUOTED}",
        (rf"{_WRAPPED_NAME}\\*[\"'`]*\]?[ \t]*[:=>-]+[ \t]*[bBuNrRL@][\"'\\]",),
        check=checks.is_password,
        matches=("password=b'‹kettle›'", "pwd = u'‹blue kettle›'", 'Password=@"‹kettle›"'),
        misses=("password=b''", "password=b'********'"),
    ),
    password_kind(
        "password_wrapped",
        "Password in a wrapper that says behind it what it is called",
        r"(?i:secret\w*|sensitive\w*|protected\w*|password)[<(\[{]\\*[\"']?(?P<value>[^\s<>()\[\]{}\"']+)\\*[\"']?"
        r"[>)\]}] ?[(\[][\w.-]*(?i:password|passwd|passphrase|passcode|pwd|pass|secret|token|key)\d?[)\]]",
        (r"[>)\]}] ?[(\[][\w.-]*(?i:password|passwd|passphrase|passcode|pwd|pass|secret|token|key)\d?[)\]]",),
        check=checks.is_password,
        confidence=0.85,
        matches=("Secret<‹kettle›>(db_password)", "SecretStr('‹k3ttle›') [API_TOKEN]"),
        misses=("Secret<String>(password)", "Secret<***>(db_password)"),
    ),
    password_kind(
        "sql_password",
        "Password in a statement that makes or changes a user",
        r"(?i:identified(?: with [\w']+)? by(?: password)?|(?:with|encrypted|login"
        r"|set)\s+password(?:(?:\s+for\s+(?:'[^'\n]*'|`[^`\n]*`|\"[^\"\n]*\"|[^\s'\"`=])+)?\s*=)?"
        r"|identified as"
        r"|\bsp_(?:addlogin|password|setapprole|addapprole|approlepassword"
        r"|addremotelogin)\s+(?:@\w+\s*=\s*)?N?"
        r"\\*'[^'\n]*'\s*,\s*(?:@\w+\s*=\s*)?|changeUserPassword\(\\*['\"][^'\"\n]*\\*['\"],"
        r"|set password from '[^'\n]*' to|pragma (?:re)?key\s*=|\bas \w+ key|replace"
        r"|identified with [\w']+ as"
        r"|(?:create|alter)\s+(?:user|role|login|group)\s[^;\n]{0,120}?password(?:\s*=)?"
        r"|pgp_sym_(?:en|de)crypt\([^,()]{1,80},|aes_(?:en|de)crypt\([^,()]{1,80},|\bcrypt\(|old_password\("
        r"|encryption by password ="
        rf")\s*N?{QUOTED}",
        (
            r"(?i:identified(?: with [\w']+)? by)",
            r"(?i:with|encrypted|login|set)\s+(?i:password)",
            r"(?i:(?:create|alter)\s+(?:user|role|login|group)\s)",
            r"(?i:pgp_sym_|aes_(?:en|de)crypt\(|crypt\(\s*\\*'|identified with |by password =)",
            r"(?i:\bsp_(?:add|set|app)?(?:login|password|approle|remotelogin)|changeUserPassword\("
            r"|pragma (?:re)?key"
            r"|\bas \w+ key ['\"])",
        ),
        check=checks.is_password,
        confidence=0.93,
        matches=(
            "CREATE USER 'bo'@'%' IDENTIFIED BY '‹blue kettle›'",
            "alter role bo with encrypted password '‹kettle›'",
            "CREATE LOGIN bo WITH PASSWORD = N'‹blue kettle›'",
            "ALTER USER bo PASSWORD '‹kettle›'",
            "VALUES ('bo', crypt('‹blue kettle›', gen_salt('bf')))",
            "EXEC sp_addlogin 'bo', '‹kettle›'",
            "PRAGMA key='‹blue kettle›'",
            "ATTACH DATABASE 'x.db' AS x KEY '‹kettle›'",
            "SET PASSWORD FOR 'bo'@'%' = '‹kettle›'",
        ),
        misses=("identified by the key", "ALTER USER bo IDENTIFIED BY '${PW}'"),
    ),
    password_kind(
        "sql_password",
        "Password without quotes in a statement that makes or changes a user",
        r"(?i:(?:create|alter) (?:user|role|login) .{1,60}? (?:identified by|password) )"
        r"(?P<value1>[^\s;'\"]+)"
        r"|(?i:(?:grant|create|alter) .{1,160}? identified by )(?P<value2>[^\s;'\"]+)"
        r"|\bACL SETUSER \S+ [^\n]{0,80}?>(?P<value3>[^\s\"']+)",
        (r"(?i:identified by )", r"(?i:(?:create|alter) (?:user|role|login) )", r"ACL SETUSER "),
        check=lambda value: checks.is_password(value) and value.lower() not in ("password", "values"),
        matches=(
            "CREATE USER bo IDENTIFIED BY ‹kettle7›;",
            "alter user bo identified by ‹Blue_9› account unlock",
            "ACL SETUSER bo on >‹kettle› ~* +@all",
        ),
        misses=(
            "alter user bo identified by ${PW}",
            "identified by the clerk",
            "alter role bo password null",
            "CREATE USER 'bo'@'%' IDENTIFIED BY PASSWORD EXPIRE",
        ),
    ),
)
