"""Passwords in what programs say to each other, and in what they log of it."""

import re
from typing import Final

from security.detectors import masks
from security.detectors import secrets_checks as checks
from security.detectors.kind import Kind, Rank
from security.detectors.secrets_forms import BARE, HEX, QUOTED, entry, made, password_kind
from security.detectors.secrets_passwords import LOCAL_NAME
from security.detectors.secrets_sentences import CALLS, CHANGED

_USER: Final = r"[\w.@+-]{1,64}"
_WAS: Final = r"(?:wurde|fue|foi|ha sido|a été|è stata|is|har|было?|został[oa]|bylo) "
_TURNED: Final = (
    r"(?:(?i:geändert|cambiad[ao]|modificad[ao]|changé|modifié|alterada|mudada|cambiata|modificata|gewijzigd"
    r"|ändrats?|ændret|endret|zmienione|změněno|изменён|изменен|сменён) (?:von|de|da|van|från|fra|z|с) )"
)
_INTO: Final = r" (?i:auf|zu|in|a|por|en|à|para|naar|till?|na|на) "
_LOCAL_TURNED: Final = rf"{LOCAL_NAME}(?: [^\s:=\"',;?!]+){{0,3}}? (?i:{_WAS})?{_TURNED}"
_LOCAL_USER: Final = (
    r"(?i:\b(?:user(?:name)?|login|usuario|usuário|utente|utilisateur|identifiant|benutzer(?:name)?"
    r"|gebruiker(?:snaam)?|användare|bruger|bruker|użytkownik|uživatel|felhasználó|kullanıcı)"
    r"|пользователь|логин|用户名?|ユーザー)"
)
_LOCAL_CREDENTIALS: Final = (
    r"(?i:\b(?:identifiants?|zugangsdaten|anmeldedaten|credenciales|credenciais|credenziali|inloggegevens"
    r"|inloggningsuppgifter|dane logowania|přihlašovací údaje|accès)|учётные данные|учетные данные)"
)
#: Calls whose second argument, or the one behind the user, is a password.
_OPENS: Final = (
    r"(?:(?i:\bwifi\w*(?:\.|->|::)(?:begin|addAP|connect)|\bPDO(?:->|::)__construct"
    r"|\bDBI->connect|\bftp_login|\bssh2_auth_password|\bimap_open|\boci_p?connect"
    r"|\bcreateConnection|\bconnectWithCredentials)\(\s*(?:[$\w>-]+\s*,\s*|\\*[\"'][^\"'\n]*\\*[\"']\s*,\s*)?"
    r"\\*[\"'][^\"'\n]{1,64}|(?i:bind\w*)\(\s*(?:[$\w>-]+\s*,\s*)?\\*[\"'][^\"'\n:]*[=@\\][^\"'\n]*)"
    r"\\*[\"']\s*,\s*"
)
_OPENS_HINT: Final = (
    r"(?i:\bwifi\w*(?:\.|->|::)(?:begin|addAP|connect)|__construct|DBI->connect|ftp_login"
    r"|ssh2_auth_password|imap_open|oci_p?connect|createConnection|connectWithCredentials|bind\w*)\(\s*[$\\\"']"
)
_PIN_OF: Final = (
    r"(?i:\b(?:entered|enters?|typed|dialed|dialled|keyed(?: in)?|pressed|submitted|tried|wrong|invalid|bad"
    r"|incorrect|with|using|voicemail|mailbox|sim|card|door|alarm|safe|vault|new|old|falsche|neue"
    r"|eingegebene)(?: (?:the|a|his|her|their))?[ -]|\b(?:tresor|karten|sim|tür|zugangs|voicemail)-?)"
)
_PIN_THEN: Final = (
    r"(?i:(?: was| is)? (?:entered|typed|accepted|rejected|wrong|incorrect|invalid|verified|denied|eingegeben"
    r"|falsch|akzeptiert|abgelehnt))"
)
_WORDS: Final = 2


def _is_phrase(value: str) -> bool:
    """Words that a prompt was answered with, or one that is no word of a message."""
    several = len(re.findall(r"\w+", value)) >= _WORDS
    return checks.is_quoted(value) if several else checks.is_told(value)


#: The password of a user, as sentences call it.
_OF_SOMEBODY: Final = (
    r"(?i:password dell'utente|contraseña del usuario|senha do (?:usuário|utilizador)|heslo uživatele"
    r"|hasło użytkownika|mot de passe de l'utilisateur|passwort (?:von|für|des benutzers)"
    r"|wachtwoord van(?: gebruiker)?|пароль пользователя|lösenordet för(?: användaren)?)"
)

PROTOCOLS: Final[tuple[Kind, ...]] = (
    password_kind(
        "password_sent",
        "Password in a command of Redis, as its monitor shows it, and in a bind of LDAP",
        r"\"(?i:auth)\" (?:\"[^\"\s]+\" )?\"(?P<value1>(?:[^\"\\]|\\.)+)\"(?: \"SETNAME|[^ ]|$)"
        r"|\"(?i:requirepass|masterauth)\"\s+(?:\d+\) )?\"(?P<value2>(?:[^\"\\]|\\.)+)\""
        r"|\bmethod=128 cred=\\*\"(?P<value3>[^\"\\]+)",
        (r"\"(?i:auth)\" \"", r"\"(?i:requirepass|masterauth)\"\s", r"method=128 cred="),
        check=checks.is_password,
        matches=(
            '1703531785.70 [0 192.0.2.6:53745] "AUTH" "‹k3ttle›"',
            '"HELLO" "3" "AUTH" "root" "‹kettle-blue›" "SETNAME" "crm"',
            '1) "CONFIG"\n 3) "requirepass"\n 4) "‹k3ttle›"',
            'BIND dn="cn=jo" method=128 cred="‹k3ttle›"',
        ),
        misses=('"GET" "auth" "x"', '"requirepass" ""', 'method=128 cred=""'),
    ),
    password_kind(
        "password_line",
        "Password behind a leader of dots, in an account of cloud-init, in a profile of a network",
        r"(?i:password)\.{4,}(?P<value1>[^\s<.]\S*)"
        r"|chpasswd:?\s+list:\s*\|?\s+(?:- )?[\w.-]+:(?P<value2>[^\s:]+)"
        r"|Key Content[ ]+: (?P<value3>\S+)",
        (r"(?i:password)\.{4}", r"chpasswd:?\s+list:", r"Key Content[ ]+: "),
        check=checks.is_password,
        matches=(
            "HikariConfig - password........................‹k3ttle›",
            "chpasswd:\n  list: |\n    jo:‹k3ttle›\n",
            "cloud-init: chpasswd list: jo:‹Quattro!Stagioni› expire: False",
            "    Key Content            : ‹k3ttle›",
        ),
        misses=("password........................<masked>", "chpasswd: list: none", "Key Content : "),
    ),
    password_kind(
        "password_xml",
        "Password in an element beside its name, as XML-RPC, lists of properties and answer files have it",
        r"<(?:name|key)>[\w.-]*(?i:password|passwd|passphrase|api_?key|secret|token)</(?:name|key)>\s*(?:<value>\s*)?"
        r"<string>(?P<value1>[^<\s]+)</string>"
        r"|<(?i:\w*password)>\s*<Value>(?P<value2>[^<\s]+)</Value>",
        (
            r"<(?:name|key)>[\w.-]*(?i:password|passwd|passphrase|api_?key|secret|token)</",
            r"<(?i:\w*password)>\s*<Value>",
        ),
        check=checks.is_password,
        matches=(
            "<member><name>password</name><value><string>‹k3ttle›</string></value></member>",
            f"<key>APIKey</key><string>‹{made(32, HEX)}›</string>",
            "<AutoLogon><Password><Value>‹k3ttle›</Value><PlainText>true</PlainText></Password>",
        ),
        misses=("<name>password</name><value><string></string>", "<name>password</name><value><int>1</int>"),
    ),
    password_kind(
        "password_told",
        "Password of a login that was tried, behind its user",
        r"(?i:(?:trying|tried|using|with|invalid|bad|rejected) credentials[ :]+)[\w.@+-]+:(?P<value1>\S+)"
        r"|(?i:login attempt[ :]+)[\w.@+-]+ / (?P<value2>\S+) from ",
        (r"(?i:credentials[ :]+)[\w.@+-]+:", r"(?i:login attempt[ :]+)[\w.@+-]+ / "),
        check=checks.is_strong,
        confidence=0.8,
        matches=(
            "trying credentials admin:‹maple-velvet-77› on 192.0.2.1",
            "login attempt alice / ‹k3ttle9› from 192.0.2.16",
        ),
        misses=("using credentials file:x", "invalid credentials user:expired"),
    ),
    password_kind(
        "password_local",
        "Password of somebody that a sentence tells, in another language",
        rf"{_OF_SOMEBODY} [\w.@+-]+ (?:è|é|es|est|ist|is|je|är|to|:|-|—) (?:{QUOTED}|{BARE})",
        (f"{_OF_SOMEBODY} ",),
        within=checks.bare_strong,
        confidence=0.8,
        matches=(
            "La password dell'utente admin è ‹kgM7m3DqgT› [proxy]",
            "Le mot de passe de l'utilisateur admin est ‹dn9vyseqlavlt›",
            "Heslo uživatele jo je ‹k3ttle›",
        ),
        misses=("Passwort von jo ist falsch", "La password dell'utente admin è scaduta"),
    ),
    password_kind(
        "password_line",
        "Password that a module of PAM was given, and the value of a parameter that is kept encrypted",
        r"\bPAM_AUTHTOK=(?P<value1>\S+)|SecureString\\*\",\s*\\*\"Value\\*\":\s*\\*\"(?P<value2>[^\"\\]+)",
        (r"\bPAM_AUTHTOK=", r"SecureString\\*\",\s*\\*\"Value"),
        check=checks.is_password,
        matches=("PAM_USER=jo PAM_AUTHTOK=‹k3ttle›", '"Type":"SecureString","Value":"‹k3ttle›","Version":6'),
        misses=("PAM_AUTHTOK=", '"Type":"SecureString","Value":""'),
    ),
    entry(
        "snmp_community",
        "Community of SNMP, behind its name",
        r"(?i:snmp[^\n]{0,80}?[, ](?:with )?community(?: string)?[ =:]+)\\*[\"']?(?P<value>[^\s\"'\\,;)]+)",
        (r"(?i:[, ]community(?: string)?[ =:]+)\\*[\"']?[^\s\"'\\,;)]",),
        mask=masks.PASSWORD,
        family="password",
        check=checks.is_told,
        rank=Rank.NAMED,
        confidence=0.8,
        matches=(
            "TRAP, SNMP v2c, community ‹gravelROfq7›",
            "snmp: polling 192.0.2.3 with community ‹coffee-rwqfe2›",
        ),
        misses=("snmp community is missing", "SNMP community public", "our community grew7"),
    ),
    entry(
        "recovery_codes",
        "Codes that let somebody in without a second factor",
        r"(?i:(?:backup|recovery|scratch|emergency)[ _-]codes?)(?i: (?:for|of) [\w.@+-]+)?\\*[\"']?[ :=]+\[?"
        r"(?P<value>\\*[\"']?[0-9A-Za-z]{4,6}(?:-[0-9A-Za-z]{4,6}){1,3}"
        r"(?:\\*[\"']?, ?\\*[\"']?[0-9A-Za-z]{4,6}(?:-[0-9A-Za-z]{4,6}){1,3})*)",
        (r"(?i:(?:backup|recovery|scratch|emergency)[ _-]codes?)",),
        not_before=r"\w-",
        check=lambda value: any(map(str.isdigit, value)),
        mask=masks.PASSWORD,
        family="password",
        rank=Rank.NAMED,
        matches=("backup codes for jo: ‹67e8-f029-d06c, rr7l7-1c3wh›", "recovery_code=‹8zjde-c7elp›"),
        misses=("backup codes for jo: sent-today", "recovery code missing"),
    ),
    password_kind(
        "password_sasl",
        "User and password of SASL PLAIN, in base64 (RFC 4616)",
        r"(?i:\bauth(?:enticate)?[ =]+\"?plain[ :=]+|mechanism=\\*[\"']plain\\*[\"'][^<>]{0,40}>)"
        r"\s*(?:\\+r\\+n)?"
        r"(?P<value>[0-9A-Za-z+/]{8,}={0,2})",
        (r"(?i:auth(?:enticate)?[ =]+\"?plain[ :=]|mechanism=\\*[\"']plain)",),
        check=checks.is_sasl_plain,
        not_before="0-9A-Za-z+/=",
        rank=Rank.SHAPE,
        confidence=0.95,
        matches=(
            "C: AUTH PLAIN ‹AGpvAGtldHRsZQ==›",
            "<auth xmlns='urn:x' mechanism='PLAIN'>‹AGpvAGtldHRsZQ==›</auth>",
        ),
        misses=("250-AUTH PLAIN LOGIN", "AUTH PLAIN failed", "S: 250-AUTH PLAIN CRAMMD5AA"),
    ),
    password_kind(
        "password_term",
        "Password in a term of Erlang or Elixir",
        r"\{\s*:?[\w-]*(?i:password|passwd|passphrase|passcode|pwd|pass)\s*,\s*(?:<<)?" + QUOTED,
        (r"\{\s*:?[\w-]*(?i:password|passwd|passphrase|passcode|pwd|pass)\s*,\s*(?:<<)?[\\\"'`]",),
        check=checks.is_password,
        matches=(
            '[{user,"jo"},{password,"‹kettle›"}]',
            '{db_pass, <<"‹k3ttle›">>}',
            '{:password, "‹kettle›"}',
        ),
        misses=('{password, ""}', "{password, Password}", '{compass, "${X}"}'),
    ),
    password_kind(
        "password_call",
        "Password in a command of a mainframe",
        r"\b(?:PASSWORD|PASSPHRASE|PWD|RMTPWD)\((?P<value>[^\s()'\"*&]+)\)",
        (r"\b(?:PASSWORD|PASSPHRASE|PWD|RMTPWD)\([^\s()'\"*&]",),
        check=checks.is_strong,
        matches=("CRTUSRPRF USRPRF(JO) PASSWORD(‹K3TTLE›)", "ALTUSER JO PASSWORD(‹kett1e›) NOEXPIRED"),
        misses=("PASSWORD(*NONE)", "SELECT PASSWORD(secret)", "PASSWORD()"),
    ),
    password_kind(
        "password_call",
        "Password as the last argument of a call that opens a connection",
        _OPENS + QUOTED,
        (_OPENS_HINT,),
        check=checks.is_password,
        confidence=0.8,
        matches=(
            "Net_LDAP2->bind('cn=jo,dc=acme', '‹kettle›')",
            "ldap_bind($c, 'jo@acme.example', '‹blue kettle›')",
            "PDO->__construct('mysql:host=db;dbname=x', 'jo', '‹kettle›')",
            'WiFi.begin("Blue House", "‹orange-pot›")',
        ),
        misses=("socket.bind('host', 'port')", "WiFi.begin(ssid, pass)", "bind('cn=jo', '${PW}')"),
    ),
    password_kind(
        "password_call",
        "User and password without quotes, as a pair of arguments",
        rf"\bauth=\(\\*[\"']?{_USER}\\*[\"']?,\s*\\*[\"']?(?P<value1>[^\s\"',()\\]{{6,}})\\*[\"']?\)"
        rf"|(?i:log-?in|log-?on|auth)\[{_USER},\s*(?P<value2>[^\s\[\],]+)[\],]",
        (r"\bauth=\([\w\"'\\]", r"(?i:log-?in|log-?on|auth)\[[\w.@+-]+,"),
        check=checks.is_strong,
        confidence=0.8,
        matches=("GET /x auth=(jo, ‹k3ttle›)", "auth=('jo', '‹K3ttle-9›')", "web.login[jo,‹k3ttle›] failed"),
        misses=("auth=(user, password)", "login[jo,admin]", "auth=('jo', getpass())"),
    ),
    password_kind(
        "password_sent",
        "Password sent to a service of IRC, IMAP, Redis, Steam or a mainframe",
        r"(?i:(?:nickserv|chanserv|authserv)\b[ :,]*(?:identify|auth|register)) (?:[A-Za-z_-]+ )?"
        r"(?P<value1>[^\s\"'\\\d]*\d[^\s\"'\\]*)"
        r"|\bLOGIN \\*\"[^\"\s]+\\*\" \\*\"(?P<value2>[^\"\\\s]+)\\*\""
        rf"|(?i:\bredis\S*) (?:\S+ )?AUTH (?:{_USER} )?(?P<value3>[^\s\"'\\]+)\s*$"
        rf"|\+login {_USER} (?P<value4>[^\s\"'+\\]+)"
        rf"|\b(?:LOGON|logon) {_USER}/(?P<value5>[^\s\"'\\/]+)"
        r"|(?i:auth|priv)(?i:pass(?:word|phrase)?) (?P<value6>[^\s\"'\\=]+)",
        (
            r"(?i:(?:nick|chan|auth)serv\b[ :,]*(?:identify|auth|register)) ",
            r"\bLOGIN \\*\"[^\"\s]+\\*\" \\*\"",
            r"(?i:\bredis\S*) (?:\S+ )?AUTH \S",
            r"\+login [\w.@+-]+ [^\s+]",
            r"\b(?:LOGON|logon) [\w.@+-]+/",
            r"(?i:auth|priv)(?i:pass(?:word|phrase)?) \S",
        ),
        within=checks.bare_mixed,
        confidence=0.75,
        matches=(
            "PRIVMSG NickServ :IDENTIFY ‹k3ttle›",
            'IMAP LOGIN "jo" "‹K3ttle›" NO',
            "redis AUTH default ‹k3ttle›",
            "steamcmd +login jo ‹k3ttle› +app_update 7",
            "typed LOGON TSO01/‹K3TTLE›",
            "snmp v3 user jo authPass ‹k3ttle› privPass ‹Blue!9pot›",
        ),
        misses=(
            "NickServ identify failed",
            "redis AUTH failed",
            "+login anonymous +app_update 740",
            "logon ACME/jo",
            "authpass required",
        ),
    ),
    password_kind(
        "password_sent",
        "User and password of a failed or a good login, as a server of RADIUS and a honeypot log them",
        r"Login (?:incorrect|OK)[^\[\n]{0,80}: \[[^/\]\n]+/(?P<value1>[^\]<\[\s][^\]\n]*)\]"
        r"|\[b?'[^'\n]{0,64}'/b?'(?P<value2>[^'\n]+)'\]"
        r"|login attempt \[[^/\]\s'\"]+/(?P<value3>[^\]\[\s]+)\]",
        (r"Login (?:incorrect|OK)[^\[\n]*: \[", r"'/b?'", r"login attempt \["),
        check=checks.is_in_address,
        confidence=0.85,
        matches=(
            "(3) Login incorrect (pap: no match): [jo/‹k3ttle›] (from client ap port 0)",
            "login attempt [b'root'/b'‹kettle›'] failed",
            "login attempt [root/‹k3ttle›] succeeded",
        ),
        misses=(
            "Login OK: [jo/<via Auth-Type = EAP>]",
            "Login OK: [jo] (from client)",
            "login attempt [3/5]",
        ),
    ),
    password_kind(
        "password_changed",
        "Password in quotes that was changed to another: the old one",
        rf"{CHANGED} {QUOTED} (?i:to|into|with|by) \\*[\"'`]",
        (rf"{CALLS}[\w .@:/-]*? \\*[\"'`]",),
        check=checks.is_password,
        matches=(
            'changed password "‹kettle›" to "orange-pot"',
            "replaced password of jo '‹k3ttle›' with 'x9'",
        ),
        misses=('changed password "${OLD}" to "x"',),
    ),
    password_kind(
        "password_changed",
        "Password in quotes that was changed to another: the new one",
        rf"{CHANGED} \\*[\"'`][^\"'`\n]+[\"'`] (?i:to|into|with|by) {QUOTED}",
        (rf"{CALLS}[\w .@:/-]*? \\*[\"'`]",),
        check=checks.is_password,
        matches=('changed password "*****" to "‹orange-pot›"', "replaced password of jo '***' with '‹x9y8›'"),
        misses=('changed password "***" to "***"',),
    ),
    password_kind(
        "password_changed",
        "Password that was changed, as a message in another language tells: the old one",
        rf"{_LOCAL_TURNED}(?:{QUOTED}|{BARE}){_INTO}",
        (rf"{LOCAL_NAME} [^\n]*?{_TURNED}",),
        within=checks.bare_password,
        confidence=0.75,
        matches=(
            "Passwort für jo geändert von ‹kessel› auf ******",
            "contraseña cambiada de ‹t3tera› a null",
        ),
        misses=("Passwort geändert von ${ALT} auf x",),
    ),
    password_kind(
        "password_changed",
        "Password that was changed, as a message in another language tells: the new one",
        rf"{_LOCAL_TURNED}\S+{_INTO}(?:{QUOTED}|{BARE})",
        (rf"{LOCAL_NAME} [^\n]*?{_TURNED}",),
        within=checks.bare_password,
        confidence=0.75,
        matches=("Passwort für jo geändert von ****** auf ‹kessel›", "contraseña cambiada de *** a ‹t3tera›"),
        misses=("Passwort geändert von *** auf ***",),
    ),
    password_kind(
        "password_local",
        "Password behind its name in another language, and whose it is",
        rf"{LOCAL_NAME} (?:{QUOTED}|{BARE}) (?i:пользователя|для|від|für|von|des|de|del|para|pour|per|di"
        r"|voor|van|för|av|af|dla|pro|от)(?:\s|$)",
        (rf"{LOCAL_NAME} [^\s]",),
        within=checks.bare_strong,
        confidence=0.7,
        rank=Rank.NAMED - 1,
        matches=("Неверный пароль ‹чайник7› пользователя jo", "falsches Passwort ‹k3ssel› für jo"),
        misses=("пароль пользователя jo", "Passwort vergessen für jo", "mot de passe oublié pour jo"),
    ),
    password_kind(
        "password_local",
        "Password in another language, behind a user",
        rf"{_LOCAL_USER}[ :=]+{_USER}[\s,;/|]+(?:(?i:y|e|et|und|en|och|og|i|и) )?{LOCAL_NAME}[ :=]+"
        rf"(?:{QUOTED}|{BARE})",
        (rf"[\w.@+-][\s,;/|]+(?:\S+ )?{LOCAL_NAME}[ :=]",),
        within=checks.bare_told,
        confidence=0.75,
        matches=("usuario jo / contraseña ‹tetera›", "Benutzer jo, Passwort ‹k3ssel›"),
        misses=("usuario jo / contraseña incorrecta", "Benutzer jo, Passwort falsch"),
    ),
    password_kind(
        "login_pair",
        "User and password behind what both are called in another language",
        rf"{_LOCAL_CREDENTIALS}(?: [\w.-]+){{0,2}} ?[:=] ?{_USER}(?: ?/ ?|:| \| )(?P<value>[^\s\"',]{{4,}})",
        (rf"{_LOCAL_CREDENTIALS}(?: [\w.-]+){{0,2}} ?[:=]",),
        within=checks.bare_last,
        confidence=0.75,
        matches=("identifiants FTP : jo / ‹b0uilloire›", "Zugangsdaten: jo:‹kessel›"),
        misses=("identifiants : manquants", "Zugangsdaten: siehe Anhang / unten"),
    ),
    password_kind(
        "password_told",
        "Passwords that somebody tried: the first",
        rf"(?i:tried|tries|attempted|guessed|used) (?i:passwords|passphrases):? (?:{QUOTED}|{BARE})",
        (r"(?i:tried|tries|attempted|guessed|used) (?i:passwords|passphrases):? ",),
        within=checks.bare_told,
        confidence=0.7,
        matches=("tried passwords: ‹sunflower› then x", "guessed passwords '‹k3ttle›', 'x'"),
        misses=("tried passwords: several", "used passwords are not allowed"),
    ),
    password_kind(
        "password_told",
        "Passwords that somebody tried: the second",
        r"(?i:tried|tries|attempted|guessed|used) (?i:passwords|passphrases):? \S+(?:,| then| and|, then) "
        rf"(?:{QUOTED}|{BARE})",
        (r"(?i:tried|tries|attempted|guessed|used) (?i:passwords|passphrases):? ",),
        within=checks.bare_told,
        confidence=0.7,
        matches=("tried passwords: *** then ‹sunflower›", "guessed passwords '***', '‹k3ttle›'"),
        misses=("tried passwords: three and failed",),
    ),
    password_kind(
        "password_said",
        "Words that unlock a key, behind the question for them",
        r"(?i:passphrase|password) for (?:(?i:the|ssh|private) )*(?i:key|file|keystore|certificate)"
        r" [^\s:]+ ?: (?P<value>[^\s\"'](?:[^\n\"']*[^\s\"'])?)\s*$",
        (r"(?i:passphrase|password) for (?:(?i:the|ssh|private) )*(?i:key|file|keystore|certificate) ",),
        check=_is_phrase,
        confidence=0.7,
        matches=(
            "passphrase for key '/x/id_rsa': ‹orange kettle north pot›",
            "password for key jo: ‹k3ttle›",
        ),
        misses=("passphrase for key 'x': incorrect", "password for key x: too many attempts failed"),
    ),
    password_kind(
        "password_pin",
        "Digits of a PIN that somebody entered",
        rf"(?:{_PIN_OF}(?i:pin)(?i:[ -]?code)?[ :#]+|\bPIN )(?P<value1>\d{{4,8}}){_PIN_THEN}"
        rf"|{_PIN_OF}(?i:pin)(?i:[ -]?code)?[ :#]+(?P<value2>\d{{4,8}})",
        (rf"{_PIN_OF}(?i:pin)(?i:[ -]?code)?[ :#]+\d{{4}}", rf"\bPIN \d{{4,8}}{_PIN_THEN}"),
        not_before=r"\w.:/-",
        confidence=0.7,
        rank=Rank.NAMED - 2,
        matches=("caller entered PIN ‹4821› box 7", "Tresor-PIN ‹4821›", "PIN ‹482913› rejected"),
        misses=("GPIO pin 1717 is high", "PIN 560001 Bengaluru", "entered pin 3"),
    ),
)

HOSTS: Final[tuple[Kind, ...]] = (
    entry(
        "maps_key",
        "Key in an address of a service of weather or maps",
        r"(?i:openweathermap\.org|weatherapi\.com|weatherbit\.io|tomtom\.com|mapquestapi\.com|geoapify\.com"
        r"|opencagedata\.com|maptiler\.com|thunderforest\.com)/[^\s\"'<>]*[?&](?i:appid|api_?key|key)="
        r"(?P<value>[0-9A-Za-z]{30,40})",
        (
            r"(?i:openweathermap\.org|weatherapi\.com|weatherbit\.io|tomtom\.com|mapquestapi\.com"
            r"|geoapify\.com|opencagedata\.com|maptiler\.com|thunderforest\.com)/",
        ),
        not_before=r"\w-",
        matches=(
            f"api.openweathermap.org/data/2.5/forecast?q=Oslo&appid=‹{made(32, HEX)}›",
            f"https://api.tomtom.com/map/1/tile?key=‹{made(32)}›&view=Unified",
        ),
        misses=("api.openweathermap.org/data/2.5/forecast?q=Oslo&appid=KEY",),
    ),
    entry(
        "infura_key",
        "Key in an address of Infura or Alchemy",
        r"(?i:infura\.io|alchemy(?:api)?\.(?:com|io))/(?:ws/)?v\d/(?P<value>[0-9A-Za-z_-]{32})",
        (r"(?i:infura\.io|alchemy(?:api)?\.(?:com|io))/",),
        not_before=r"\w-",
        matches=(
            f"https://mainnet.infura.io/v3/‹{made(32, HEX)}›",
            f"wss://eth-mainnet.g.alchemy.com/v2/‹{made(32)}›",
        ),
        misses=("https://mainnet.infura.io/v3/KEY",),
    ),
)
