"""Keys themselves: in hexadecimal digits, in bytes, in base64, in blocks, by what they are called."""

from typing import Final

from security.detectors import secrets_checks as checks
from security.detectors.kind import Kind, Rank
from security.detectors.secrets_forms import HEX, LOWER, UUID, entry, made, made_uuid

_HEX_KEY: Final = r"[0-9a-fA-F]{32,128}"
_BASE64_KEY: Final = r"[0-9A-Za-z+/]{30,172}={0,2}"
_END: Final = "0-9A-Za-z_+/"

MATERIAL: Final[tuple[Kind, ...]] = (
    entry(
        "encryption_key",
        "Key of a cipher that is named before it",
        rf"(?i:\b(?:aes|des3?|3des|chacha20|camellia|blowfish|sm4|xts|gcm|cbc|hmac|openssl enc|dek|kek"
        rf"|pbkdf2)[\w-]*)[^\n]{{0,40}}?"
        rf"(?:\b(?i:key)\\*[\"']?\s?[:=]\s?\\*[\"']?|\s-K\s)(?:0x)?(?P<value>{_HEX_KEY})",
        (r"(?:\b(?i:key)\\*[\"']?\s?[:=]\s?\\*[\"']?|\s-K\s)(?:0x)?[0-9a-fA-F]{32}",),
        not_before=_END,
        check=checks.is_random,
        rank=Rank.NAMED,
        matches=(
            f"aes-256-cbc key=‹{made(64, HEX)}› iv={made(32, HEX, 'iv')}",
            f"openssl enc -aes-128-cbc -K ‹{made(32, HEX)}› -iv 0",
        ),
        misses=(f"cache key={made(32, HEX)}", "aes key=none"),
    ),
    entry(
        "encryption_key",
        "Bytes of a key, one after the other",
        r"(?i:key|secret|psk|seed|passphrase)(?i:[ _-]?(?:bytes|material|hex|data|raw"
        r"|dump))?\\*[\"']?\s?[:=]\s?[\[{(\"']?\s?"
        r"(?P<value>(?:[0-9a-fA-F]{2}[ :]){15,127}[0-9a-fA-F]{2}"
        r"|(?:0x[0-9a-fA-F]{1,2},\s?){15,127}0x[0-9a-fA-F]{1,2}"
        r"|(?:\d{1,3},\s?){15,127}\d{1,3})",
        (
            r"(?i:key|secret|psk|seed|passphrase)(?i:[ _-]?(?:bytes|material|hex|data|raw"
            r"|dump))?\\*[\"']?\s?[:=]\s?"
            r"[\[{(\"']?\s?(?:[0-9a-fA-F]{2}[ :][0-9a-fA-F]{2}[ :]|0x[0-9a-fA-F]{1,2},"
            r"|\d{1,3},\s?\d{1,3},\s?\d{1,3},)",
        ),
        not_before=r"\w",
        check=lambda value: len(set(value.replace(",", " ").replace(":", " ").split())) > _FEW_BYTES,
        rank=Rank.NAMED,
        matches=(
            "key bytes: ‹fd f6 7e 17 1c d6 56 70 b6 f4 08 ad eb 08 4e f1› (128 bit)",
            "key: [‹0x9, 0xda, 0x41, 0xcd, 0x2, 0x1, 0x8, 0xdb, 0x1, 0x4, 0xa, 0x7, 0x70, 0xb, 0x3, 0xc›]",
        ),
        misses=("public key: none", "key: 00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00", "key: 10, 20"),
    ),
    entry(
        "encryption_key",
        "Key of data in clear, as a service of keys gives it",
        rf"(?i:\bplaintext)\\*[\"']?\s?[:=]\s?\\*[\"']?(?P<value>{_BASE64_KEY})",
        (r"(?i:\bplaintext)\\*[\"']?\s?[:=]\s?\\*[\"']?[0-9A-Za-z+/]{16}",),
        not_before=_END,
        check=lambda value: checks.is_random(value) and any(map(str.isdigit, value)),
        rank=Rank.NAMED,
        matches=(
            f"data-encryption-key (dek) plaintext=‹{made(43)}=›",
            f'"Plaintext": "‹{made(43, seed="p")}=›"',
        ),
        misses=("plaintext=Thequickbrownfoxjumpsoverthelazydogagain", 'plaintext: "none"'),
    ),
    entry(
        "encryption_key",
        "Key with which members join a cluster",
        r"(?i:certificate[-_ ]key)(?:\\*[\"']?\s?[:=]\s?\\*[\"']?|\s)(?P<value>[0-9a-f]{64})",
        (r"(?i:certificate[-_ ]key)(?:\\*[\"']?\s?[:=]\s?\\*[\"']?|\s)[0-9a-f]{16}",),
        not_before=_END,
        rank=Rank.NAMED,
        matches=(
            f"certificate-key: ‹{made(64, HEX)}›",
            f"kubeadm join --certificate-key ‹{made(64, HEX, 'k')}›",
        ),
        misses=("certificate-key: missing", f"certificate {made(64, HEX)}"),
    ),
    entry(
        "private_key",
        "Static key of OpenVPN",
        r"-----BEGIN OpenVPN (?:tls-crypt-v2 \w+|Static) key(?: V1)?-----(?:\\+[rn]"
        r"|\s)*(?P<value>[0-9A-Za-z+/=\s\\]+?)"
        r"(?:\\+[rn]|\s)*-----END",
        (r"-----BEGIN OpenVPN ",),
        rank=Rank.CONTAINER,
        matches=(
            f"-----BEGIN OpenVPN Static key V1-----\n‹{made(32, HEX)}\n{made(32, HEX, 'b')}›\n-----END Open",
            f"-----BEGIN OpenVPN Static key V1-----\\n‹{made(64, HEX)}›\\n-----END OpenVPN Static key V1--",
        ),
        misses=("-----BEGIN OpenVPN log", "-----BEGIN OpenVPN Static key V1-----"),
    ),
    entry(
        "encryption_key",
        "Key of a client of Ceph",
        rf"\[client\.[\w.-]+\]\s+key\s?=\s?(?P<value>{_BASE64_KEY})",
        (r"\[client\.[\w.-]+\]\s+key\s?=",),
        check=checks.is_random,
        rank=Rank.NAMED,
        matches=(f"[client.admin] key = ‹{made(38)}==›", f"[client.jo]\n\tkey = ‹{made(38, seed='c')}==›\n"),
        misses=("[client.admin] caps mon", "[client.admin] key = none"),
    ),
    entry(
        "encryption_key",
        "Key that both sides have, in hexadecimal digits",
        rf"\b(?:PSK|psk|[Pp]re-?[Ss]hared[ _-]?[Kk]ey)\\*[\"']?\s?[:=]?\s?\\*[\"']?"
        rf"(?:0x)?(?P<value>{_HEX_KEY})",
        (r"\b(?:PSK|psk|[Pp]re-?[Ss]hared[ _-]?[Kk]ey)\\*[\"']?\s?[:=]?\s?\\*[\"']?(?:0x)?[0-9a-fA-F]{16}",),
        not_before=_END,
        check=checks.is_random,
        rank=Rank.NAMED,
        matches=(f"zabbix PSK ‹{made(64, HEX)}›", f"psk: ‹{made(32, HEX)}›"),
        misses=("PSK identity 1", f"PSKs {made(32, HEX)}"),
    ),
    entry(
        "generic_token",
        "Token that was made for somebody, as a message says",
        r"(?i:\b(?:token|api key|secret|access key))(?i: (?:was|has been|is))?(?i: successfully)?"
        r"(?: (?i:created|generated|issued|registered))?(?i: successfully)?(?i: (?:for"
        r"|of) [\"']?[\w.@-]+[\"']?)?"
        r"\s?:\s(?P<value>[0-9A-Za-z_.-]{20,})",
        (
            r"(?i:created|generated|issued|registered)(?i: successfully)?(?i: (?:for"
            r"|of) \S+)?\s?:\s[0-9A-Za-z_.-]{20}",
            r"(?i:token|key|secret) (?i:for|of) [\"']?[\w.@-]+[\"']?\s?:\s[0-9A-Za-z_.-]{20}",
        ),
        not_before=_END,
        check=checks.is_random,
        confidence=0.86,
        rank=Rank.NAMED,
        matches=(
            f"Access token was successfully created: ‹{made(40, HEX)}›",
            f"jenkins API token for 'ci': ‹{made(34, HEX)}›",
        ),
        misses=("token created: see-the-mail-that-was-sent", "token for 'ci': expired"),
    ),
    entry(
        "generic_token",
        "Token of who may do everything, in digits",
        r"(?i:super ?user)(?i: authentication)? (?i:token)\W{1,3}(?P<value>\d{10,20})",
        (r"(?i:super ?user)(?i: authentication)? (?i:token)",),
        not_before=r"\w",
        rank=Rank.NAMED,
        matches=(
            "superuser authentication token: ‹6187379772291053697›",
            "Super user token '‹4187379772291053697›'",
        ),
        misses=("super user token expired", "superuser token: 12"),
    ),
    entry(
        "private_key",
        "Private key in hexadecimal digits",
        r"(?i:\bpriv(?:ate)?[ _-]?key|\bsecret[ _-]?key|\bsk|\bmaster[ _-]?seed"
        r"|\bwallet[ _-]?key)(?i:[ _-]?\(?(?:hex|raw)\)?)?"
        r"(?:\\*[\"']?\s?[:=]\s?\\*[\"']?|\s(?:is\s)?)(?P<value>(?:0x)?[0-9a-fA-F]{64})"
        r"|\baccounts\\*[\"']?\s?[:=]\s?\[\s?\\*[\"'](?P<value2>0x[0-9a-fA-F]{64})",
        (
            r"(?i:priv(?:ate)?[ _-]?key|secret[ _-]?key|\bsk|[ _-]?seed"
            r"|wallet[ _-]?key)(?i:[ _-]?\(?(?:hex|raw)\)?)?"
            r"(?:\\*[\"']?\s?[:=]\s?\\*[\"']?|\s(?:is\s)?)(?:0x)?[0-9a-fA-F]{16}",
            r"\baccounts\\*[\"']?\s?[:=]\s?\[\s?\\*[\"']0x[0-9a-fA-F]{16}",
        ),
        not_before=_END,
        check=checks.is_random,
        rank=Rank.NAMED + 1,
        matches=(
            f"private key hex: ‹0x{made(64, HEX)}›",
            f'hardhat accounts: ["‹0x{made(64, HEX, "h")}›"]',
        ),
        misses=(f"public key hex: 0x{made(64, HEX)}", "private key: missing"),
    ),
    entry(
        "encryption_key",
        "Key of a session that was agreed on, in hexadecimal digits",
        rf"(?i:\b(?:session|service|tgs|tgt|kerberos|long[- ]term|master|base|derived|traffic|handshake"
        rf"|storage|root|wrapping"
        rf"|content|link|network|install|pairing"
        rf"|identity)[ _-]key)(?: \([\w-]+\))?\\*[\"']?\s?[:=]\s?\\*[\"']?(?:0x)?(?P<value>{_HEX_KEY})",
        (
            r"(?i:session|service|tgs|tgt|kerberos|long[- ]term|master|base|derived|traffic|handshake"
            r"|storage|root|wrapping"
            r"|content|link|network|install|pairing"
            r"|identity)(?i:[ _-]key)(?: \([\w-]+\))?\\*[\"']?\s?[:=]\s?\\*[\"']?(?:0x)?[0-9a-fA-F]{16}",
        ),
        not_before=_END,
        check=checks.is_random,
        rank=Rank.NAMED,
        matches=(
            f"kerberos session key (aes256): ‹{made(64, HEX)}›",
            f'master_key: "‹{made(32, HEX)}›"',
        ),
        misses=("session key: none", f"session key id: {made(32, HEX)}"),
    ),
    entry(
        "encryption_key",
        "Secret in a log of keys of TLS",
        r"\b(?:CLIENT_RANDOM|(?:CLIENT|SERVER)_(?:HANDSHAKE_)?TRAFFIC_SECRET(?:_\d+)?"
        r"|(?:EARLY_)?EXPORTER_SECRET"
        r"|CLIENT_EARLY_TRAFFIC_SECRET)\s+[0-9a-fA-F]{64}\s+(?P<value>[0-9a-fA-F]{64,96})",
        (r"\b(?:CLIENT_RANDOM|TRAFFIC_SECRET|EXPORTER_SECRET|(?:CLIENT|SERVER)_\w*TRAFFIC_SECRET)",),
        rank=Rank.NAMED + 1,
        matches=(
            f"CLIENT_RANDOM {made(64, HEX)} ‹{made(96, HEX)}›",
            f"SERVER_TRAFFIC_SECRET_0 {made(64, HEX)} ‹{made(64, HEX, 't')}›",
        ),
        misses=("CLIENT_RANDOM missing", f"CLIENT_RANDOM {made(64, HEX)}"),
    ),
    entry(
        "stream_key",
        "Key by which a stream is sent to a server of video",
        r"\brtmps?://[^\s/\"']+/[\w-]+/(?P<value>[0-9A-Za-z_-]{8,}(?:\?[^\s\"']+)?)",
        (r"\brtmps?://[^\s/\"']+/[\w-]+/",),
        check=lambda value: sum(map(str.isdigit, value)) > 1 and not checks.is_wordy(value.partition("?")[0]),
        rank=Rank.NAMED,
        confidence=0.86,
        matches=(
            "rtmp://live.h.example/app/‹s4ii-b6v7-zx27-xd5f›",
            "push to rtmps://h.example:443/live2/‹k9x2-77pq-0zt4›",
        ),
        misses=("rtmp://h.example/live/channel", "rtmp://h.example/app/main-stage"),
    ),
    entry(
        "generic_secret",
        "Salt of the tickets of Icinga",
        r"\bTicketSalt\s?=\s?\\*\"(?P<value>[^\"\\]{8,})",
        (r"\bTicketSalt\s?=",),
        rank=Rank.NAMED,
        matches=(f'const TicketSalt = "‹{made(32, HEX)}›"', 'TicketSalt="‹k3ttle-blue›"'),
        misses=('TicketSalt = ""', "TicketSalt is unset"),
    ),
    entry(
        "generic_token",
        "Key of an agent of OSSEC or Wazuh",
        r"(?:^|[\s:\"'])\d{3,5} \S+ (?:any|\d{1,3}(?:\.\d{1,3}){3}(?:/\d+)?) (?P<value>[0-9a-f]{64})",
        (r" (?:any|\d{1,3}(?:\.\d{1,3}){3}(?:/\d+)?) [0-9a-f]{64}",),
        not_before=r"\w",
        rank=Rank.NAMED,
        matches=(f"agent key: 001 web01 any ‹{made(64, HEX)}›", f"002 db 192.0.2.7 ‹{made(64, HEX, 'w')}›"),
        misses=(f"blob {made(64, HEX)}", "001 web01 any"),
    ),
    entry(
        "session_id",
        "Identifier of a session, by which somebody is known",
        r"(?i:\b(?:session[_-]?id|session[_-]?key|sess(?:ion)?_?id|sessid|sid|jsessionid|phpsessid"
        r"|connect\.sid|asp\.net_sessionid"
        r"|sessionid))\\*[\"']?\s?(?:=>|[:=])\s?\\*[\"']?(?P<value>[0-9a-f]{32,128}|[0-9A-Z]{32}(?:\.\w+)?)",
        (
            r"(?i:session[_-]?(?:id|key)|sess(?:ion)?_?id|sessid|\bsid)\\*[\"']?\s?(?:=>|[:=])\s?\\*[\"']?"
            r"(?:[0-9a-f]{32}|[0-9A-Z]{32})",
        ),
        not_before=_END,
        check=checks.is_random,
        confidence=0.86,
        rank=Rank.NAMED - 1,
        matches=(f"session_id: ‹{made(64, HEX)}›", f"JSESSIONID=‹{made(32, '0123456789ABCDEF')}›"),
        misses=("session_id: 12", f"commit: {made(64, HEX)}"),
    ),
    entry(
        "session_id",
        "Cookie of who is logged in to WordPress",
        r"\bwordpress_(?:logged_in|sec)_[0-9a-f]{32}=(?P<value>[^;\s\"']{20,})",
        (r"\bwordpress_(?:logged_in|sec)_",),
        rank=Rank.CONTAINER,
        matches=(
            f"wordpress_logged_in_{made(32, HEX)}=‹jo%7C1718001122%7C{made(43)}%7C{made(64, HEX)}›",
            f"Cookie: wordpress_sec_{made(32, HEX)}=‹jo|1718001122|{made(43)}›; x=1",
        ),
        misses=("wordpress_logged_in_ cookie", "wordpress_sec_test=1"),
    ),
    entry(
        "session_id",
        "Session that a message speaks of",
        r"(?i:\bsession) (?P<value>[0-9a-f]{32,64}) (?i:for|of|created|opened|expired|started|belongs"
        r"|ended|closed)",
        (r"(?i:\bsession) [0-9a-f]{32}",),
        check=checks.is_random,
        confidence=0.86,
        rank=Rank.NAMED,
        matches=(f"new session ‹{made(32, HEX)}› for uid 1004", f"session ‹{made(64, HEX)}› expired"),
        misses=("session 12 for jo", f"commit {made(40, HEX)} for jo"),
    ),
    entry(
        "generic_token",
        "First token of a cluster, which may do everything",
        rf"(?i:\b(?:initial|root|bootstrap|management|join|unseal|agent|acl"
        rf"|recovery)[ _]+(?:root[ _]+)?(?:token|secretid|key)"
        rf"(?: \d+)?|\bsecretid)\\*[\"']?\s{{0,8}}[:=]\s{{0,8}}\\*[\"']?(?P<value>{UUID}"
        rf"|[0-9A-Za-z+/_.-]{{24,100}}={{0,2}})",
        (
            r"(?i:[ _](?:token|secretid|key)(?: \d+)?"
            r"|\bsecretid)\\*[\"']?\s{0,8}[:=]\s{0,8}\\*[\"']?[0-9A-Za-z+/_.-]{16}",
        ),
        not_before=_END,
        check=lambda value: checks.is_key(value) and any(map(str.isdigit, value)),
        confidence=0.9,
        rank=Rank.NAMED,
        matches=(f"Initial Root Token: ‹{made_uuid('r')}›", f"Unseal Key 1: ‹{made(43)}=›"),
        misses=("root token: revoked", "join token = none"),
    ),
    entry(
        "k3s_token",
        "Token with which a node joins a cluster of K3s",
        r"(?P<value>K10[0-9a-f]{64}::(?:server|node|agent|user):[0-9A-Za-z._:-]{8,})",
        (r"K10[0-9a-f]{16}",),
        rank=Rank.SHAPE,
        matches=(
            f"K3S_TOKEN=‹K10{made(64, HEX)}::server:{made(32, HEX)}›",
            f"join ‹K10{made(64, HEX)}::node:{made(24, HEX)}›",
        ),
        misses=(f"K10{made(32, HEX)}",),
    ),
    entry(
        "encryption_key",
        "Key with which ASP.NET signs what it sends",
        r"\bvalidationKey=\\*[\"'](?P<value>[0-9A-Fa-f]{40,128})",
        (r"\bvalidationKey=",),
        rank=Rank.NAMED + 1,
        matches=(f'<machineKey validationKey="‹{made(64, HEX)}›" x', f"validationKey='‹{made(128, HEX)}›'"),
        misses=('validationKey="AutoGenerate"', "validationKey=x"),
    ),
    entry(
        "encryption_key",
        "Key with which ASP.NET encrypts what it sends",
        r"\bdecryptionKey=\\*[\"'](?P<value>[0-9A-Fa-f]{16,64})",
        (r"\bdecryptionKey=",),
        rank=Rank.NAMED + 1,
        matches=(f'x decryptionKey="‹{made(32, HEX)}›"', f"decryptionKey='‹{made(48, HEX)}›'"),
        misses=('decryptionKey="AutoGenerate"', "decryptionKey=x"),
    ),
    entry(
        "ping_url",
        "Identifier in an address that takes logs or events",
        rf"(?:loggly\.com/(?:inputs|bulk)|logs\.logdna\.com/logs/ingest\?apikey="
        rf"|in\.logs\.betterstack\.com/|api\.honeycomb\.io/1/kinesis_events/)"
        rf"/?(?P<value>{UUID}|[0-9A-Za-z_-]{{20,64}})",
        (r"(?:loggly\.com/(?:inputs|bulk)|logs\.logdna\.com|betterstack\.com/|honeycomb\.io/1/kinesis)",),
        rank=Rank.NAMED,
        matches=(
            f"https://logs-01.loggly.com/inputs/‹{made_uuid('l')}›/tag/http/",
            f"loggly.com/bulk/‹{made_uuid('b')}›/",
        ),
        misses=("https://loggly.com/inputs/", "https://loggly.com/docs"),
    ),
    entry(
        "pagerduty_key",
        "PagerDuty: key of an integration",
        r"(?i:pager_?duty|pd)[^\n]{0,60}?(?i:routing|integration"
        r"|service)[_-]?(?i:key)\\*[\"']?\s?[=:]\s?\\*[\"']?(?P<value>[0-9a-zA-Z]{32})",
        (r"(?i:routing|integration|service)[_-]?(?i:key)\\*[\"']?\s?[=:]\s?\\*[\"']?[0-9a-zA-Z]{16}",),
        not_before=_END,
        check=checks.is_random,
        confidence=0.9,
        rank=Rank.NAMED,
        matches=(
            f"pagerduty routing_key=‹{made(32, LOWER)}›",
            f'pagerduty: {{"service_key": "‹{made(32, HEX)}›"}}',
        ),
        misses=("pagerduty routing_key=orders.created", f"routing_key={made(32, LOWER)}"),
    ),
    entry(
        "api_key_variable",
        "Key in a variable of the environment that is called one, in hexadecimal digits",
        r"\b(?:[A-Z0-9]+_)*(?:API|OPENAI|COGNITIVE|SPEECH|VISION|TRANSLATOR|SEARCH|MAPS|STORAGE|ACCOUNT"
        r"|LICENSE"
        r"|DEPLOY|APP|AUTH|ACCESS|SERVICE|ADMIN|MASTER|WRITE|READ|INGEST|WEATHER|SUBSCRIPTION|SECRET"
        r"|SIGNING|JWT"
        r"|SESSION|AES|HMAC)_KEY\\*[\"']?\s?[=:]\s?\\*[\"']?(?P<value>[0-9a-f]{32,64})",
        (r"_KEY\\*[\"']?\s?[=:]\s?\\*[\"']?[0-9a-f]{32}",),
        not_before=_END,
        check=checks.is_random,
        confidence=0.9,
        rank=Rank.NAMED,
        matches=(f"AZURE_OPENAI_KEY=‹{made(32, HEX)}›", f'MAPS_KEY: "‹{made(32, HEX, "m")}›"'),
        misses=(f"CACHE_KEY={made(32, HEX)}", f"KEY={made(32, HEX)}"),
    ),
    entry(
        "snmp_community",
        "Community of an agent of SNMP",
        r"\br[ow]community6?\s+(?P<value>\S+)",
        (r"\br[ow]community6?\s",),
        check=lambda value: (
            value.lower() not in ("public", "private", "default") and checks.is_password(value)
        ),
        rank=Rank.NAMED,
        matches=("rocommunity ‹MonRO3343› 192.0.2.0/8", "rwcommunity ‹k3ttle›"),
        misses=("rocommunity public", "rwcommunity private"),
    ),
    entry(
        "encryption_key",
        "Key of a device of Tuya, ticket of Icinga, token of a tunnel, key of a stream",
        r"\b(?i:local[_-]?key)\\*[\"']?\s?[=:]\s?\\*[\"']?(?P<value1>[0-9a-f]{16})\b"
        r"|\bpki ticket (?P<value2>[0-9a-f]{40})"
        r"|\bcloudflared\s[^\n]{0,80}?(?P<value3>eyJ[0-9A-Za-z+/_-]{40,}={0,2})"
        r"|\b(?i:stream[_-]?key)\\*[\"']?\s?[=:]\s?\\*[\"']?(?P<value4>[0-9A-Za-z_-]{10,})",
        (
            r"(?i:local[_-]?key)\\*[\"']?\s?[=:]|\bpki ticket |\bcloudflared\s[^\n]*eyJ"
            r"|(?i:stream[_-]?key)\\*[\"']?\s?[=:]",
        ),
        check=lambda value: any(map(str.isdigit, value)) and not checks.is_wordy(value),
        confidence=0.9,
        rank=Rank.NAMED + 1,
        matches=(
            "tuya localKey=‹650c8a38f0fd3513›",
            f"icinga2 pki ticket ‹{made(40, HEX)}› for node1",
            "firehose: stream_key=‹uex4-7iky-6e5k-4p8z-1yg5›",
        ),
        misses=("localKey=1", "stream_key=events-main", "cloudflared tunnel run"),
    ),
    entry(
        "generic_token",
        "Token beside what it is of",
        r"(?i:\b(?:token|api key|secret|access key)) [\"'][\w.-]{1,40}[\"']\s?[=:]\s?\\*[\"']?"
        r"(?P<value>[0-9A-Za-z_.-]{20,})",
        (r"(?i:token|key|secret) [\"'][\w.-]{1,40}[\"']\s?[=:]\s?\\*[\"']?[0-9A-Za-z_.-]{20}",),
        not_before=_END,
        check=checks.is_random,
        confidence=0.9,
        rank=Rank.NAMED,
        matches=(f"deployment token 'swa' = ‹{made(64, HEX)}›", f'api key "ci": ‹{made(32)}›'),
        misses=("token 'ci' = expired", "secret 'db': not found in the vault-of-the-team"),
    ),
    entry(
        "generic_secret",
        "Secrets in the ways of Laravel, Mailgun, Consul, SAML and links that log somebody in",
        r"\bAPP_KEY\s?=\s?base64:(?P<value1>[0-9A-Za-z+/]{43}=)"
        r"|\bapi:(?P<value2>(?:key-)?[0-9a-f]{32}(?:-[0-9a-f]{8}-[0-9a-f]{8})?)\b"
        r"|\s-encrypt[= ](?P<value3>[0-9A-Za-z+/]{22,43}==?)|\bSAMLart=(?P<value4>[0-9A-Za-z+/%=]{24,})"
        r"|/(?i:magic|magic-?link|passwordless|one-?time-?login|sso-?login)/(?P<value5>[0-9A-Za-z_-]{16,})"
        r"|/(?i:reset|activate|confirm)/\d{1,12}/(?P<value6>[0-9A-Za-z_-]{20,})|\bbearer:\s(?P<value7>[0-9a-f]{40,})",
        (
            r"\bAPP_KEY\s?=\s?base64:|\bapi:(?:key-)?[0-9a-f]{16}|\s-encrypt[= ][0-9A-Za-z+/]{16}|\bSAMLart="
            r"|/(?i:magic|magic-?link|passwordless|one-?time-?login|sso-?login)/[0-9A-Za-z_-]{16}",
        ),
        check=checks.is_random,
        confidence=0.9,
        rank=Rank.NAMED + 2,
        matches=(
            f"APP_KEY=base64:‹{made(43)}=› APP_ENV=production",
            f"mailgun http basic api:‹{made(32, HEX)}›",
            f"consul agent -encrypt=‹{made(43, seed='c')}=› -data-dir=/x",
            f"GET /login/magic/‹{made(32)}› 200",
        ),
        misses=("APP_KEY=base64:", "consul agent -encrypt=none", "GET /magic/tricks", "SAMLart=missing"),
    ),
)
_FEW_BYTES: Final = 6
