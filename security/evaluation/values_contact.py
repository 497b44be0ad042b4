"""draw → addresses of mail and phone numbers as people and programs write them, in all countries."""

from functools import cache
from typing import TYPE_CHECKING, Final

from security.evaluation.case import Value
from security.evaluation.draw import Draw

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

_GIVEN: Final = (
    "jane", "ali", "maria", "li.wei", "olga", "jean-luc", "sven", "priya", "o'brien", "takeshi", "fatima",
    "j", "rene", "anna-lena", "x", "mohammed", "ng", "lu", "björn", "иван", "用户", "josé", "zoë", "d.trump2",
)  # fmt: skip
_FAMILY: Final = (
    "doe", "smith", "garcia", "mueller", "ivanova", "chen", "nguyen", "rossi", "kowalski", "okafor", "silva",
    "tanaka", "haddad", "van.dijk", "de-la-cruz", "mcdonald", "østby", "petrov", "yilmaz", "singh", "kim",
    "patel",
)  # fmt: skip
_HOSTS: Final = (
    "gmail", "yahoo", "mail", "web", "corp-mail", "acme", "my-company", "contoso", "uni-leipzig", "x", "123",
    "t-online", "smtp.mail2", "eu.west.corp", "müller-bau", "почта", "xn--mller-kva", "hot-mail", "orange",
    "163", "qq", "naver",
)  # fmt: skip
_TOPS: Final = (
    "com", "org", "net", "de", "fr", "co.uk", "com.br", "io", "dev", "museum", "cn", "co.jp", "com.au",
    "info", "ru", "in", "travel", "технологии", "рф", "xn--p1ai", "nl", "ac.at", "gov.uk", "edu", "ai",
    "photography", "us", "k12.ca.us",
)  # fmt: skip


def email(draw: Draw) -> Value:
    """An address by RFC 5322's dot-atom, RFC 6531's letters now and then; quoted local parts are left out."""
    given, family = draw.some(_GIVEN), draw.some(_FAMILY)
    local = draw.choice(
        (
            f"{given}.{family}",
            f"{given}{family}",
            f"{given}_{family}{draw.randrange(100)}",
            f"{family}-{given[0]}",
            f"{given}+{draw.choice(('shop', 'news2', 'a.b', 'test'))}",
            f"{given}{draw.randrange(1950, 2012)}",
            f"{draw.hex(6)}",
            f"{draw.digits(draw.randint(5, 10))}",
            f"{family}!{given}" if draw.chance(0.1) else family,
        )
    )
    text = f"{local}@{draw.some(_HOSTS)}.{draw.some(_TOPS)}"
    text = draw.choice((text, text, text, text.upper(), text.title() if text.isascii() else text))
    origin = "ascii" if text.isascii() else "international"
    if draw.chance(0.06):
        return Value(text=f"mailto:{text}", matter=((7, 7 + len(text)),), origin="mailto")
    if draw.chance(0.06):
        name = f"{given.title()} {family.title()}"
        return Value(text=f"<{text}>", matter=((1, 1 + len(text)),), origin="angle", labels=(name, "To"))
    return Value(text=text, origin=origin)


def no_email(draw: Draw) -> Value:
    """What has an @ and is nobody's address."""
    word, host = draw.some(_FAMILY), draw.some(_HOSTS).replace(".", "")
    text = draw.choice(
        (
            f"@{word}",
            f"{word}@",
            f"npm install @{word}/{host}@{draw.randrange(20)}.{draw.randrange(20)}.{draw.randrange(20)}",
            f"lodash@{draw.randrange(9)}.{draw.randrange(20)}.{draw.randrange(20)}",
            f"{word.title()}@{draw.hex(7)}",
            f"java.lang.Object@{draw.hex(8)}",
            f"[{word}@{host} ~]$ ls",
            f"registry/{host}@sha256:{draw.hex(64)}",
            f"@Autowired {word}Service",
            f"{draw.digits(2)}@{draw.digits(3)}",
            f"queue@{host}",
            f"celery@worker{draw.randrange(20)} ready",
            f"user at {host} dot com rejected",
            f"logo@{draw.randint(2, 3)}x.png",
        )
    )
    return Value(text=text)


EMAIL_KEYS: Final = (
    "email", "mail", "e_mail", "email_address", "username", "login", "recipient", "to", "reply_to", "contact",
    "user_principal_name", "cc", "owner", "correo", "upn",
)  # fmt: skip
EMAIL_LABELS: Final = (
    "email", "E-Mail", "e-mail address", "mail", "Email address", "Empfänger", "courriel",
    "correo electrónico", "адрес", "邮箱", "メール", "recipient", "from", "to", "user",
)  # fmt: skip
EMAIL_SENTENCES: Final = (
    "User «v» logged in", "password reset requested for «v»", "sent receipt to «v», id=«uuid»",
    "«v» not found", "mail from=<«v»> size=«size»", "unknown user «v»", "delivered to «v» in «ms»ms",
    "Login failed: «v»", "«v»", "duplicate account («v»)", "bounce: [«v»]", 'invited "«v»" as admin',
    "notify «v»; notify ops", "postfix/smtp: to=<«v»>, relay=mx[«private»]:25, status=sent",
    "用户«v»登录成功", "Benutzer «v» wurde gesperrt", "customer:«v» tier=gold", "git commit --author «v»",
    "пользователь «v» не найден", "SMTP RCPT TO:<«v»>", "session opened for «v»/web", "user=«v»;role=admin",
    "cache miss key=user:«v»:profile",
)  # fmt: skip


@cache
def _regions() -> tuple[str, ...]:
    import phonenumbers

    return tuple(sorted(phonenumbers.SUPPORTED_REGIONS))


def phone(draw: Draw) -> Value:
    """A valid number of any region: the example of its plan with other last digits."""
    import phonenumbers as pn

    kinds = (
        pn.PhoneNumberType.MOBILE,
        pn.PhoneNumberType.FIXED_LINE,
        pn.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    )
    while True:
        region = (
            draw.some(_regions())
            if draw.chance(0.7)
            else draw.choice(("US", "GB", "DE", "FR", "IN", "CN", "BR"))
        )
        example = pn.example_number_for_type(region, draw.choice(kinds))
        if example is not None:
            break
    number = _varied(draw, example)
    return _written(draw, number, region)


def _varied(draw: Draw, example: "PhoneNumber") -> "PhoneNumber":
    """Another valid number of the same plan."""
    import phonenumbers as pn

    digits = str(example.national_number)
    for _ in range(60):
        keep = draw.randint(2, max(2, len(digits) - 3))
        other = pn.PhoneNumber()
        other.merge_from(example)
        other.national_number = int(digits[:keep] + draw.chars(len(digits) - keep, "0123456789"))
        if pn.is_valid_number(other):
            return other
    return example


def _written(draw: Draw, number: "PhoneNumber", region: str) -> Value:
    import phonenumbers as pn

    national = pn.format_number(number, pn.PhoneNumberFormat.NATIONAL)
    international = pn.format_number(number, pn.PhoneNumberFormat.INTERNATIONAL)
    e164 = pn.format_number(number, pn.PhoneNumberFormat.E164)
    ways = {
        "e164": e164,
        "international": international,
        "national": national,
        "dashes": international.replace(" ", "-"),
        "dots": international.replace(" ", ".").replace("-", "."),
        "double-zero": "00" + e164[1:],
        "double-zero spaced": "00" + international[1:],
        "rfc3966": pn.format_number(number, pn.PhoneNumberFormat.RFC3966),
        "national digits": "".join(filter(str.isdigit, national)),
        "national dashes": national.replace(" ", "-"),
        "national dots": national.replace(" ", ".").replace("-", "."),
        "parentheses": international.replace(" ", " (", 1).replace(" ", ") ", 2).replace(") (", " (", 1),
        "optional zero": international.replace(" ", " (0)", 1) if national.startswith("0") else international,
    }
    way = draw.choice(tuple(ways))
    if way == "parentheses":
        first, *rest = international.split(" ")
        ways[way] = f"{first} ({rest[0]}) {' '.join(rest[1:])}".rstrip() if rest else international
    text = ways[way]
    start = 4 if text.startswith("tel:") else 0
    bare = text.startswith(("+", "tel:+"))
    return Value(text=text, matter=((start, len(text)),), origin=f"{region}|{way}", bare=bare)


def no_phone(draw: Draw) -> Value:
    """Digits in groups that nobody can call."""
    text = draw.choice(
        (
            f"{draw.randint(2020, 2026)}-{draw.randint(10, 12)}-{draw.randint(10, 28)} 17:00",
            f"{draw.digits(10)}",
            f"{draw.randrange(40)}.{draw.randrange(400)}.{draw.randrange(400)}.{draw.randrange(9999)}",
            f"build {draw.digits(3)}-{draw.digits(4)}",
            f"{draw.digits(13)}",
            f"-{draw.randrange(90)}.{draw.digits(7)}, {draw.randrange(180)}.{draw.digits(7)}",
            f"offset +{draw.digits(6)}",
            f"978-{draw.randrange(9)}-{draw.digits(2)}-{draw.digits(6)}-{draw.randrange(9)}",
            f"line {draw.digits(3)} column {draw.digits(3)}",
            f"{draw.digits(4)} {draw.digits(4)} bytes",
            f"order {draw.digits(8)}",
            f"SKU {draw.digits(3)}-{draw.digits(3)}-{draw.digits(3)}",
            f"1{draw.digits(2)}-{draw.digits(3)}-{draw.digits(4)} (ticket)",
        )
    )
    return Value(text=text, bare=True)


PHONE_KEYS: Final = (
    "phone", "phone_number", "mobile", "tel", "telephone", "msisdn", "cell", "mobile_number", "fax",
    "contact_phone", "phone1", "telefon", "handy", "whatsapp", "sms_to", "caller_id", "mobile_phone",
)  # fmt: skip
PHONE_LABELS: Final = (
    "phone", "Phone number", "tel", "Tel.", "mobile", "Telefon", "téléphone", "teléfono", "телефон", "电话",
    "手机", "電話", "cell", "fax", "Handynummer", "celular", "call", "SMS to", "phone no.", "WhatsApp",
    "Mobil",
)  # fmt: skip
PHONE_SENTENCES: Final = (
    "sms sent to «v»", "OTP delivered to «v» in «ms»ms", "Call from «v» dropped", "«v»", "caller «v» hung up",
    "twilio: To=«v» status=queued", "reached customer at «v».", "dialing «v»...", "短信已发送至«v»",
    "Anruf von «v»", "whatsapp:«v» opted out", "phone verification for «v» failed",
    "Please call «v» (support)",
)  # fmt: skip
