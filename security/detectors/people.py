"""Mail addresses, payment cards and social security numbers: of the kinds that every stream is freed of."""

from typing import Final

from security.detectors import checks, masks
from security.detectors.kind import Category, Kind, Rank
from security.detectors.nearby import BLANKS, DASHES, bounded, hints, named, spelled

#: Letters and digits of all scripts, as ranges: classes of Unicode make a program of thousands of steps.
_LETTERS: Final = (
    r"0-9A-Za-z\x{c0}-\x{1fff}\x{2c00}-\x{2fef}\x{3005}-\x{3007}\x{3040}-\x{d7ff}\x{f900}-\x{fdff}"
    r"\x{ff21}-\x{ff3a}\x{ff41}-\x{ff5a}\x{10000}-\x{1efff}"
)
# without the bounds of RFC 1035: counting makes an automaton of thousands of states
_LOCAL: Final = rf"[{_LETTERS}_+](?:[{_LETTERS}_.+&'!#$~-]*[{_LETTERS}_+-])?"
_HOST: Final = (
    rf"(?:[{_LETTERS}](?:[{_LETTERS}_-]*[{_LETTERS}])?\.)+"
    rf"(?:(?i:xn--)[A-Za-z0-9-]+|[A-Za-z\x{{c0}}-\x{{1fff}}\x{{3040}}-\x{{d7ff}}]{{2,}})"
)
_AT: Final = r"(?:@|%40|&#64;)"
_SAID_AT: Final = r"\s?(?:\[at\]|\(at\)|\{at\}|<at>|\[@\]|\(@\))\s?"
_SAID_DOT: Final = r"(?:\s?(?:\[dot\]|\(dot\)|\{dot\}|<dot>|\[\.\]|\(\.\))\s?|\.)"
#: What may stand before a number that is no part of another one: ids and decimals are most digits of a log.
_BEGIN: Final = r"(?:^|[^0-9A-Za-z_.-]|\\[nrtbfv]|\\u[0-9A-Fa-f]{4}|%[0-9A-Fa-f]{2}|;)"
#: Names of numbers that are no cards.
_NO_CARD: Final = spelled(
    "span id",
    "spanid",
    "span",
    "trace id",
    "trace",
    "parent id",
    "parent span id",
    "request id",
    "req id",
    "correlation id",
    "order id",
    "order no",
    "sequence",
    "seq",
    "offset",
    "lsn",
    "timestamp",
    "ts",
    "hash",
    "size",
    "bytes",
    "nonce",
    "duration",
    "pid",
    "tid",
    "thread",
    "uuid",
    "guid",
    "message id",
    "msg id",
    "event id",
    "session id",
    "job id",
    "build",
    "commit",
    "txid",
    "xid",
    "block",
    "digest",
    "imei",
    "seed",
    "nanos",
    "micros",
    "epoch",
    "checksum",
    "counter",
    "version",
    "rev",
    "gtin",
    "ean",
    "upc",
    "isbn",
    "sku",
    "barcode",
)

_CARD_NAMES: Final = (
    "pan",
    "pan number",
    "card",
    "card number",
    "card no",
    "cc",
    "cc number",
    "credit card",
    "credit card number",
    "debit card",
    "payment card",
    "card nr",
    "card num",
    "cc no",
    "cc num",
    "ccnum",
    "account number card",
    "number card",
    "primary account number",
    "kreditkarte",
    "kartennummer",
    "kart numarası",
    "tarjeta",
    "numero de tarjeta",
    "carte",
    "numéro de carte",
    "cartão",
    "carta di credito",
    "номер карты",
    "карта",
    "カード番号",
    "卡号",
    "银行卡",
)

PEOPLE: Final[tuple[Kind, ...]] = (
    Kind(
        name="email",
        title="Address of electronic mail (RFC 5321, RFC 6531)",
        category=Category.PII,
        pattern=(
            r"://[^\s/@:\"']+@"  # who is asked for a page, and nobody's mailbox
            # nor of a message
            r"|(?i:message[-_]?id|in-reply-to|references)\\*[\"']?\s*[:=]\s*\\*[\"']?(?:<[^<>\s]+>\s*)+"
            rf"|(?:%[0-9A-Fa-f]{{2}}|\\[nrt])?(?P<value1>{_LOCAL}{_AT}{_HOST})"
            # of what came back, with its receiver inside: VERP, SRS
            rf"|(?P<value4>[\w.-]+[+-][\w.+-]*=[\w-]+(?:\.[\w-]+)+@{_HOST}"
            rf"|SRS[01][=+-][\w.+=-]+@{_HOST})"
            rf"|(?P<value2>\\?\"[^\s\"\\@][^\"\\@]*\\?\"@{_HOST})"
            rf"|(?P<value3>[\w+-][\w.+-]*(?i:{_SAID_AT})[\w-]+(?:(?i:{_SAID_DOT})[A-Za-z][\w-]+)+)"
        ),
        not_before=r"^\W_",
        hints=(r"@[^\s@]*\.", r"(?:%40|&#64;)[^\s@]*\.", r"(?i:[\[({<](?:at|@)[\])}>])"),
        within=checks.mailboxes,
        never=("ssh", "scp", "sftp", "rsync"),
        mask=masks.email,
        rank=Rank.TEXT,
        family="email",
        matches=(
            "user ‹jane.doe@example.com› failed",
            "‹müller@bücher.example›",
            "to=<‹o'brien+tag@mail.example.co.uk›>, relay=x",
            "mailto:‹a_b-c@example.org›?subject=hi",
            "email=‹jane.doe%40example.com›&x=1",
            '"‹用户@例子.公司›"',
            "‹x@xn--bcher-kva.example›.",
            "from ‹jane [at] example [dot] com›",
            '‹"jane doe"@example.com›',
            "q=%3D‹jane%40example.com›",
            "‹jane@example.com›.The next",
            "from=<‹bounces+jane.doe=example.org@mta.example.com›>",
            "‹SRS0=HHH=TT=example.org=jane@relay.example.com›",
            "sent in reply to ‹jane@example.com›",
            "References: ‹jane@example.com›, by telephone",
        ),
        misses=(
            "user@localhost",
            "git@github.com:org/repo",
            "npm pkg@1.2.3 lodash@^4.17.21",
            "java.lang.Object@1a2b3c Foo@7f.a1 this@Main.onCreate",
            "@Override public",
            "logo@2x.png icon@3x.retina.svg",
            "ssh://deploy@host.example.com/x",
            "ssh deploy@host.example.com",
            "message-id=<20230129084109.7C2A@mail.example.com>",
            "In-Reply-To: <37280149-296b@smtp.example.com>",
            "getty@tty1.service root@ip-10-0-0-1.ec2.internal",
            "module@v1.2.3.mod",
        ),
    ),
    Kind(
        name="credit_card",
        title="Number of a payment card (ISO/IEC 7812), 12 to 19 digits",
        category=Category.PCI,
        pattern=r"%B(?P<value2>\d{12,19})\^[\w /.'-]*|"  # the first track of its stripe (ISO/IEC 7813)
        + bounded(
            r"\d{4}(?:[./]\d{4}){2,3}(?:[./]\d{1,4})?|\d{4}[./]\d{6}[./]\d{4,5}"
            rf"|\d(?:(?:[+{BLANKS}{DASHES}]|%20)?\d){{11,40}}(?:\.\d+)?",
            r"\pL\pN_.+-",
        ),
        not_before=r"\w-",
        hints=(
            _BEGIN + rf"\d(?:(?:[+{BLANKS}{DASHES}]|%20)?\d){{11}}",
            r"\d{4}[./]\d{4,6}[./]\d{4}",
            r"%B\d{12,19}\^",
        ),
        within=checks.cards,
        never=_NO_CARD,
        mask=masks.card,
        rank=Rank.NUMBER,
        family="credit_card",
        fields="(?:.*[^a-z0-9])?(?:credit_?|debit_?)?card_?(?:number|num|no)|(?:.*[^a-z0-9])?pan_?number",
        matches=(
            "card ‹4111 1111 1111 1111› declined",
            "‹378282246310005›",
            "‹4111.1111.1111.1111›",
            "%B‹4111111111111111›^DOE/JO^2512101?",
        ),
        misses=(
            "4111 1111 1111 1112",
            "9999999999999995",
            "4111 1111 1111 1112 0",
            "SpanID: 5172871048023241",
            "GTIN 4059155001383",
            '"traceId":"4111111111111111"',
            "5172871048023241.5",
        ),
    ),
    Kind(
        name="credit_card",
        title="Number of a payment card of any issuer, by the name before it",
        category=Category.PCI,
        pattern=named(_CARD_NAMES, rf"(?P<value>\d(?:[{BLANKS}{DASHES}]?\d){{11,18}})\b"),
        hints=(
            r"(?i:card|pan[^a-z0-9]|cc[^a-z0-9]|ccnum|primary_?account|kreditkarte|kart|tarjeta|carte"
            r"|cartão|карт|カード|卡号)[^\n]{1,24}?\d{4}[\d \x{a0}\x{202f}-]{8}",
        ),
        not_before=r"\w-",
        check=checks.is_named_card,
        mask=masks.card,
        rank=Rank.NUMBER - 1,
        family="credit_card",
        matches=(
            "card number: ‹174176069066189›",
            "payment_card: ‹1354 2833 9347 578›",
            '"ccNumber": "‹174176069066189›"',
        ),
        misses=("card number: 174176069066188", "discard 174176069066189"),
    ),
    Kind(
        name="ssn",
        title="Social security number of the United States",
        category=Category.PII,
        pattern=bounded(rf"\d{{3}}[{DASHES}]\d{{2}}[{DASHES}]\d{{4}}"),
        not_before=r"\w-",
        hints=(rf"\d{{3}}[{DASHES}]\d{{2}}[{DASHES}]\d{{4}}",),
        check=checks.is_issued_ssn,
        mask=masks.SSN,
        rank=Rank.NUMBER,
        family="ssn",
        fields="(?:.*[^a-z0-9])?(?:ssn|social_?security(?:_?(?:number|num|no))?)",
        matches=("ssn ‹123-45-6789›", "‹536-90-4399›."),
        misses=(
            "000-12-3456",
            "666-12-3456",
            "900-12-3456",
            "123-00-4567",
            "123-45-0000",
            "078-05-1120",
            "219-09-9999",
            "0123-45-6789",
        ),
    ),
    Kind(
        name="ssn",
        title="Social security number of the United States, by the name before it",
        category=Category.PII,
        pattern=named(
            (
                "ssn",
                "ssn4",
                "social security",
                "social security number",
                "social security no",
                "social sec",
                "social number",
                "social no",
                "social ins",
                "soc sec",
                "soc. sec. no",
                "soc. sec",
                "sosec",
                "ss number",
                "ss num",
                "ss no",
                "ssa number",
                "ssa no",
                "ssn field",
                "ssn value",
                "ssn last",
                "itin",
                "s.s.n.",
                "tax id",
                "taxpayer id",
                "social",
                "ss #",
                "ss#",
                "social insurance",
            ),
            rf"(?P<value>\d{{9}}|\d{{3}}(?:[{BLANKS}._/]|%20|[+])\d{{2}}(?:[{BLANKS}._/]|%20|[+])\d{{4}})\b",
        ),
        hints=(
            *hints(
                "ssn",
                "social",
                "soc sec",
                "soc. sec",
                "sosec",
                "ss num",
                "ssa num",
                "ssa no",
                "s.s.n",
                "tax id",
            ),
            *hints("taxpayer id", "ss#", "ss #"),
            r"(?i:ss[ _-]?no|itin)[^a-zA-Z]{1,4}\d{3}",
        ),
        not_before=r"\w-",
        check=checks.is_issued_ssn,
        mask=masks.SSN,
        rank=Rank.NUMBER + 1,
        family="ssn",
        matches=(
            "ssn=‹536904399›",
            "SSN: ‹536 90 4399›",
            "S.S.N.: ‹536904399›",
            "SS No. ‹536904399›",
            '"customerSsn":"‹536904399›"',
        ),
        misses=("ssn=666904399", "session 536904399", "ssn: 5369043991"),
    ),
)
