r"""Text → names and values in it that words, brackets or types of a language keep apart.

``phone LIKE '…'``, ``phone: Some("…")``, ``Cannot parse phone from "…"``, ``"…" is not a valid phone``: each
pattern looks for one such way, is searched only where its mark is, and never backtracks over more than a
few hundred characters.
"""

import re
from collections.abc import Iterator
from typing import Final

from security.detectors.matching import which_of

#: RE2 of what is between a name and a value in these ways, where the name alone may be no hint.
PAIR_HINTS: Final = (
    r": rejected value \[",
    r"(?:(?i: like |from |with value |cannot parse )[NE]?|: (?:Some|Just)[( ]|input_value=)[\"'][^\"'\n]*\d",
    r"\]\s?=>?\s?(?:(?:string|int)\(|[\"'][+(]?\d)|;s:\d|\{\\*\"(?:S|N|\$[a-z]*|old|new)\\*\":\\*\"",
    r"Duplicate entry '|duplicate key value is \(|dup key: \{|Key \([^)\n]*\)=\(",
    r"form-data; name=|(?:root|system)\\*\"?[:=]\\*\"(?:urn|2\.16|http)",
    r"/by[-_][a-z]",
)
_NAME: Final = r"(?P<name>[^\W\d][\w.@$-]{0,60}+)"
_AT_NAME: Final = rf"(?<![\w.$-]){_NAME}"
_QUOTED: Final = r"(?:\"(?P<value1>[^\"\n]{0,500}+)\"|'(?P<value2>[^'\n]{0,500}+)')"
_SECOND: Final = r"(?:\"(?P<value3>[^\"\n]{0,500}+)\"|'(?P<value4>[^'\n]{0,500}+)')"
_BARE: Final = r"[^\s\"'(){}\[\],;=<>&]{1,200}+"
_DAY: Final = r"\d{4}, ?\d{1,2}, ?\d{1,2}(?!\d)"
_KEY: Final = (
    r"(?:S|N|[vV]al(?:ue)?|\$\w+|[Ss]tring(?:Value)?|[Nn]umber|inner|raw|text|eq|equals|0"
    r"|(?:old|new|from|to|before|after|previous|current)(?:_?[vV]alue)?)"
)
_BETWEEN: Final = (
    r"(?i:(?:not )?i?like|(?:not )?(?:rlike|regexp|similar to)|from|(?:not )?in \(|<>|!=|[<>]=?|~\*?|is"
    r"|was|to|got"
    r"|(?:with|has|had|have)(?: an?)?(?: (?:invalid|bad|illegal|unexpected|wrong|unknown"
    r"|duplicate))?(?: value)?"
    r"|(?:changed|updated|modified|set|renamed|corrected)(?: from| to)?|value|already (?:exists|taken"
    r"|used)[:(]?)"
)

#: Types of languages that hold one value.
_TYPE: Final = r"[A-Za-z_][\w.:]*(?:<[\w:]*>)?"
_KNOWN: Final = (
    r"(?:Some|Just|Ok|Right|Opt(?:ional)?(?:\.of)?|Option|Secret\w*|Redacted|Number(?:Long|Int|Decimal)|Decimal|Long|Big\w+"
    r"|Int\w*|Str\w*|Text|Value|Attribute\w*|[\w.]*[dD]ate(?:[tT]ime)?)"
)
#: What is told by its name in a path.
_IN_PATHS: Final = (
    r"(?:ssn|passports?|nino|iban|nif|dni|nie|cpf|curp|rfc|rut|cuit|bsn|pesel|msisdn|imei|imsi|aadhaa?r|nric|hkid"
    r"|personnummer|mrn|nhs[-_]?numbers?|phone[-_]?numbers?|phones?|emails?|cards?|accounts?[-_]numbers?|licen[sc]es?)"
)
#: RE2 of what is in a text where a name and then a value may be, and where they are.
_WAYS: Final = (
    (  # HL7's codes of identifiers in FHIR
        r"\"code\"\s?:\s?\"[A-Z]",
        re.compile(
            r"\"code\"\s?:\s?\"(?P<name>[A-Z]{2,6})\"[^{}]{0,300}\}\s?\][^{}]{0,300}\}[^{}]{0,300}?\"value\"\s?:\s?"
            r"\"(?P<value>[^\"\n]{1,200}+)\""
        ),
    ),
    (  # a condition of SQL, a message of a parser
        rf"[\w\"'`\])] ?{_BETWEEN} ?[NEBnU]?[\"']",
        re.compile(
            rf"{_AT_NAME}[\"'`\])]{{0,2}}\s?{_BETWEEN}\s?[NEBnU]?{_QUOTED}(?:\s?(?:to|->|=>|→)\s?{_SECOND})?"
        ),
    ),
    (  # what it was, and what it is
        r"[\w\"')] ?(?:->|=>|→) ?[\"'\w(+]|[\"'] to [\"']|from [^\s]*\d[^\s]* to ",
        re.compile(
            rf"{_AT_NAME}[\"'`]?(?:\s?[:=]\s?|\s(?:changed |updated |modified )?(?:from )?)"
            rf"(?:{_QUOTED}|(?P<value5>{_BARE}))\s?(?:->|=>|→|to)\s?(?:{_SECOND}|(?P<value6>{_BARE}))"
        ),
    ),
    (  # in a value of a type: Some("…"), {"S": "…"}, Ssn(value=…), datetime.date(1985, 7, 9)
        rf"[\w\"'`] ?(?:=>|[:=]) ?[&*@#]?(?:new )?(?:{_TYPE}[({{\[] ?(?:{_KEY}[\"']? ?[:=]|[\"'])"
        rf"|{_KNOWN}[({{\[]|\{{ ?[\"']?{_KEY}[\"']? ?[:=])",
        re.compile(
            rf"{_AT_NAME}[\"'`]?\s?(?:=>|[:=])\s?(?:[&*@#]|new )?"
            rf"(?:(?:{_TYPE}[({{\[]|\{{)\s?[\"']?{_KEY}[\"']?\s?[:=]\s?\[?\s?"
            rf"(?:{_QUOTED}|(?P<value5>{_DAY}|{_BARE}))"
            rf"(?:,\s?[\"']?{_KEY}[\"']?\s?[:=]\s?(?:{_SECOND}|(?P<value6>{_BARE})))?"
            rf"|{_KNOWN}[({{\[]\s?(?:\"(?P<value7>[^\"\n]{{0,500}}+)\"|'(?P<value8>[^'\n]{{0,500}}+)'"
            rf"|(?P<value9>{_DAY}|{_BARE}))"
            rf"|{_TYPE}[({{\[]\s?(?:\"(?P<value10>[^\"\n]{{0,500}}+)\"|'(?P<value11>[^'\n]{{0,500}}+)')\s?[)\]}}])"
        ),
    ),
    (  # an item of an array, of PHP, Lua, Python
        r"[\"'](?::[\"\w:\\]*)? ?\]\s*=>?\s*(?:str|[\"'\d.+-]|int|float|double)",
        re.compile(
            rf"\[\s?[\"']{_NAME}[\"'](?::[\"\w:\\]{{1,60}}+)?\s?\]\s{{0,4}}=>?\s{{0,8}}(?:(?:string|str)\(\d+\)\s)?"
            rf"(?:{_QUOTED}|(?:int|float|double)\((?P<value5>[^()\n]{{1,40}}+)\)|(?P<value6>[\d.+-]++))"
        ),
    ),
    (  # as PHP serializes it
        r"s:\d+:\\?\"[^\"\\]*\\?\";[sid]:",
        re.compile(
            rf"s:\d+:\\?\"{_NAME}\\?\";(?:s:\d+:\\?\"(?P<value1>[^\"\\\n]{{0,500}}+)|[id]:(?P<value2>[\d.+-]++))"
        ),
    ),
    (  # two fields of an object, two attributes of an element
        r"[\"'][\s,;]{0,3}[\"']?(?i:value|val|default|old|from|before|extension|new)[\w]*[\"']?\s?[:=]\s?[\"'\d]",
        re.compile(
            r"(?i)\b(?:name|key|id|field|property|parameter|header|var|column|attr(?:ibute)?|label|path|param|system|root)"
            r"[\"']?\s?[:=]\s?[\"'](?P<name>[\w.:/#@ \[\]-]{1,120}+)[\"']"
            r"[\s,;]{0,3}[\"']?(?:value|val|default|old_?(?:value)?|from|before|extension|new_?(?:value)?)[\"']?\s?[:=]\s?"
            rf"(?:{_QUOTED}|(?P<value5>\d[\d.+-]*+))"
            r"(?:[\s,;]{0,3}[\"']?(?:new_?(?:value)?|to|after)[\"']?\s?[:=]\s?"
            rf"(?:{_SECOND}|(?P<value6>\d[\d.+-]*+)))?"
        ),
    ),
    (  # the same in logfmt
        r"(?i:field|column|attr|attribute|key|name|property)=[\w.-]+[\s,;]{1,2}(?i:val|old|from|before|new)",
        re.compile(
            r"(?i)\b(?:field|column|attr(?:ibute)?|key|name|property)=(?P<name>[\w.-]{1,60}+)[\s,;]{1,2}"
            rf"(?:value|val|old_?(?:value)?|from|before|new_?(?:value)?)=(?:{_QUOTED}|(?P<value5>{_BARE}))"
            rf"(?:[\s,;]{{1,2}}(?:new_?(?:value)?|to|after)=(?:{_SECOND}|(?P<value6>{_BARE})))?"
        ),
    ),
    (  # two items
        r"[(\[{]\s?[\"'][\w.@-]+[\"']\s?,\s?[\"'\d]",
        re.compile(rf"[(\[{{]\s?[\"']{_NAME}[\"']\s?,\s?(?:{_QUOTED}|(?P<value5>\d[\d.+-]*+))\s?[)\]}}]"),
    ),
    (  # what a form refused, as Spring logs it
        r"rejected value \[",
        re.compile(r"field '(?P<name>[\w.\[\]-]{1,80}+)': rejected value \[(?P<value>[^\]\n]*+)\]"),
    ),
    (  # and as Pydantic does
        r"input_value=",
        re.compile(
            rf"(?m)^[\w.]{{0,60}}?{_NAME}\n[^\n]{{0,300}}?input_value=(?:{_QUOTED}|(?P<value5>[\d.+-]++))"
        ),
    ),
    (
        r"</",
        re.compile(r"<(?:[\w-]{1,30}+:)?(?P<name>[\w.-]{1,60}+)(?:\s[^<>]{0,200})?>(?P<value>[^<>\n]++)</"),
    ),
    (
        r"\] => ",
        re.compile(
            r"(?m)(?:^[ \t]*+|[ (])\[[\"']?(?P<name>[\w.-]{1,60}+)[\"']?\][ ]=>[ ](?P<value"
            r">[^\n\[]++)"
        ),
    ),
    (  # the value first
        r"[\"']\s(?:is not |(?:is |was )?(?:an? )?(?:invalid|rejected|already)|(?:is )?(?:not valid "
        r"|invalid |given |supplied |specified )?(?:for|in|as)\s)",
        re.compile(
            rf"{_QUOTED}\s(?:is not (?:an? )?(?:valid|allowed|permitted)|(?:is "
            rf"|was )?(?:an? )?(?:invalid|rejected|already taken)"
            r"|(?:is )?(?:not valid |invalid |given |supplied |specified )?(?:for|in|as))"
            r"(?:\s(?:value|an?|the|for|as|in|field|key|column|property|parameter|attribute|index|constraint)){0,4}"
            r"\s[\"'`]?(?:[\w]{1,40}\.){0,3}(?P<name>[^\W\d][\w-]{1,60}+)"
        ),
    ),
    (
        r"reference chain: ",
        re.compile(
            rf"{_QUOTED}[^\n]{{0,300}}?reference chain: [^\n]{{0,200}}?\[\"(?P<name>[\w.-]{{1,6"
            rf"0}})\"\]\)"
        ),
    ),
    (
        r"duplicate key value is \(",
        re.compile(
            r"index '(?P<name>[\w.]{1,100}+)'[^\n]{0,40}?duplicate key value is \((?P<value>[^\n"
            r"]{1,200}?)\)(?:\.|$)"
        ),
    ),
    (
        r"dup key: \{",
        re.compile(
            r"index: (?:[\w.]{1,60}\$)?(?P<name>[\w.]{1,60}?)(?:_-?1)?[ ]+dup key: \{ ?: ?[\"']("
            r"?P<value>[^\"'\n]{1,200}+)"
        ),
    ),
    (  # a part of a form
        r"form-data; name=",
        re.compile(
            r"form-data; name=\"(?P<name>[\w.\[\]-]{1,60}+)\"[^\n\"]{0,80}(?:\r?\n){2}(?P<value>"
            r"[^\r\n]{1,500}+)"
        ),
    ),
    (  # a part of an address
        r"/[bB]y[-_]?[A-Za-z]",
        re.compile(r"/[bB]y[-_]?(?P<name>[A-Za-z][\w-]{1,60}+)/(?P<value>[^/?#\s\"'<>]{1,200}+)"),
    ),
    (  # another one of those whose names say nothing else
        rf"(?i:{_IN_PATHS}/)",
        re.compile(
            rf"(?i)/(?P<name>(?:[a-z]{{1,20}}[-_]){{0,3}}{_IN_PATHS})/"
            r"(?P<value>[^/?#\s\"'<>]{0,60}\d{4}[^/?#\s\"'<>]{0,60})"
        ),
    ),
)
#: What begins and ends the names of keys and constraints.
_AFFIXES: Final = re.compile(
    r"(?i)^(?:(?:uq|uk|ux|ix|idx|uidx|unique|index|uniq|pk|fk)_+)+|(?:_+(?:uq|uk|ux|ix|idx|uidx|unique|index|uniq|key|-?1))+$"
)
#: HL7's table 0203 of kinds of identifiers, and their object identifiers.
IDENTIFIERS: Final = {
    "MR": "medical record number",
    "MRN": "medical record number",
    "PI": "patient id",
    "PT": "patient id",
    "PN": "patient number",
    "SS": "ssn",
    "SSN": "ssn",
    "SB": "social security number",
    "DL": "driver license",
    "PPN": "passport number",
    "NPI": "npi",
    "DEA": "dea number",
    "MC": "medicare number",
    "MA": "health insurance id",
    "MB": "member id",
    "HC": "health card",
    "NIIP": "health insurance id",
    "NI": "national id",
    "NNxxx": "national id",
    "TAX": "tax id",
    "BA": "bank account",
    "BC": "card number",
    "CC": "card number",
    "2.16.840.1.113883.4.1": "ssn",
    "2.16.840.1.113883.4.6": "npi",
    "2.16.840.1.113883.4.330": "passport number",
    "2.16.840.1.113883.4.572": "medicare number",
    "2.16.840.1.113883.4.927": "medicare number",
    "2.16.840.1.113883.2.1.4.1": "nhs number",
}


#: RE2 of all of them.
PAIR_MARKS: Final = "|".join(mark for mark, _ in _WAYS)
_MARKED: Final = which_of(mark for mark, _ in _WAYS)


def pairs(text: str, data: bytes) -> Iterator[tuple[int, int, str]]:
    """Where values that are apart from their names begin and end, and the names. ``data``: in UTF-8."""
    for way in sorted(_MARKED(data)):
        for match in _WAYS[way][1].finditer(text):
            name = called(match["name"])
            for group, value in match.groupdict().items():
                if group != "name" and value:
                    yield *match.span(group), name


def called(name: str) -> str:
    """What a detector knows ``name`` as, of an identifier, an address, a key of a table."""
    last = name.rpartition("/")[2].removeprefix("urn:oid:")
    return IDENTIFIERS.get(last, "") or _AFFIXES.sub("", last)
