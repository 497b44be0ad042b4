"""Values that only the name before them, or behind them, calls secret."""

from typing import Final

from security.detectors import secrets_checks as checks
from security.detectors.kind import Kind, Rank
from security.detectors.secrets_forms import (
    ASSIGNS,
    BARE,
    HEX,
    LOWER,
    QUOTED,
    UUID,
    entry,
    made,
    made_uuid,
)

_DRAWN_NAME: Final = (
    r"(?i:(?:api|app|client|consumer|shared|secret|encryption|signing|private|access|auth"
    r"|master|webhook|session|refresh|hmac|aes|jwt|cookie|storage|crypto|private"
    r"|bearer|security|service|account|license|deploy|admin|user)[ _-]?(?:key(?:[ _-]base)?|secret"
    r"(?:[ _-]key)?"
    r"|token|code)|secret[ _-]key(?:[ _-]base)?|credentials?|creds|api[ -]?schlüssel|secret|token"
    r"|schlüssel|geheimnis|clé(?: d'api| api| secrète)?|clave(?: api| secreta)?"
    r"|chave(?: de api| secreta)?|chiave(?: api| segreta)?"
    r"|sleutel|nyckel|klucz|anahtar|ключ|секрет|токен(?: доступа)?|jeton(?: d'accès)?|zugriffstoken"
    r"|token (?:de acceso|d'accès|di accesso|de acesso)|シークレット|トークン|キー|密钥|密鑰|秘钥"
    r"|令牌|비밀키|토큰)(?i:[_-]?(?:base64|b64))?\d?"
)
_LOOSELY: Final = (
    r"\\*[\"'`]{0,2}(?:[ \t]*(?:：|「|『|→)[ \t]*|[ \t]+(?:-|–|—|\||\(|\[|->|=>|is:?|to|was|ist"
    r"|est|es|é|è|är|er|jest|to be|is set to|set to"
    r"|changed to|updated to)?[ \t]*|[ \t]*[(\[{<|][ \t]*|[ \t]*[:=][ \t]*[(\[<{「]+"
    r"|[ \t]*[:=][ \t]*)\\*[\"'`(\[「]{0,2}"
)
_ONLY_SECRETS: Final = (
    r"(?i:(?:api|app|client|consumer|shared|secret|encryption|signing|private|access|auth"
    r"|master|webhook|refresh|bearer)[ _-]?"
    r"(?:key|secret|token)|secret|api[ -]?schlüssel|シークレット"
    r"|clave secreta|clé secrète|секретный ключ|密钥)\d?"
)
#: What more a name of a secret may say: how it is written, which of several it is.
_VARIANT: Final = (
    r"(?:[_-]?(?i:base64|b64|hex|raw|pem|value|old|new|current|previous|primary|secondary|prod|live|staging"
    r"|test|v\d))?"
)

_SECRET_NAMED: Final = (
    r"(?i:(?:client|consumer|app|application|shared|webhook|jwt|cookie|session|hmac"
    r"|master|root|signing|oauth|user|bot"
    r"|service|account|encryption|crypto|cipher|storage|license|deploy|admin|flask|django"
    r"|rails|nextauth|auth)[_. -]?secret"
    rf"(?:[_-]?(?:key|token|base))?|secret(?:[_. -]?(?:key(?:[_-]base)?|token|value|id|access[_-]?key))?"
    r"|(?:private|signing|signature|encryption|encrypt|decryption|hmac|master|shared"
    r"|account|storage|license|deploy|aes(?:[_-]?\d{3})?|fernet|gossip|crypto"
    r"|app|application|subscription|service|admin|webhook|session|cookie|integration|host"
    r"|function|write|ingest(?:ion)?|api|partner|merchant|vendor|developer|payment|gateway|seal|unseal"
    r"|vault|transport|activation|backup|gossip|unlock|pepper)[_. -]?(?:key|token)|pepper"
    r"|(?:access|refresh|bearer|id|oauth|personal[_-]?access|bot|user|device|registration"
    r"|service|reset|csrf|xsrf|security|sas|vault"
    rf"|github|gitlab|slack|npm|verification)[_. -]?token|credentials?|creds)"
    rf"{_VARIANT}\d{{0,2}}{ASSIGNS}(?:(?i:bearer|token|basic) )?(?:{QUOTED}|\\*[\"']?{BARE})"
)
_SECRET_HINTS: Final = (
    r"(?i:secret|credentials?|creds)(?:[_. -]?(?i:key|token|value|id|base"
    rf"|access))*{_VARIANT}\d?\\*[\"'`]*\]?[ \t]*(?:[:=]|->|%[35])",
    rf"(?i:[a-z\d][_. -]?(?:key|token)|pepper){_VARIANT}\d?\\*[\"'`]*\]?[ \t]*(?:[:=]|->|%[35])",
)
GENERIC: Final[tuple[Kind, ...]] = (
    entry(
        "generic_secret",
        "Drawn values in a list that is called secrets, tokens or keys",
        r"(?i:(?:client|consumer|app|api|access|refresh|auth|signing|shared|webhook|bearer)_?(?:secrets|tokens|keys)|secrets)"
        r"\\*[\"']?\s*[:=]\s*\[(?P<value>[^\[\]{}\n]{8,})\]",
        (r"(?i:secrets|_?tokens|_?keys)\\*[\"']?\s*[:=]\s*\[\s*\\*[\"']",),
        within=checks.listed,
        rank=Rank.NAMED,
        matches=(
            f'{{"client_secrets":["‹{made(40)}›","‹{made(32, HEX)}›"]}}',
            f"secrets: ['‹{made(30)}›']",
        ),
        misses=('"secrets": ["db-password", "api-credentials"]', f'"keys": ["{made(40)}"]'),
    ),
    entry(
        "generic_secret",
        "Key that encrypts what the servers of Consul, Nomad or Serf say to each other",
        r"\bencrypt\\*[\"']?\s*[:=]\s*\\*[\"'](?P<value>[0-9A-Za-z+/]{22,43}==?)\\*[\"']",
        (r"\bencrypt\\*[\"']?\s*[:=]\s*\\*[\"'][0-9A-Za-z+/]{16}",),
        check=checks.is_random,
        rank=Rank.NAMED,
        matches=(f'encrypt = "‹{made(43)}=›"', f'{{"encrypt": "‹{made(22)}==›"}}'),
        misses=('encrypt = "yes"',),
    ),
    entry(
        "generic_secret",
        "Key or salt in the settings of WordPress",
        r"define\(\s*['\"][A-Z_]*(?:KEY|SALT|SECRET)['\"]\s*,\s*(?:'(?P<value1>[^'\n]{8,})'|\"(?P<value2>[^\"\n]{8,})\")",
        (r"define\(\s*['\"][A-Z_]*(?:KEY|SALT|SECRET)['\"]\s*,",),
        check=checks.is_strong,
        rank=Rank.NAMED,
        matches=(
            "define( 'NONCE_SALT', '‹7%Sja]+v?$`vk29`EutNeiJG3EG.DC~4›' );",
            f"define('AUTH_KEY', '‹{made(64)}›');",
        ),
        misses=(
            "define( 'AUTH_KEY', 'put your unique phrase here' );",
            "define('API_KEY', getenv('API_KEY'))",
        ),
    ),
    entry(
        "generic_secret",
        "Drawn value by a name that only secrets have",
        _SECRET_NAMED,
        _SECRET_HINTS,
        within=checks.bare_drawn,
        rank=Rank.NAMED - 1,
        confidence=0.9,
        matches=(f"client_secret := `‹{made(40, HEX)}›`", f'x,"""app_secret""=>""‹{made(30)}›""",200'),
        misses=(
            "app_secret: order-service-credentials",
            "private_key: ed25519.Ed25519PrivateKey2",
            f"client_secret={made(12)}",
            "signing key: ${SIGNING_KEY}",
        ),
    ),
    entry(
        "generic_secret",
        "Value by a name that only secrets have",
        _SECRET_NAMED,
        _SECRET_HINTS,
        within=checks.bare_key,
        rank=Rank.NAMED - 1,
        confidence=0.8,
        fields=(
            r"(?:.*[^a-z0-9])?(?:(?:client|consumer|app|shared|webhook|jwt|hmac|signing|encryption|cookie"
            r"|session|master)"
            r"_?secret|secret_?key(?:_?base)?|(?:signing|hmac|encryption)_?key|(?:refresh|private"
            r"|bearer)_?token)"
        ),
        matches=(
            f"ENCRYPTION_KEY_BASE64=‹{made(29, LOWER)}›",
            f"partnerKey = '‹{made(40, HEX)}›'",
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
            "secretsmanager:eu-west-1:12:secret:order-bridge-AbCdEf",
            "partition_key=order-service-2024",
            "primary key: customer_id",
        ),
    ),
    entry(
        "generic_token",
        "Drawn value by a name that other things have as well",
        r"(?P<value_page>(?i:page|cursor|continuation|sync|pagination)_?(?i:token)\b)"
        r"|(?:(?:^|[^0-9A-Za-z])(?i:[a-z][\w.-]*[_.-])?|[a-z0-9])(?i:tokens?"
        r"|auth(?:[_-]?(?:code|key|cookie|header|value|data))?"
        r"|authorization|session(?:[_-]?(?:id|key|cookie|data|state))?|sess(?:id|ionid)?|sid"
        r"|jsessionid|phpsessid|cookies?"
        rf"|signature|sig|hmac|otp)"
        rf"\d{{0,2}}{ASSIGNS}(?:(?i:bearer|token|basic) )?(?:{QUOTED}|\\*[\"']?{BARE})",
        (
            r"(?i:tokens?|auth(?:[_-]?(?:code|key|cookie|header|value|data)|orization)?"
            r"|session(?:[_-]?(?:id|key|cookie|data|state))?"
            r"|sid|sess(?:ion)?id|cookies?|signature|sig|hmac|otp)"
            r"\\*[\"'`]*\]?[ \t]*(?:[:=]|->|%[35])",
        ),
        within=checks.bare_opaque,
        never=("publicke",),  # of an assembly of .NET: PublicKeyToken
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
            "Culture=neutral, PublicKeyToken=b83ad18a11b288c3",
            "commit=" + made(40, HEX),
        ),
    ),
)

LABELLED: Final = entry(
    "secret_labelled",
    "Drawn value behind a name of secrets, however the two are joined",
    rf"{_DRAWN_NAME}{_LOOSELY}(?P<value>[!#-&*+./0-9=?@A-Z^_a-z~-]{{16,}})",
    (rf"{_DRAWN_NAME}{_LOOSELY}[!#-&*+./0-9=?@A-Z^_a-z~-]{{16}}",),
    within=checks.bare_opaque,
    never=(
        "publickey",  # of an assembly of .NET: PublicKeyToken
        "unexpected",
        "illegal",
        "unknown",
        "cancellation",
        "continuation",
        "page",
        "cursor",
        "sync",
        "pagination",
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
        "Culture=neutral, PublicKeyToken=1e599731a5ab1697",
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
    r"<(?:[\w.-]+:)?[\w.-]*(?i:secret|token|(?:api|access|hmac|private|signing|app|application|client|auth"
    r"|license"
    r"|master|encryption|shared|service|account|storage|partner|merchant|subscription|session)[_-]?key"
    r"|credentials?)\d?"
    r"(?:\s[^<>]*)?>\s*(?P<value>[^<>\s]{8,})\s*</",
    (r"(?i:secret|token|key|credentials?)\d?(?:\s[^<>]*)?>\s*[^<>\s]{8}",),
    check=lambda value: checks.is_key(value) and checks.is_random(value),
    rank=Rank.NAMED - 1,
    matches=(f"<apiKey>‹{made(40)}›</apiKey>", f"<ns2:refresh_token>‹{made(26, LOWER)}›</ns2:refresh_token>"),
    misses=("<token>order-service-v2</token>", "<secret></secret>", "<apiKey>${API_KEY}</apiKey>"),
)

_PAIRED: Final = (
    r"(?i:secret(?:[_-]?key)?(?:[_-]?base)?|token|(?:api|access|hmac|private|signing|encryption|account"
    r"|master|auth|aes"
    r"|storage|license|shared|secret|app|application|service|client|admin|deploy|webhook|session"
    r"|subscription|partner|merchant|vendor|developer|payment|gateway)[_-]?key"
    r"|credentials?|\bpat|_pat)(?i:[_-]?(?:base64|b64|hex))?\d?"
)
_AND_VALUE: Final = (
    r"\\*[\"']{0,2}(?:[^\n<>\"'\w]{0,24}?|(?:\\+[nrt]|[\s,;-])+)\\*[\"']{0,2}(?i:value|val|default"
    r"|content)\\*[\"']{0,2}"
    r"\s*[:=]"
)
PAIR: Final = entry(
    "secret_pair",
    "Secret whose name and value are two fields, or two items of a list",
    r"(?:(?i:name|key|id|property|parameter|var|field)"
    rf"\\*[\"']{{0,2}}\s*[:=]\s*\\*[\"']{{0,2}}[\w.-]*{_PAIRED}{_AND_VALUE}"
    rf"|\\*[\"']{{1,2}}[\w.-]*{_PAIRED}\\*[\"']{{1,2}}\s*,)\s*(?:{QUOTED}|{BARE})",
    (
        rf"{_PAIRED}\\*[\"']{{0,2}}(?:\\+[nrt]|[\s,;-])*\\*[\"']{{0,2}}(?i:value|val|default"
        rf"|content)\\*[\"']{{0,2}}\s*[:=]",
        rf"{_PAIRED}\\*[\"']{{1,2}}\s*,\s*\\*[\"']",
    ),
    check=lambda value: checks.is_key(value) and checks.is_random(value),
    rank=Rank.NAMED - 1,
    matches=(
        f'{{"name":"HMAC_KEY","value":"‹{made(32)}›"}}',
        f'<property name="api.token" value="‹{made(40, HEX)}›"/>',
        f"[('encryption_key', '‹{made(40)}›')]",
        f'- name: JWT_SECRET value: "‹{made(40)}›"',
        f"- name: JWT_SECRET\n  value: ‹{made(40)}›",
        f'1,jo,"{{""name"":""signing_key"",""value"":""‹{made(40, HEX)}›""}}",200',
    ),
    misses=(
        '{"name":"API_TOKEN","value":""}',
        '{"key":"sort_key","value":"order-service-v2"}',
        "('token', 'page')",
    ),
)

#: Between a value and what it is for.
_FOR: Final = (
    r" (?i:(?:was |is |has been )?(?:given |set |used |supplied |provided |passed |received |rejected"
    r" |found )?(?:for|as|in) (?:the |a |an |your )?(?:env(?:ironment)? |config(?:uration)? )?"
    r"(?:var(?:iable)? |setting |parameter |field |header |property |option |key |flag |secret )?)"
    r"\\*[\"'`]?(?:--)?"
)
CALLED: Final = (
    entry(
        "secret_called",
        "Secret in quotes, and behind it what it is called",
        rf"{QUOTED}{_FOR}[\w.-]*{_PAIRED}",
        (rf"[\"'`]{_FOR}[\w.-]*{_PAIRED}",),
        check=checks.is_called_secret,
        rank=Rank.NAMED - 2,
        confidence=0.75,
        matches=(
            f'invalid value "‹{made(32, HEX)}›" for api_key',
            f"'‹{made(40)}›' was given for AUTH0_CLIENT_SECRET",
            f'invalid value \\"‹{made_uuid("c")}›\\" for consul_acl_token',
        ),
        misses=(
            'invalid value "order-service-v2" for api_key',
            f'"{made(32, HEX)}" for sort_key',
            'unexpected "}" in token',
        ),
    ),
)

NAMED: Final = (*GENERIC, LABELLED, UUIDS, ELEMENT, PAIR, *CALLED)
