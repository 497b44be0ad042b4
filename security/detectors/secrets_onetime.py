"""Codes that let somebody in, once or as a last resort, and keys by which something was bought."""

from typing import Final

from security.detectors import secrets_checks as checks
from security.detectors.kind import Kind, Rank
from security.detectors.secrets_forms import UUID, entry, made_uuid, password_kind

_CODE: Final = r"(?P<value>\d{3}[ -]\d{3}|\d{4,8})"
_FOR: Final = (
    r"(?:2fa|mfa|totp|otp|sms|log-?in|sign-?in|sign-?up|security|verification|verify|confirmation"
    r"|auth(?:entication)?"
    r"|access|reset|one[- ]time|passcode|pairing|activation|bestätigungs|verifizierungs|sicherheits"
    r"|zugangs|anmelde)"
)
_LOCAL: Final = (
    r"(?i:c[oó]digo (?:de )?(?:verificaci[oó]n|acceso|seguridad|confirmaci[oó]n|verifica[cç][aã]o"
    r"|seguran[cç]a|acesso"
    r"|confirma[cç][aã]o)|code de (?:v[eé]rification|s[eé]curit[eé]|confirmation|connexion|validation)"
    r"|codice di (?:verifica|sicurezza|accesso|conferma)|(?:verificatie|beveiligings|toegangs)code"
    r"|kod weryfikacyjny|verifieringskod|do[gğ]rulama kodu|kode verifikasi)"
    r"|(?i:код (?:подтверждения|доступа|для входа)|одноразовый код|проверочный код)"
    r"|验证码|驗證碼|校验码|認証コード|確認コード|인증번호|رمز التحقق|קוד אימות"
)

ONE_TIME: Final[tuple[Kind, ...]] = (
    password_kind(
        "password_pin",
        "Code that is sent to somebody, before what it is",
        rf"(?:^|[\s:\"'>(]|\b[A-Z]{{1,3}}-){_CODE} (?i:is|ist|es|est|è|é) (?i:your|the|ihr|dein|su|tu"
        rf"|votre|ton|il tuo"
        rf"|o seu|uw|je)"
        r" (?:[\w-]+ ){0,4}?(?i:code|otp|pin|passcode|código|codice|password)",
        (r"\d (?i:is|ist|es|est|è|é) (?i:your|the|ihr|dein|su|tu|votre|ton|il tuo|o seu|uw|je) ",),
        confidence=0.85,
        matches=(
            "SMS: ‹488873› is your Acme login code. Don't share it.",
            "‹606 686› ist Ihr Acme Code",
            "G-‹400898› is your verification code.",
        ),
        misses=("404 is the HTTP code", "port 8443 is your friend"),
    ),
    password_kind(
        "password_pin",
        "Code that is sent to somebody, behind what it is for",
        rf"(?i:{_FOR}[ _-]?(?:code|passcode|pin)|\botp)(?i: (?:for|to|für|of) (?:[^\s:]+ ){{0,3}}?[^\s:]+)?"
        rf"(?:\\*[\"']?\s?[:=]\s?\\*[\"']?| (?i:is|lautet|ist|was|are) ){_CODE}",
        (rf"(?i:{_FOR}[ _-]?(?:code|passcode|pin)|\botp)[^\n]{{0,60}}?(?:[:=]|\s)\s?\\*[\"']?\d{{3}}",),
        not_before=r"\w:/-",
        confidence=0.8,
        rank=Rank.NAMED - 2,
        matches=(
            "2FA code: ‹606 686›",
            "Ihr Bestätigungscode lautet ‹368213›",
            "OTP for txn tumzm2pb is ‹43309412›, valid 5 minutes",
        ),
        misses=("verification code expired after 3000 ms", "otp service listens on 8080", "access code: 13"),
    ),
    password_kind(
        "password_pin",
        "Code that is sent to somebody, in another language",
        rf"(?:{_LOCAL})(?i: (?:es|é|est|è|is|to|:))?(?:\\*[\"']?\s?[:=：]\s?\\*[\"']?|[是は为為]"
        rf"|\s){{0,2}}{_CODE}",
        (rf"(?:{_LOCAL})[^\d\n]{{0,12}}\d{{3}}",),
        not_before=r"\w:/-",
        confidence=0.85,
        matches=(
            "Su código de verificación es ‹026859›.",
            "код подтверждения: ‹482913›",
            "您的验证码是‹482913›，5分钟内有效",
        ),
        misses=("código de verificación caducado", "验证码错误"),
    ),
    password_kind(
        "password_pin",
        "Code that a function is called with",
        r"(?i:\w*(?:verify|check|validate|confirm|submit|send)_?\w*(?:code|otp|totp|pin"
        r"|token)\w*)\([^()\n]{0,80}?\\*[\"']"
        r"(?P<value>\d{4,8})\\*[\"']",
        (r"(?i:code|otp|totp|pin|token)\w*\([^()\n]{0,80}?\\*[\"']\d{4,8}\\*[\"']",),
        confidence=0.8,
        matches=('verify_code("+33600000000", "‹513564›") -> ok', "checkOtp('‹482913›')"),
        misses=('verify_code("expired")', "sendPin(482)"),
    ),
    password_kind(
        "totp_secret",
        "Key that an application for codes is given by hand",
        r"(?i:enter (?:this|the)(?: setup)? (?:key|code|secret)|setup key|manual(?: entry)? key"
        r"|totp (?:secret|key|seed)"
        r"|authenticator (?:key|secret))(?: (?:is|manually|instead))?\W{1,4}"
        r"(?P<value>(?:[a-z2-7]{4}[ -]?){3,15}[a-z2-7]{4}|(?:[A-Z2-7]{4}[ -]?){3,15}[A-Z2-7]{4})",
        (
            r"(?i:enter (?:this|the)(?: setup)? (?:key|code|secret)|setup key|manual(?: entry)? key"
            r"|totp |authenticator )",
        ),
        not_before=r"\w",
        check=lambda value: any(map(str.isdigit, value)),
        matches=(
            "Can't scan it? Enter this key: ‹czuh 6kpc qpwj qpwj sins htz4›",
            "TOTP secret: ‹JBSWY3DPEHPK3PXP›",
        ),
        misses=("enter this key: available soon and more", "setup key missing"),
    ),
    entry(
        "recovery_codes",
        "One code that lets somebody in without a second factor",
        r"(?i:scratch|backup|recovery|rescue|emergency)[ _-](?i:code)\\*[\"']?(?:\s?[:=]\s?\\*[\"']?"
        r"|\s(?:is\s)?)"
        r"(?P<value>\d{6,12}|[0-9a-zA-Z]{4,6}[- ]?[0-9a-zA-Z]{4,6})",
        (
            r"(?i:scratch|backup|recovery|rescue"
            r"|emergency)[ _-](?i:code)\\*[\"']?(?:\s?[:=]\s?\\*[\"']?|\s(?:is\s)?)\w",
        ),
        not_before=r"\w-",
        check=lambda value: sum(map(str.isdigit, value)) > 1,
        rank=Rank.NAMED - 1,
        confidence=0.8,
        matches=("scratch code ‹44389314› consumed by user jo", "backup_code: ‹a1b2c-3d4e5›"),
        misses=("backup code used by jo", "recovery code expired"),
    ),
    entry(
        "product_key",
        "Key in groups by which something was bought, or a disk is opened",
        r"(?i:(?:recovery|rescue|product|licen[cs]e|serial|activation|cd|install(?:ation)?|unlock"
        r"|filevault|bitlocker)"
        r"[ _-]?(?:recovery )?(?:key|code|number|no)|serial)\\*[\"']?(?: (?i:is|was"
        r"|for \S+))?\s{0,3}[:=]?\s{0,3}\\*[\"']?"
        r"(?P<value>(?:[A-Z0-9]{4,8}-){2,7}[A-Z0-9]{4,8})",
        (
            r"(?i:key|code|number|no|serial)\\*[\"']?(?: (?i:is|was|for \S+))?\s{0,3}[:=]?\s{0,3}\\*[\"']?"
            r"(?:[A-Z0-9]{4,8}-){2}[A-Z0-9]{4}",
        ),
        not_before=r"\w-",
        check=lambda value: any(map(str.isdigit, value)) and any(map(str.isalpha, value)),
        confidence=0.85,
        rank=Rank.NAMED,
        matches=(
            "FileVault recovery key = '‹M73D-VKLQ-Z7P3-CFTB›'",
            "Product Key : ‹HYXPC-YGDY2-WX9VC-VJKXJ-JKVJG›",
        ),
        misses=("serial number: 2023-0129-0841", "license key: ABCD-EFGH", "license key XXXX-YYYY-ZZZZ"),
    ),
    entry(
        "product_key",
        "Password that opens a disk that BitLocker encrypted",
        r"(?:^|[^\d-])(?P<value>\d{6}(?:-\d{6}){7})",
        (r"\d{6}-\d{6}-\d{6}-\d{6}",),
        not_before=r"\d-",
        matches=(
            "Password: ‹278905-447524-108867-366938-126401-500830-312246-681967›",
            "key ‹111111-222222-333333-444444-555555-666666-111111-222222›.",
        ),
        misses=("278905-447524-108867-366938",),
    ),
    password_kind(
        "password_pin",
        "Code that pairs a device",
        r"(?i:setup|pairing|homekit|matter)[ _-](?i:code"
        r"|pin)\\*[\"']?\s?[:=]?\s?\\*[\"']?(?P<value>\d{3}-\d{2}-\d{3}|\d{4}-\d{3}-\d{4})",
        (r"(?i:setup|pairing|homekit|matter)[ _-](?i:code|pin)\W{1,4}\d{3}",),
        not_before=r"\d-",
        matches=("homekit setup code ‹904-72-632›", "Matter pairing code: ‹3497-011-2332›"),
        misses=("setup code 904", "pairing code: none"),
    ),
    entry(
        "ping_url",
        "Identifier in an address by which a job says that it lives",
        rf"(?:hc-ping\.com|hchk\.io|cronitor\.link/p|/api/push|/heartbeat|cronhub\.io/(?:start|finish"
        rf"|ping))/(?P<value>{UUID}"
        r"|[0-9A-Za-z_-]{16,64})",
        (r"(?:hc-ping\.com|hchk\.io|cronitor\.link/p|/api/push|/heartbeat|cronhub\.io/\w+)/",),
        check=lambda value: checks.is_random(value) or checks.is_key(value),
        rank=Rank.NAMED,
        matches=(f"https://hc-ping.com/‹{made_uuid()}›/fail", f"GET /heartbeat/‹{made_uuid('x')}› 200"),
        misses=("https://hc-ping.com/docs", "GET /heartbeat/status"),
    ),
    password_kind(
        "password_pin",
        "Code of a second factor in a document, and one that opens a door",
        r"(?i:totp|\botp|\bmfa|2fa|\bsms|passcode)[^{}\n]{0,60}?\\*\"(?:code|otp|passcode"
        r"|token)\\*\"\s?:\s?\\*\"?(?P<value1>\d{4,8})"
        r"|(?i:\b(?:unlock|door|alarm|entry|gate|safe|vault)[ _-](?:code|pin))\s(?P<value2>\d{4,8})",
        (
            r"\"(?:code|otp|passcode|token)\\*\"\s?:\s?\\*\"?\d{4}",
            r"(?i:unlock|door|alarm|entry|gate|safe|vault)[ _-](?i:code|pin)\s\d{4}",
        ),
        not_before=r"\w.:/-",
        confidence=0.86,
        matches=(
            '{"event":"mfa.challenge","method":"totp","code":"‹644305›"}',
            "screen unlock code ‹04418518› accepted",
        ),
        misses=('{"event":"http","code":"4040"}', "unlock code expired"),
    ),
    entry(
        "totp_secret",
        "Key of codes among the arguments of a command",
        r"\boathtool\s(?:-\S+\s+)*(?P<value>[A-Z2-7]{16,64}|[0-9a-fA-F]{32,64})",
        (r"\boathtool\s",),
        not_before=r"\w",
        rank=Rank.NAMED,
        matches=("oathtool --totp -b ‹6FYV4WXY5EPYK67RCEFM5NL26GQNIKKJ›", "oathtool -b ‹JBSWY3DPEHPK3PXP›"),
        misses=("oathtool --version", "oathtool failed"),
    ),
    entry(
        "product_key",
        "Key of a product of Microsoft, by its form",
        r"(?:^|[^0-9A-Za-z-])(?P<value>(?:[0-9A-Z]{5}-){4}[0-9A-Z]{5})",
        (r"[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]",),
        not_before=r"\w-",
        check=lambda value: any(map(str.isdigit, value)) and any(map(str.isalpha, value)),
        confidence=0.86,
        matches=("slmgr /ipk ‹PY27C-4M2BB-788Q6-6HCMV-TWQXB›", "key ‹HYXPC-YGDY2-WX9VC-VJKXJ-JKVJG›."),
        misses=("ABCDE-FGHIJ-KLMNO-PQRST-UVWXY", "12345-12345-12345-12345-12345"),
    ),
    password_kind(
        "password_pin",
        "Code that was entered, that a bank sent, that opens a locker",
        r"(?i:2fa|mfa|\botp|totp|second factor)[^\n\d]{0,30}?\b(?i:code)\s(?P<value1>\d{4,8})"
        r"|\b(?:m|sms|push|chip)?TAN(?:[:=]\s?|\s)(?P<value2>\d{4,8})"
        r"|\b(?i:pin ?code|pin|code) (?i:for) (?:[\w#-]+ ){1,4}(?i:is) (?P<value3>\d{4,8})"
        r"|\b(?i:activation|pairing|claim|invite|invitation|redeem"
        r"|access) (?i:code)(?: (?i:is))?[:=]? (?P<value4>[0-9A-Z]{6,12})",
        (
            r"(?i:2fa|mfa|\botp|totp|second factor)[^\n\d]*\b(?i:code)\s\d{4}|TAN(?:[:=]\s?|\s)\d{4}",
            r"\b(?i:pin ?code|pin|code) (?i:for) (?:[\w#-]+ ){1,4}(?i:is) \d{4}",
            r"\b(?i:activation|pairing|claim|invite|invitation|redeem"
            r"|access) (?i:code)(?: (?i:is))?[:=]? [0-9A-Z]{6}",
        ),
        not_before=r"\w:/-",
        check=lambda value: any(map(str.isdigit, value)),
        confidence=0.86,
        matches=(
            "2FA: entered code ‹806268› does not match",
            "push: TAN ‹367539› für Ihre Überweisung",
            "pincode for locker 17 is ‹5160›, parcel 5",
            "activation code ‹E7X9SPZY› accepted",
        ),
        misses=(
            "TAN 12",
            "code for module 7 is 404",
            "access code REQUIRED",
            "mfa failed with status code 4040x",
        ),
    ),
)
