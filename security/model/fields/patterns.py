"""RE2 of where a field with its value stands, whatever writes it; what reads the value asks more of it."""

from typing import Final

from security.model.fields import lists

_NAMES: Final = sorted(
    {
        *lists.PART,
        *lists.WHOLE,
        *lists.STREET,
        *lists.CODE,
        *lists.TOWN,
        *lists.ROLE,
    },
    key=lambda name: (-len(name), name),
)


def _any_of(names: list[str]) -> str:
    """RE2 of ``names``, in whatever case, after what is no letter; and as the end of a camelCase name."""
    plain = "|".join(name.replace("_", "[_. -]?") for name in names)
    camel = "|".join(
        "".join(part.capitalize() for part in name.split("_")) for name in names if name.isascii()
    )
    return rf"(?:(?:^|\b|\P{{L}})(?i:{plain})|[a-z](?:{camel}))\d?"


_Q: Final = r"(?:\\*[\"'`]|&quot;)"
_BETWEEN: Final = "|".join((
    rf"{_Q}?\]?\s{{0,2}}(?:=>|->|:=|=|:|：)\s{{0,4}}(?:{_Q}|[\[(«“‹])?",
    rf"{_Q},\s?{_Q}(?i:(?:new|old)?_?(?:value|val)|v|text|content|new|old|from|to|before"
    rf"|after){_Q}\s?:\s?{_Q}",
    rf"{_Q}(?:,\s?|\s){_Q}",
    rf"{_Q}?\s?>(?:<!\[CDATA\[)?",
    r"\s\|\s",
    r"(?:\[\d\]|\s(?:is|was|ist|est|es|è|to))\s\\*[\"']?",
    r"[ \t](?:\\*[\"'`]|[\[(«“]|[-–—] )|[「『【]",
    rf"{_Q}:?\s(?:rejected )?value:?\s\[?{_Q}?",
))  # fmt: skip
_HEAD: Final = r"[\p{L}\d№#]"
#: Names behind which, in a sentence, a name follows without a mark.
SAID: Final = r"(?:\b|\P{L})(?i:(?:last|first|full|family|given)[_ ]?name|surname|nachname|apellidos?) "
_SURE: Final = [*lists.PART, *lists.WHOLE, *lists.STREET, *lists.CODE]
_PLAIN_COLUMNS: Final = [one for one in (*lists.PART, *lists.WHOLE, *lists.STREET) if one.isascii()]
#: RE2: a field with its value; one that is set by a flag; the head of a column.
FIELD: Final = rf"{_any_of(_NAMES)}(?:{_BETWEEN})"
FLAG: Final = rf"--(?:[\w]+-){{0,3}}(?i:{'|'.join(n.replace('_', '-') for n in _SURE if n.isascii())}) "
COLUMN: Final = rf"{_any_of(_PLAIN_COLUMNS)}(?:[;)\t\n|]|, ?[\w]+[,)\n]|\\[nt])"
_W: Final = r"\p{Lu}[\p{L}\p{M}'’.-]*"
#: ``Last, First`` behind a word that says that somebody follows.
TURNED: Final = (
    r"(?i:by|for|from|to|of|with|user|customer|patient|passenger|guest|dear|holder|student|employee"
    r"|client|cliente"
    rf"|kunde|recipient|contact|member|driver|hello|mr|mrs|ms|dr)\.?,? {_W}(?:[ -]{_W})?, {_W}"
)
_OF: Final = r"(?:(?:de|da|van|von|der|den|di|del|la|el|al|bin|du|dos|do|ter|le) ){0,2}"
_EASTERN: Final = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]"
#: A name in Chinese, Japanese or Korean, in which a blank may be.
_EAST: Final = rf"{_EASTERN}{{1,4}}[ \x{{3000}}]?{_EASTERN}{{1,5}}"
_CASELESS: Final = r"(?:[\p{Arabic}\p{M}]+|[\p{Hebrew}'\"]+|[\p{Thai}\p{M}]+|[\p{Devanagari}\p{M}]+)"
#: Two words with capitals, or up to four; the same in scripts that have none.
_JOINED: Final = rf"{_W}(?:[ -]{_OF}{_W}){{1,3}}"
_ANY_JOINED: Final = rf"(?:{_JOINED}|{_EAST}|{_CASELESS}(?: {_CASELESS}){{1,3}})"
_BEGINS: Final = r"(?:^|[\s:,;(\[=>\"'`])"
_ENDS: Final = r"(?:[\s,.;:!?)\"']|$)"
_TITLED: Final = r"(?:(?:Mr|Mrs|Ms|Dr|Herr|Frau|Sr|Sra)\.? )?"
#: What is before a name, how it is written, and what is behind it, where that tells that it is one.
MET: Final = (
    (_BEGINS, _ANY_JOINED, r"\\?[\"']? ?\\?<[\w.+%='-]+(?:@|%40)"),  # Name <box@host>
    (
        r"(?:^|[;,|\t])\s?[\"']?",
        _ANY_JOINED,
        r"[\"']?\s?[;,|\t]\s?[\"']?[\w.+%-]+@[\w-]+\.",
    ),  # the same in CSV
    (  # whom a message greets
        r"(?:\b(?:Dear|Hi|Hello|Hey|Hola|Bonjour|Cher|Hallo|Lieber?|Beste|Ciao|Gentile|Estimad[oa]|Prezad[oa]"
        r"|Hej|Hei|Ahoj|Szia|Salut|Merhaba|[wW]elcome(?: back)?)|Chère|Olá|Cześć|Bună|Sayın|Привет"
        rf"|Здравствуйте|Вітаю),? {_TITLED}",
        _JOINED,
        r"\\?[,!.\n\"']",
    ),
    (  # what only people are called
        r"\b(?i:assigned (?:\w+ )?to|policy ?holder|card ?holder|account (?:owner|holder)(?: (?:changed|set"
        r"|updated) to)?|next of kin|emergency contact|attending physician|nurse|on behalf of|handed over to"
        rf"|patient|passenger|invited by|escalated to|accompanied by),? {_TITLED}",
        _JOINED,
        _ENDS,
    ),
    (r"\b(?:Mr|Mrs|Ms)\. ", _W, _ENDS),
    (_BEGINS, _ANY_JOINED, r"\\?[\"']{0,2} ?\\?<(?:sip:|tel:)?\+?\d{6}"),  # who calls, and from where
    (  # whose number, or whose birth, is told at once
        _BEGINS,
        _JOINED,
        r",? \(?(?i:phone|tel|mobile|mob|cell|dob|date of birth|born|geb|née?|nascid[oa]|nacid[oa]|nat[oa] il"
        r"|passport|passeport|reisepass|ssn|nir|cpf|dni|pesel|ahv|kennitala|e-?mail)\b",
    ),
    (  # who says who it is
        r"(?i:\b(?:my name is|je m['’]appelle|nazywam się|me llamo|ich heiße|mi chiamo|meu nome é"
        r"|jag heter|jeg hedder|jeg heter|ik heet|mijn naam is|mein name ist|numele meu este|jmenuji se|adım)"
        r"|меня зовут|мене звати) ",
        _JOINED,
        _ENDS,
    ),
    (  # a creditor or a debtor (ISO 20022), a patient (DICOM), a customer (SWIFT), a subject (SAML)
        r"(?:<(?:\w+:)?(?:Cdtr|Dbtr|UltmtCdtr|UltmtDbtr)>\s*<(?:\w+:)?Nm>"
        r"|\(0010,0010\) PN \[|:(?:50[AFK]|59F?):/[^\n]{5,40}\n"
        r"|Name=\\?\"(?:displayName|cn|givenName|sn|surname)\\?\"[^<>]*>\s*<(?:\w+:)?AttributeValue[^<>]*>)",
        r"\p{L}[\p{L}\p{M} .,'’^-]{2,60}",
        r"[<\]\n]",
    ),
    (
        _BEGINS,
        _EAST,
        r" ?(?:様|さん|先生|先輩|씨|님)",
    ),
    (  # a passenger, as airlines write it
        r"(?:^|[\s:/\"',;\[(]|\d\.)",
        r"\p{Lu}[\p{Lu}'-]+(?: \p{Lu}[\p{Lu}'-]+){0,2}/\p{Lu}{2,}(?: \p{Lu}{2,})?",
        r"(?: ?(?:MR|MRS|MS|MISS|MSTR|CHD|INF|DR)\b| ?\((?:ADT|CHD|INF)\))",
    ),
    (r"(?:^|\n|\\n)N(?:;[\w=-]+)*:", r"[^;:\n]{2,40};[^;:\n]{2,40}", r"(?:;|\n|\\n|$)"),  # in vCards
    (r"", r"=\?[\w-]+\?[QqBb]\?[^?\s]{3,200}\?=", r"\s?<"),  # encoded words (RFC 2047) before a mailbox
    (
        r"(?i:set\w{0,12}(?:first|last|given|family|sur|middle)_?name)\(\\*[\"']?",
        r"\p{L}[^\"'()\n]{0,60}",
        r"\\*[\"']?\)",
    ),
    (r"urn:oid:2\.5\.4\.(?:3|4|42)[\"']?\s?[:=]\s?\[?\s?[\"']", r"\p{Lu}[^\"'\n]{1,60}", r"[\"']"),  # in SAML
    (  # a thing that is called after its owner
        r"(?:^|[\s\"'(=:])",
        r"\p{Lu}\p{Ll}{2,}",
        r"(?:['’]?s[ -]|-)(?:iPhone|iPad|MacBook|iMac|Galaxy|Pixel|AirPods|Apple-Watch|Laptop|PC)\b",
    ),
    (r"<(?:\w+:)?(?:family|given)(?: [^<>]{0,80})?>", r"[^<>{}$\n]{2,60}", r"</"),  # in FHIR's XML
    (
        r"[|^~]",
        r"\p{Lu}[\p{L}'’-]+\^\p{Lu}[\p{L}'’-]*\p{L}{2}(?:\^\p{Lu}\p{L}*)?",
        r"\^{2,4}[A-Z]{0,4}[|^]",
    ),  # in HL7
)
#: A name as FHIR has it, its last part beside the others; and as many others have it.
HUMAN: Final = (
    rf"{_Q}(?:first|fn){_Q}\s?:\s?{_Q}\p{{Lu}}[^\"'`\\\n]+{_Q},\s?{_Q}(?:last"
    rf"|ln){_Q}\s?:\s?{_Q}\p{{Lu}}[^\"'`\\\n]+|"
    rf"{_Q}family{_Q}\s?:\s?{_Q}[^\"'`\\\n]+{_Q},\s?{_Q}given{_Q}\s?:\s?\[\s?{_Q}[^\"'`\\\n]+"
    rf"|{_Q}given{_Q}\s?:\s?\[\s?{_Q}[^\[\]\n]+\],\s?{_Q}family{_Q}\s?:\s?{_Q}[^\"'`\\\n]+"
)
_TOWN_LIKE: Final = (
    rf"{_W}(?:[ -](?:(?:de|la|le|du|des|sur|am|an|der|im|in|na|nad|y|da|do|dos|di|del|of|upon) )?{_W}){{0,3}}"
)
_CODE_LIKE: Final = (
    r"(?:[A-Z]{1,3}-)?\d{4,8}(?:-\d{3,4}| [A-Z]{2}\b)?"
    r"|\d{2,3}[ -]\d{2,3}|[A-Z]\d[A-Z] ?\d[A-Z]\d|[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}"
)
_NUMBER: Final = r"\d{1,5}[A-Za-z]?(?:[/-]\d{1,4}[A-Za-z]?)?"
_STREET_LIKE: Final = rf"(?:{_NUMBER} {_TOWN_LIKE}|{_W}(?: [\p{{L}}\p{{M}}.'’-]+){{0,4}},? {_NUMBER}\.?)"
#: A street with its number, then a code and a town in either order.
LINE: Final = (
    rf"{_STREET_LIKE}(?: (?:{_CODE_LIKE}) {_TOWN_LIKE}"
    rf"|(?:, ?| / |\n)(?:(?:{_CODE_LIKE}) {_TOWN_LIKE}|{_TOWN_LIKE},? (?:{_CODE_LIKE})\b))"
)
CUES: Final = "|".join((
    rf"{_any_of([*_SURE])}(?:{_BETWEEN}){_HEAD}",
    rf"{FLAG}{_HEAD}",
    rf"{SAID}\p{{Lu}}\p{{Ll}}",
    rf"{_any_of(['nom', 'nombre', 'nome', 'ime', 'meno'])}(?:{_BETWEEN})\p{{Lu}}\p{{Ll}}",
    TURNED,
    *("".join(one) for one in MET),
    rf"{_Q}(?:family|given|first|fn){_Q}\s?:\s?(?:\[\s?)?{_Q}",
    LINE,
    rf"{_any_of(lists.ROLE)}(?:{_BETWEEN})(?:\p{{Ll}}[\p{{L}}'’.-]{{1,20}} \p{{Ll}}|\p{{Lu}}\. ?\p{{Lu}}"
    r"|\p{Lu}[\p{L}'’-]+, \p{Lu}\p{Ll}|\p{Lu}{2,},? \p{Lu}{2}|\p{L}+(?:%[0-9A-F]|\+\p{L}))",
    COLUMN,
))  # fmt: skip
