"""Secrets where they travel: in headers, addresses, cookies and tokens of the web."""

import functools
from typing import Final

from security.detectors import masks, secrets_checks
from security.detectors.kind import Kind, Rank
from security.detectors.secrets_checks import is_key, is_random
from security.detectors.secrets_forms import (
    ALNUM,
    EDGE,
    HEX,
    LOWER,
    UUID,
    entry,
    made,
    made_uuid,
    password_kind,
)

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
#: Behind a mark of its own, so that it is surer than one behind a name.
_password: Final = functools.partial(password_kind, rank=Rank.NAMED + 5, confidence=0.9)

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
            r"(?i:cookies?\d?\\*[\"']?\]?[\s:=,|>(\[{\\\"'])",
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
    entry(
        "session_cookie",
        "Session in a cookie, as code and the jars of clients write it",
        r"(?i:cookies?\w*[({]\s*(?:name\s*[:=]\s*)?)\\*[\"'][\w.-]+\\*[\"']\s*,\s*(?i:value\s*[:=]\s*)?\\*[\"']"
        r"(?P<value1>[0-9A-Za-z%+/=_.:!|~-]{12,})"
        r"|(?i:cookies?)\\*[\"'`]*\]?\s*[:=]\s*\{\s*\\*[\"']?[\w.-]+\\*[\"']?\s*[:=]\s*\\*[\"']"
        r"(?P<value2>[0-9A-Za-z%+/=_.:!|~-]{12,})"
        r"|(?:\t|\\t)(?:TRUE|FALSE)(?:\t|\\t)/[^\s\\]*(?:\t|\\t)(?:TRUE|FALSE)(?:\t|\\t)\d+(?:\t|\\t)[\w.-]+"
        r"(?:\t|\\t)"
        r"(?P<value3>[0-9A-Za-z%+/=_.:!|~-]{12,})",
        (
            r"(?i:cookies?\w*\\*[\"'`]*\]?\s*[:=({])",
            r"(?:TRUE|FALSE)(?:\t|\\t)/",
        ),
        check=secrets_checks.is_session,
        rank=Rank.NAMED + 1,
        confidence=0.85,
        matches=(
            f"res.cookie('sid', '‹{made(32)}›', {{httpOnly: true}})",
            f"cookies={{'sessionid': '‹{made(32, LOWER)}›'}}",
            f"shop.example\tTRUE\t/\tTRUE\t1900000000\tsid\t‹{made(40)}›",
        ),
        misses=("res.cookie('theme', 'dark-and-blue-one')", "cookies={'lang': 'en'}"),
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

OF_PATHS: Final[tuple[Kind, ...]] = (
    entry(
        "reset_token",
        "Token in a path that sets a password anew, confirms or unsubscribes",
        r"/(?i:(?:password[_-]?)?resets?(?:[_-]?password)?|(?:password|forgot)[_-]?(?:resets?|new)|verify(?:[_-]?e?mail)?"
        r"|confirm(?:ation)?s?|activat(?:e|ion)s?|invit(?:e|ation)s?(?:/accept)?|unsubscribe|magic[_-]?links?|set[_-]?password)/"
        r"(?P<value>[0-9A-Za-z_-]{20,})",
        (
            r"/(?i:(?:password[_-]?)?reset(?:s|[_-]?password)?|password[_-]?(?:reset|new)|verify(?:[_-]?e?mail)?"
            r"|confirm(?:ation)?|activat(?:e|ion)|invit(?:e|ation)s?(?:/accept)?|unsubscribe|magic[_-]?link|set[_-]?password)s?/"
            r"[0-9A-Za-z_-]{8}",
        ),
        not_before=r"\w-",
        check=secrets_checks.is_opaque,
        rank=Rank.NAMED,
        confidence=0.85,
        matches=(
            f'PUT "/reset-password/‹{made(20)}›" for 198.51.100.7',
            f"https://shop.example/password-reset/‹{made(64, HEX)}›?x=1",
            f"GET /users/confirm/‹{made(32)}› HTTP/1.1",
        ),
        misses=(f"/reset-password/{made_uuid()}", "/verify/order-confirmation-service", "/invite/accept"),
    ),
    entry(
        "oauth_code",
        "Code of an authorisation by Google or Keycloak",
        rf"{EDGE}(?P<value1>4/0A[0-9A-Za-z_-]{{30,}})|(?i:code)(?:=|%3D)(?P<value2>{UUID}\.{UUID}\.{UUID})",
        (r"4/0A[0-9A-Za-z_-]{16}", r"(?i:code)(?:=|%3D)[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-"),
        not_before=r"\w-",
        rank=Rank.NAMED + 2,
        matches=(
            f"exchanging code ‹4/0A{made(60)}› with client x",
            f"/callback?state=s&code=‹{made_uuid('a')}.{made_uuid('b')}.{made_uuid('c')}›&iss=x",
        ),
        misses=(f"code={made_uuid('a')}", "4/0Ab"),
    ),
    entry(
        "conda_token",
        "Token in an address of a channel of packages",
        rf"/t/(?P<value>[a-z]{{2}}-{UUID})/",
        (r"/t/[a-z]{2}-[0-9a-f]{8}-",),
        matches=(
            f"https://conda.example/t/‹ab-{made_uuid()}›/main/linux-64/repodata.json",
            f"channel: /t/‹xy-{made_uuid('y')}›/forge",
        ),
        misses=("/t/ab-main/linux-64",),
    ),
    entry(
        "url_parameter",
        "Key of an application, of 32 hexadecimal digits, among the parameters of an address",
        r"[?&](?i:app_?id)=(?P<value>[0-9a-f]{32})",
        (r"[?&](?i:app_?id)=[0-9a-f]{16}",),
        not_before=r"\w-",
        rank=Rank.NAMED,
        confidence=0.8,
        matches=(
            f"GET /data/2.5/weather?lat=52.5&appid=‹{made(32, HEX)}› HTTP/1.1",
            f"/v1/rates?app_id=‹{made(32, HEX, 'r')}›&base=EUR",
        ),
        misses=("?appid=wx1a2b3c4d5e6f7a8b", "&app_id=4711"),
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

WEB: Final = (*HEADERS, *ADDRESSES, *OF_PATHS, *TOKENS)
