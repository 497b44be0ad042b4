"""Secrets where they travel: in headers, addresses, cookies, command lines and connection strings."""

from typing import Final

from security.detectors import masks, secrets_checks
from security.detectors.kind import Kind, Rank
from security.detectors.secrets_checks import is_key, is_password, is_random, is_strong
from security.detectors.secrets_forms import ALNUM, EDGE, HEX, LOWER, entry, made

_NAME_END: Final = r"\\*[\"']?\s*(?:=>|[:=,])\s*\[?\\*[\"']?"
_HEADER: Final = rf"(?i:(?:proxy-)?authorization|x-auth(?:orization)?|http_authorization){_NAME_END}"
_PARAMETER: Final = (
    r"(?i:access_?token|refresh_?token|id_?token|auth_?token|session_?token|oauth_token"
    r"|token|api_?key|apikey|app_?key|key|client_?secret"
    r"|secret|sig|signature|hmac|auth|code|session_?id|sid|jwt|sas|x-amz-signature"
    r"|x-amz-security-token|x-goog-signature|x-goog-credential"
    r"|x-oss-signature|x-cos-security-token|awsaccesskeyid|ticket|otp"
    r"|assertion|samlresponse|samlrequest|reset_?token|invite"
    r"|confirmation_token|unsubscribe_token|magic|subscription-key|ocp-apim-subscription-key)"
)
_OWN_HEADER: Final = (
    r"(?i:x-(?:[a-z]+-)*(?:token|secret|signature(?:-256)?|auth|session)"
    r"|x-(?:(?:api|auth|access|app|client|secret|service|gateway|consumer|user|admin"
    r"|internal|master|webhook|functions"
    r"|rapidapi|subscription|signing|private|partner|device|license|ingest|write|server"
    r"|account|encryption)-)+key|x-key"
    r"|private-token|job-token|deploy-token|api-key|apikey|subscription-key|circle-token|authentication)"
)
_DIGITS: Final = 6  # fewer are a port
_COMMAND: Final = r"(?:^|[^\w.-])"


def _password(name: str, title: str, pattern: str, hints: tuple[str, ...], **rest: object) -> Kind:
    given: dict[str, object] = {"mask": masks.PASSWORD, "family": "password", "rank": Rank.NAMED + 5, **rest}
    return entry(name, title, pattern, hints, **given)


_FLAG_OF_WORDS: Final = (
    "(?i:password|passwd|passphrase|pass|pwd|pw|storepass|keypass|passwort|kennwort|senha|contrasena"
    "|wachtwoord)"
)
_FLAG_OF_KEYS: Final = (
    "(?i:secret|token|api-?key|access-?key|secret-?key|private-?key|(?:license|signing"
    "|encryption|hmac|master|shared|account|storage)-?key)"
)
_LEAD: Final = len(r"[ \"'`\[,;(]")


def _flag(names: str) -> str:
    return (
        rf"(?:^|[\s\"'`\[,;(])(?:--?|/)(?:[\w-]*-)?\w*{names}\d?(?:\\*[\"']?[ \t]*,[ \t]*|[ \t]+|[=:])"
        r"(?:\\*\"(?P<value1>[^\"\\\n]+)\\*\"|'(?P<value2>[^'\n]+)'|(?P<value3>[^\s\"'\\-][^\s\"'\\]*))"
    )


def _flag_hint(names: str) -> str:
    return rf"[ \"'`\[,;(](?:--?|/)[\w-]*{names}\d?[ \t=:\"',\\]"


HEADERS: Final[tuple[Kind, ...]] = (
    _password(
        "http_basic_auth",
        "User and password in a header (RFC 7617)",
        rf"(?:(?i:{_HEADER})|{EDGE})(?i:basic)[ +](?P<value>[0-9A-Za-z+/_-]{{8,}}={{0,2}})",
        ("(?i:basic)[ +][0-9A-Za-z+/_-]{6}",),
        not_before="0-9A-Za-z+/=",
        check=secrets_checks.is_basic,
        matches=(
            "Authorization: Basic ‹am86Ymx1ZSBrZXR0bGU=›",
            '"authorization":["Basic ‹am86azN0dGxl›"]',
            "sent Basic ‹amFuZTprZXR0bGUtOQ==›",
        ),
        misses=("Basic authentication failed", "basic configuration", "Authorization: Basic realm=x"),
    ),
    entry(
        "http_bearer_token",
        "Token in a header (RFC 6750)",
        rf"(?:{EDGE}(?i:bearer)|(?i:authorization|auth_?header)\d?[^\w\n]{{1,8}}(?i:is )?(?i:token))[ +]"
        r"\\*[\"']?"
        r"(?P<value>[0-9A-Za-z._~+/-]{16,}={0,2})",
        (
            r"(?i:bearer)[ +]\\*[\"']?[0-9A-Za-z._~+/-]{16}",
            r"(?i:authorization|auth_?header)\d?[^\w\n]+(?i:is )?(?i:token)[ +]",
        ),
        check=secrets_checks.is_borne,
        rank=Rank.NAMED + 4,
        matches=(
            f"Authorization: Bearer ‹{made(40)}›",
            f'-H "authorization: bearer ‹{made(32, HEX)}›"',
            f"Authorization: Token ‹{made(40, HEX, 't')}›",
        ),
        misses=("Bearer authentication-required", "bearer token missing", "Bearer ${ACCESS_TOKEN_VALUE}"),
    ),
    entry(
        "http_authorization",
        "Other credentials in a header",
        rf"{_HEADER}(?i:(?:apikey|api-key|key|hmac|negotiate|ntlm|digest|oauth|sharedkey"
        r"|signature|hawk|splunk|genie ?key|discogs|klaviyo-api-key|"
        r"snowflake|aws4-hmac-sha256|aws|google-?login|private-token|ssws|mac|session|vapid"
        r"|gnap|dpop)[ :]\s*)?"
        rf"(?P<value>[^\s\"',;{{}}]{{12,}}(?: [^\s\"',;{{}}]+)?)",
        (_HEADER,),
        within=secrets_checks.authorization,
        rank=Rank.NAMED + 3,
        confidence=0.85,
        matches=(
            f"Authorization: ‹{made(40)}›",
            f"authorization=ApiKey ‹{made(48, ALNUM)}==›",
            f"Proxy-Authorization: Negotiate ‹{made(60)}=›",
        ),
        misses=("Authorization: required", "authorization: order-service-v2", "x-auth: none"),
    ),
    entry(
        "http_digest_response",
        "Answer of a digest (RFC 7616)",
        r"(?i:digest )[^\n]{0,400}?response=\\*\"?(?P<value>[0-9a-f]{32,64})",
        (r"response=\\*\"?[0-9a-f]{8}",),
        rank=Rank.NAMED + 10,
        matches=(
            f'Digest username="jo", realm="r", response="‹{made(32, HEX)}›"',
            f'Authorization: Digest username=jo, uri="/", response=‹{made(64, HEX)}›',
        ),
        misses=("response=200", f"response={made(32, HEX)}"),
    ),
    entry(
        "aws_signature",
        "Amazon Web Services: signature of a request",
        r"(?:Signature=|X-Amz-Signature(?:=|%3D)|x-amz-signature\\*[\"']?: ?\\*[\"']?)"
        r"(?P<value>[0-9a-f]{64})",
        ("[Ss]ignature(?:=|%3D|\\\\*[\"']?: ?\\\\*[\"']?)[0-9a-f]{16}",),
        rank=Rank.SHAPE,
        matches=(
            f"AWS4-HMAC-SHA256 Credential=jo, SignedHeaders=host, Signature=‹{made(64, HEX)}›",
            f"https://b.example/k?X-Amz-Expires=60&X-Amz-Signature=‹{made(64, HEX, 'x')}›",
        ),
        misses=("X-Amz-Signature=none", f"sha256={made(64, HEX)}"),
    ),
    entry(
        "header_key",
        "Key or token in a header of its own",
        rf"{_OWN_HEADER}\\*[\"']?\s*(?:=>|[:=,])\s*\[?\\*[\"']?(?:(?i:sha256|v0|v1|t=\d+,v1)=)?"
        r"(?P<value>[^\s\"',;{}]{12,})",
        (rf"{_OWN_HEADER}\\*[\"']?\s*(?:=>|[:=,])\s*\[?\\*[\"']?[^\s\"']",),
        within=secrets_checks.flag_key,
        rank=Rank.NAMED + 2,
        matches=(
            f"X-Gateway-Key: ‹{made(32)}›",
            f'"private-token": ["‹{made(20, seed="h")}›"]',
            f"X-Hub-Signature-256: sha256=‹{made(64, HEX)}›",
        ),
        misses=("X-Routing-Key: order-service-v2", "api-key: missing"),
    ),
    entry(
        "session_cookie",
        "Session in a cookie",
        r"(?i:[\w.-]*(?:sess(?:ion)?(?:_?id)?|sid|jsessionid|phpsessid|asp\.net_sessionid"
        r"|aspxauth|auth|token|csrf|xsrf|jwt|remember_?me|laravel_session|connect\.sid"
        r"|identity|sso|login|ticket|credential)[\w.-]*)"
        r"=(?P<value>[0-9A-Za-z%+/=_.:!|~-]{12,})",
        (
            r"(?i:cookies?\d?\\*[\"']?\]?\s*(?:[:=,|>(\[]|is\s|to\s|\\*[\"']))",
            r"(?i:; ?(?:secure|httponly|samesite|path=/))",
            r"(?:-b|--cookie)[ =]\\*[\"']?[\w.-]+=",
            r"(?i:remember_?me=)",
            r"(?i:jsessionid|phpsessid|sessionid|connect\.sid|_session|aspxauth|csrftoken|xsrf-token)=",
        ),
        check=secrets_checks.is_session,
        rank=Rank.NAMED + 1,
        confidence=0.85,
        matches=(
            f"Set-Cookie: sid=‹{made(32)}›; Path=/",
            f"Cookie: theme=dark; JSESSIONID=‹{made(32, '0123456789ABCDEF')}›",
            f'"cookie": "_orders_session=‹{made(60)}%3D%3D›"',
            f"curl -b 'theme=dark; sid=‹{made(26, LOWER)}›' https://h.example",
            f'invalid Set cookie "sid=‹{made(32)}›; Secure"',
        ),
        misses=("Set-Cookie: sid=deleted; Path=/", "Cookie: theme=dark; lang=en"),
    ),
)

ADDRESSES: Final[tuple[Kind, ...]] = (
    _password(
        "url_password",
        "Password in an address",
        r"(?i:[a-z][a-z0-9+.-]{1,20}:(?:\\*/){2})[^\s/\"'<>@:,;()\\]{0,64}:(?P<value>"
        r"[^\s/\"'<>@\\]+(?:@[^\s/\"'<>@\\?#&=.,;:]+)?)@[\w\[.-]",
        (r"://[^\s/\"'<>@:]*:[^\s/\"'<>@]+@", r":\\/\\/[^\s/\"'<>@:]*:[^\s/\"'<>@]+@"),
        check=secrets_checks.is_in_address,
        rank=Rank.CONTAINER - 2,
        confidence=0.95,
        matches=(
            "https://jo:‹k3ttle›@example.com/x",
            "amqp://jo:‹blue%40kettle›@mq:5672/v",
            "smtp://:‹kettle›@mail.example:25",
            "ftp://jo:‹ket@tle9›@files.example/",
        ),
        misses=(
            "https://jo@example.com/",
            "http://example.com:80/a@b",
            "https://jo:${PW}@example.com",
            "ssh://git@h:22/x",
        ),
    ),
    entry(
        "url_token_user",
        "Token in place of a user in an address",
        r"(?i:https?|git\+https|wss?)://(?P<value>[0-9A-Za-z_.~-]{20,})(?::(?:x-oauth-basic|x)?)?@[\w.-]",
        (r"://[0-9A-Za-z_.~-]{20,}(?::(?:x-oauth-basic|x)?)?@",),
        check=lambda value: is_key(value) and is_random(value),
        rank=Rank.CONTAINER - 3,
        matches=(
            f"https://‹{made(40)}›@git.example/x.git",
            f"https://‹{made(40, HEX)}›:x-oauth-basic@git.example/x",
        ),
        misses=("https://some-long-user-name-here@example.com", "https://jo@example.com"),
    ),
    entry(
        "url_parameter",
        "Secret among the parameters of an address",
        rf"(?:[?&;#]|&amp;|%26|%3F|\\u0026){_PARAMETER}(?:="
        rf"|%3D)(?P<value>[0-9A-Za-z%+/=_.~:!-]{{8,}})",
        (rf"(?:[?&;#]|%26|%3F|\\u0026){_PARAMETER}(?:=|%3D)[0-9A-Za-z%+/_-]",),
        check=secrets_checks.is_parameter,
        rank=Rank.NAMED + 1,
        confidence=0.85,
        matches=(
            f"GET /a?token=‹{made(24)}›&b=1 HTTP/1.1",
            f"https://b.example/o?X-Goog-Signature=‹{made(256, HEX)}›",
            f"/callback?state=s&code=‹{made(30, seed='c')}›",
        ),
        misses=("/a?token=expired", "?key=customer_id", "?code=404&b=1", "/a?code=california-north"),
    ),
    entry(
        "totp_secret",
        "Secret of one-time passwords (otpauth)",
        r"(?i:otpauth://[^\s\"'<>]*?[?&]secret=)(?P<value>[A-Za-z2-7]{12,}=*)",
        ("(?i:otpauth://)",),
        rank=Rank.SHAPE,
        matches=(
            "otpauth://totp/Shop:jo?secret=‹KRUGS4ZANFZSA3TPORSQ›&issuer=Shop",
            "otpauth://hotp/x?issuer=a&secret=‹MFRGGZDFMZTWQ2LKNNWG23TP›",
        ),
        misses=("otpauth://totp/Shop:jo", "otpauth://totp/x?secret=&issuer=a"),
    ),
    entry(
        "totp_secret",
        "Secret of one-time passwords, by its name",
        r"(?i:(?:totp|otp|mfa|2fa|two_?factor|authenticator)[_ -]?(?:secret|seed|key)"
        r"|secret_?base32"
        r"|base32_?secret)\\*[\"']?\s*[:=]\s*\\*[\"']?(?P<value>[A-Z2-7]{16,64}=*)",
        (
            r"(?i:(?:totp|otp|mfa|2fa|two_?factor|authenticator)[_ -]?(?:secret|seed|key)"
            r"|base32)\\*[\"']?\s*[:=]",
        ),
        rank=Rank.NAMED + 5,
        not_before="0-9A-Za-z",
        matches=("totp_secret=‹KRUGS4ZANFZSA3TPORSQ›", '"mfaSecret": "‹MFRGGZDFMZTWQ2LKNNWG23TP›"'),
        misses=("totp_secret=none", "otp key: ABC"),
    ),
)

COMMANDS: Final[tuple[Kind, ...]] = (
    _password(
        "password_flag",
        "Password as an option of a command",
        _flag(_FLAG_OF_WORDS),
        (_flag_hint(_FLAG_OF_WORDS), f"^{_flag_hint(_FLAG_OF_WORDS)[_LEAD:]}"),
        within=secrets_checks.flag_password,
        confidence=0.8,
        matches=(
            "run --password ‹k3ttle›",
            "deploy --db-pass '‹blue kettle›' --now",
            "['--password', '‹k3ttle›']",
            "keytool -storepass ‹k3ttle› -list",
        ),
        misses=("--password-file /run/x", "use --password to set one", "--pass=${PW}", "--password -u jo"),
    ),
    entry(
        "secret_flag",
        "Key or token as an option of a command",
        _flag(_FLAG_OF_KEYS),
        (_flag_hint(_FLAG_OF_KEYS), f"^{_flag_hint(_FLAG_OF_KEYS)[_LEAD:]}"),
        within=secrets_checks.flag_key,
        rank=Rank.NAMED - 1,
        confidence=0.8,
        matches=(
            f"run --token ‹{made(32)}› now",
            f"--api-key=‹{made(32, HEX)}›",
            f'["--client-secret", "‹{made(40)}›"]',
        ),
        misses=("--token-ttl 24h", "pass --token to log in", "--key order-service-v2"),
    ),
    _password(
        "mysql_cli_password",
        "Password glued to the option of a command",
        rf"{_COMMAND}(?:mysql|mysqldump|mysqladmin|mysqlimport|mariadb|mariadb-dump|7z|7za"
        r"|unrar|rar|sshpass|mysqlbinlog|xtrabackup)\s(?:[^"
        rf"|;&\n]{{0,200}}?\s)?-p(?P<value>[^\s\"'|;&][^\s\"'|;]*)",
        (r"(?:mysql\w*|mariadb[\w-]*|7za?|rar|sshpass|xtrabackup)\s[^\n|;&]*?-p",),
        check=is_password,
        matches=("mysql -u root -p‹k3ttle› orders", "7z a -p‹kettle› x.7z x", "sshpass -p‹k3ttle› ssh jo@h"),
        misses=("mysql -u root -p", "mysql -u root -p -h db", "mysql -p$PASSWORD"),
    ),
    _password(
        "cli_password",
        "Password as the short option of a command",
        rf"{_COMMAND}(?:(?:sshpass|(?:docker|podman|buildah|skopeo|helm|az|oc|cf|nerdctl"
        rf"|crane)\s(?:[^|;&\n]{{0,60}}?\s)?login|mongo|mongosh|mongodump|clickhouse-client"
        r"|sqlcmd|bcp|isql|kafkacat|az|oc|rabbitmqadmin|ipmitool|snmpwalk|xfreerdp"
        rf"|psexec)\s(?:[^|;&\n]{{0,200}}?\s)?-[pP]"
        rf"|redis-cli\s(?:[^|;&\n]{{0,200}}?\s)?-a|ldap(?:search|modify|add|passwd|whoami"
        rf"|delete)\s(?:[^|;&\n]{{0,200}}?\s)?-w|(?:un)?zip\s(?:[^"
        rf"|;&\n]{{0,100}}?\s)?-P)\s+[\"']?(?P<value>[^\s\"'$-][^\s\"']*)",
        (
            r"(?:sshpass|login|mongo\w*|clickhouse-client|sqlcmd|bcp|isql|kafkacat|rabbitmqadmin"
            r"|ipmitool|snmpwalk|xfreerdp|psexec|zip|oc|az)\s[^\n|;&]*-[pP]\s",
            r"(?:redis-cli|ldap[a-z]+)\s[^\n|;&]*-[aw]\s",
        ),
        check=lambda value: is_password(value) and not (value.isdigit() and len(value) < _DIGITS),
        matches=(
            "sshpass -p ‹k3ttle› ssh jo@h",
            "docker login -u jo -p ‹k3ttle› r.example",
            "redis-cli -h r -a '‹kettle›' ping",
            "ldapsearch -D cn=jo -w ‹k3ttle› -b x",
        ),
        misses=("docker run -p 8080:80 x", "mongo -p 27017", "redis-cli -h r ping"),
    ),
    _password(
        "curl_user_password",
        "User and password as the option of a command",
        rf"{_COMMAND}(?:curl|http|https|xh|wget|ab|smbclient|hey|siege)\s(?:[^"
        rf"|;\n]{{0,300}}?\s)?(?:-u|--user|--proxy-user|-U|-a"
        rf"|--auth)[ =]?\s*[\"']?[^\s:\"'%]{{1,64}}[:%](?P<value>[^\s\"']+)",
        (
            r"(?:curl|https?|xh|wget|ab|smbclient|hey|siege)\s[^\n|;]*(?:-u|-U|-a|--user"
            r"|--proxy-user|--auth)[ =]?\s*[\"']?[^\s:\"'%]+[:%]",
        ),
        check=is_password,
        matches=(
            "curl -u jo:‹k3ttle› https://h.example",
            "curl -s --user 'jo:‹kettle›' h",
            "smbclient //h/s -U jo%‹k3ttle›",
        ),
        misses=("curl -u jo https://h.example", "curl -u jo:$PW h.example"),
    ),
    _password(
        "piped_password",
        "Password that a command hands to another",
        r"echo (?:-n )?(?:-e )?[\"']?(?:(?P<value1>[^\s\"'|]+)[\"']? ?\| ?(?:sudo -\w*S"
        r"|docker login|su\b|kinit|passwd)|[\w.-]+:(?P<value2>[^\s\"'"
        r"|]+)[\"']? ?\| ?(?:sudo )?chpasswd)|openssl [^|;\n]{0,200}?-pass(?:in"
        r"|out)? pass:(?P<value3>[^\s\"']+)|(?i:net use [^"
        r"|;\n]{0,100}?/user:\S+ )(?P<value4>[^\s\"'/]\S*)"
        r"|htpasswd -\w*b\w* \S+ \S+ [\"']?(?P<value5>[^\s\"']+)",
        (
            r"\| ?(?:sudo|docker login|su|kinit|passwd|chpasswd)",
            r"-pass(?:in|out)? pass:",
            r"(?i:net use )",
            r"htpasswd -\w*b",
        ),
        check=is_password,
        matches=(
            "echo ‹k3ttle› | sudo -S reboot",
            "echo 'jo:‹kettle›' | chpasswd",
            "openssl rsa -passin pass:‹k3ttle› -in k",
            "htpasswd -bc users jo ‹k3ttle›",
        ),
        misses=("echo hello | sudo tee x", "echo $PW | sudo -S reboot", "openssl rsa -passin env:PW"),
    ),
    _password(
        "powershell_password",
        "Password in a command of PowerShell",
        r"(?i:ConvertTo-SecureString)\s+(?:-\w+\s+)*[\"'](?P<value>[^\"'\n]+)[\"']",
        ("(?i:ConvertTo-SecureString)",),
        check=is_password,
        matches=(
            "ConvertTo-SecureString '‹k3ttle›' -AsPlainText -Force",
            'ConvertTo-SecureString -String "‹blue kettle›"',
        ),
        misses=("ConvertTo-SecureString $pw -AsPlainText", "ConvertTo-SecureString -String $env:PW"),
    ),
    _password(
        "ftp_password",
        "Password in a command of FTP or POP3",
        r"(?:^|[\s\"'<>\]:])PASS (?:(?P<value1>[^\s\"'<>/\\]+)(?:\\+[rn]|[\"'<>]|\s*$)"
        r"|(?P<value2>[0-9A-Za-z]{10,})(?:\s|$))",
        (r"PASS [^\s\"'<>/\\]+(?:\\+[rn]|[\"'<>]|\s*$)", r"PASS [0-9A-Za-z]{10}"),
        check=secrets_checks.is_sent,
        confidence=0.6,
        matches=("> PASS ‹k3ttle›", '"msg":"PASS ‹Barcelona›"'),
        misses=("PASS src/kettle.test.js", "PASS", "PASS kettle.js", "--- PASS: TestKettle (0.00s)"),
    ),
    _password(
        "netrc_password",
        "Password in a file of machines",
        r"machine\s+\S+\s+login\s+\S+\s+password\s+(?P<value>\S+)",
        (r"machine\s+\S+\s+login\s",),
        check=is_password,
        matches=("machine h.example login jo password ‹k3ttle›", "machine h\n login jo\n password ‹kettle›"),
        misses=("machine learning login", "machine h login jo"),
    ),
    _password(
        "pgpass_entry",
        "Password in a line of .pgpass",
        r"(?:^|[\s\"'`])(?:[\w.-]+|\*):(?:\d{4,5}|\*):(?:[\w-]+|\*):[\w.-]+:(?P<value>[^\s:\"']{3,})",
        (r"(?:[\w.-]|\*):(?:5432|5433|6432|6543|\*):(?:[\w-]+|\*):[\w.-]+:",),
        check=is_strong,
        confidence=0.8,
        matches=("db.example:5432:orders:jo:‹k3ttle›", "\n*:5432:*:jo:‹Blue-9›\n"),
        misses=("db:5432:orders", "10:5432:1:2:34"),
    ),
    _password(
        "login_pair",
        "User and password in one breath",
        r"(?i:(?:log(?:ged|ging)?[ -]?in|sign(?:ed|ing)?[ -]?in|authenticat(?:e|ed|ing)"
        r"|connect(?:ed|ing)?) (?:as|with|using)(?: user)?|credentials?(?: are| is)?[:=]?"
        r"|(?:log[ -]?in|auth(?:entication)?) (?:failed|failure|attempt|error|rejected|denied)"
        r" (?:for|by|with|from)(?: user)?"
        r"|creds[:=]?|logins?[:=]|user/pass(?:word)?[:=]?|user:pass[:=]?)\s+[\"']?"
        r"[\w.@+-]{2,64}[\"']?(?:\s*/\s*|:|\s+/\s+)[\"']?(?P<value>[^\s\"',]{4,})",
        (
            r"(?i:(?:as|with|using|user|for|by|from|credentials?|are|is|creds|logins?"
            r"|pass(?:word)?)[:=]?\s+)[\"']?[\w.@+-]+[\"']?(?:\s*/\s*|:)[\"']?[^\s\"'/]{4}",
        ),
        within=secrets_checks.bare_pair,
        confidence=0.65,
        matches=(
            "login as jo / ‹k3ttle!› failed",
            "credentials: jo:‹Blue#9x›",
            "logged in with jo@example.com:‹K3ttle-9›.",
            "auth failed for jo:‹k3ttle9›",
        ),
        misses=(
            "connecting as jo / orders",
            "credentials: user/password",
            "connected with db:5432",
            "authenticate with 2c:83:36:fa:1f:f9",
            "login as jo at 10:45",
        ),
    ),
)

CONNECTIONS: Final[tuple[Kind, ...]] = (
    entry(
        "go_data_source",
        "User and password of a database, as drivers of Go write them",
        rf"{EDGE}(?P<value>[\w.%-]+:[^\s\"'@/]+(?:@[^\s\"'@/(]+)?@(?:tcp6?|unix"
        r"|udp)\([^\s()]*\)/?[^\s\"',<>]*)",
        (r"@(?:tcp6?|unix|udp)\(",),
        mask=masks.DATABASE_URL,
        family="database_url",
        rank=Rank.CONTAINER,
        matches=(
            "dsn ‹jo:k3ttle@tcp(db:3306)/shop?parseTime=true› opened",
            '"‹jo:ket@tle@unix(/run/db.sock)/shop›"',
        ),
        misses=("jo@tcp(db:3306)/shop", "listening @tcp(8080)"),
    ),
    _password(
        "jaas_password",
        "Password in the settings of a login module (Kafka)",
        r"LoginModule\s+(?:required|requisite|sufficient"
        r"|optional)[^;\n]*?\bpassword\s*=\s*\\*[\"']?(?P<value>[^\s\"';\\]+)",
        ("LoginModule",),
        check=is_password,
        rank=Rank.NAMED + 6,
        matches=(
            'ScramLoginModule required username="jo" password="‹k3ttle›";',
            "PlainLoginModule required username=jo password=‹blue9›;",
        ),
        misses=('PlainLoginModule required username="jo";', "LoginModule required"),
    ),
    _password(
        "connection_password",
        "Password with blanks in a connection string",
        r"[A-Za-z] ?=[^;=\n]*; ?(?i:password|pwd) ?= ?(?P<value>[^;\"'\s][^;\"'\n]* [^;\"'\n]*)(?:;|[\"'])",
        (r"; ?(?i:password|pwd) ?= ?[^;\"'\s]+ ",),
        check=is_password,
        matches=(
            "Server=db;User Id=sa;Password=‹blue kettle 9›;Encrypt=true",
            '"Server=db;Uid=sa;Pwd=‹blue kettle›"',
        ),
        misses=("a=1; password=${PW} x;", "Server=db; password= ; x"),
    ),
    _password(
        "oracle_connect_string",
        "User and password of Oracle",
        r"(?:jdbc:oracle:\w+:|sqlplus(?: -\w+)* |exp(?:dp)? |imp(?:dp)? "
        r"|rman target )[\"']?[\w$#]{1,30}/(?P<value>[^\s@\"'/]+)@",
        (r"jdbc:oracle:", r"(?:sqlplus|exp(?:dp)?|imp(?:dp)?|rman target) "),
        check=is_password,
        rank=Rank.CONTAINER + 1,
        matches=("jdbc:oracle:thin:jo/‹k3ttle›@//db:1521/x", "sqlplus jo/‹kettle›@orders"),
        misses=("jdbc:oracle:thin:@//db:1521/x", "sqlplus /nolog"),
    ),
    entry(
        "kubernetes_secret",
        "Value in a Secret of Kubernetes",
        r"kind\\*[\"']?:\s*\\*[\"']?Secret\b[^-]*?(?:[^-]|-[^-])*?\b(?:data"
        r"|stringData)\\*[\"']?:\s*\{?\s*(?:\\n\s*)?\\*[\"']?[\w.-]+\\*[\"']?:\s*\\*"
        r"[\"']?(?P<value>[^\s\"'\\,}]{4,})",
        (r"kind\\*[\"']?:\s*\\*[\"']?Secret",),
        rank=Rank.NAMED,
        check=lambda value: not secrets_checks.is_place(value),
        matches=(
            "kind: Secret\nmetadata:\n  name: x\ndata:\n  dsn: ‹azN0dGxlLWJsdWU=›",
            '{"kind":"Secret","data":{"dsn":"‹azN0dGxlLWJsdWU=›"}}',
        ),
        misses=("kind: SecretStore", "kind: Secret\nmetadata:\n  name: x"),
    ),
    entry(
        "kubernetes_bootstrap_token",
        "Token that joins a node to a cluster",
        r"(?i:--token|--discovery-token|bootstrap[_-]?token"
        r"|kubeadm join [^\n]{0,80}--token)\s*[=: ]\s*\\*[\"']?(?P<value>[a-z0-9]{6}\."
        r"[a-z0-9]{16})",
        (r"(?i:--token|--discovery-token|bootstrap[_-]?token)",),
        not_before="0-9A-Za-z",
        rank=Rank.NAMED + 10,
        matches=(
            "kubeadm join h:6443 --token ‹a1b2c3.k3ttl3blu3q9w2e4›",
            "bootstrap_token: ‹z9y8x7.q1w2e3r4t5y6u7i8›",
        ),
        misses=("--token-ttl 24h", "bootstrap-token: none"),
    ),
    entry(
        "kubeconfig_key",
        "Key of a client in a configuration of Kubernetes",
        r"client-key-data\\*[\"']?\s*[:=]\s*\\*[\"']?(?P<value>[0-9A-Za-z+/]{40,}={0,2})",
        ("client-key-data",),
        mask=masks.PRIVATE_KEY,
        family="private_key",
        rank=Rank.SHAPE,
        matches=(f"client-key-data: ‹{made(120, ALNUM)}==›", f'"client-key-data":"‹{made(80, ALNUM)}›"'),
        misses=(f"client-certificate-data: {made(120)}", "client-key-data: none"),
    ),
    entry(
        "swarm_join_token",
        "Token that joins a node to a swarm",
        rf"{EDGE}(?P<value>SWMTKN-1-[0-9a-z]{{50}}-[0-9a-z]{{25}})",
        ("SWMTKN-",),
        matches=(
            f"docker swarm join --token ‹SWMTKN-1-{made(50, LOWER)}-{made(25, LOWER)}›",
            f"token ‹SWMTKN-1-{made(50, LOWER, 's')}-{made(25, LOWER, 's')}› made",
        ),
        misses=("SWMTKN-1-short",),
    ),
)

TOKENS: Final[tuple[Kind, ...]] = (
    entry(
        "jwe_token",
        "Encrypted JSON Web Token (RFC 7516)",
        EDGE + r"(?P<value>eyJ[\w-]{8,}\.[\w-]*\.[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,})",
        ("eyJ",),
        mask=masks.JWT,
        family="jwt",
        rank=Rank.CONTAINER,
        matches=(
            f"token ‹eyJ{made(40)}.{made(60)}.{made(16)}.{made(60, seed='j')}.{made(22)}› used",
            f'"‹eyJ{made(40)}..{made(16)}.{made(60)}.{made(22)}›"',
        ),
        misses=("eyJhbGciOi9.a.b",),
    ),
    entry(
        "jwt_part",
        "JSON Web Token that was cut, or its header and claims alone",
        EDGE + r"(?P<value>eyJ[0-9A-Za-z_-]{15,}\.eyJ[0-9A-Za-z_-]{10,}\.?[0-9A-Za-z_-]*)",
        (r"eyJ[0-9A-Za-z_-]{15,}\.eyJ",),
        mask=masks.JWT,
        family="jwt",
        rank=Rank.CONTAINER - 2,
        matches=(f"cut ‹eyJ{made(33)}.eyJ{made(50)}›", f'"‹eyJ{made(33)}.eyJ{made(50)}.›"'),
        misses=("eyJhbGciOi9.eyJ", "eyJ" + made(40)),
    ),
    entry(
        "paseto_token",
        "Token by platform-agnostic rules (PASETO)",
        rf"{EDGE}(?P<value>v[1-4]\.(?:local|public)\.[0-9A-Za-z_-]{{40,}}(?:\.[0-9A-Za-z_-]+)?)",
        (r"v[1-4]\.(?:local|public)\.",),
        mask=masks.JWT,
        family="jwt",
        rank=Rank.CONTAINER,
        matches=(f"‹v4.local.{made(120)}›", f"token ‹v2.public.{made(150)}.{made(20)}›"),
        misses=("v4.local.host", "v1.public.api"),
    ),
    entry(
        "saml_assertion",
        "Assertion in an answer of SAML",
        r"(?i:SAMLResponse|SAMLRequest)\\*[\"']?\s*[=:]\s*\\*[\"']?(?P<value>[0-9A-Za-z%+/=]{60,})",
        (r"SAMLRe(?:sponse|quest)",),
        rank=Rank.NAMED + 10,
        matches=(
            f"SAMLResponse=‹PHNhbWxw{made(200)}%3D›&RelayState=x",
            f'"SAMLResponse": "‹PHNhbWxw{made(120)}›"',
        ),
        misses=("SAMLResponse is missing", "SAMLResponse=short"),
    ),
)

WEB: Final = (*HEADERS, *ADDRESSES, *COMMANDS, *CONNECTIONS, *TOKENS)
