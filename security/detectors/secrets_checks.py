"""Whether a text is a secret at all: not a place for one, not a word, not an identifier, not a digest."""

import base64
import math
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote, unquote_plus

from security.detectors.checks import entropy

#: What stands where a secret will stand, or stood.
_PLACE: Final = re.compile(
    r"""(?ix)
      (?:null|none|nil|undefined|nan|true|false|yes|no|n/a|na|empty|blank|unset|unknown|void|todo|tbd|fixme
        |redacted|hidden|masked|removed|filtered|protected|sanitized|omitted|encrypted|placeholder
        |replace[_-]?me|string|str|char|varchar|text|bytes?|int(?:eger)?|number|bool(?:ean)?|object|any)
      | (?:redacted|hidden|masked|removed|filtered)(?:_[a-z]+){1,6}
      | \W{0,5} | x{3,} | [\\*•●·xX\#?_.█■＊-]+ | <%.* | <\?.* | !{1,2}[A-Za-z]+ | @\w+\(.*
      | __\w+__ | @@?\w+@@? | [a-z][a-z0-9+-]*://\S* | \$\w+:\w+ | %\w+\(.*
      | -\w | --[a-z][\w-]* | ENC[\[(].* | \$\w+(?:->\w|\[\\*["'\w]).*
      | [&*]?(?:str|string)[?!]? | \[\]byte | SecretStr(?:ing)?
      | (?:option(?:al)?|list|vec|set|map|maybe|promise|box|secret)<.*
      | <?(?:redacted|sensitive|masked|hidden)>.* | VALUE_SPECIFIED_IN_NO_LOG_PARAMETER
      | <[^<>]*> | <[\w\ .:-]* | &lt;.* | \\+u003c.* | \\+u0026lt;.*
      | \$\{.*\}? | \{\{.* | \{[^{}]*\} | \{[\w\ .:-]* | \$\(.*\)? | \#\{.* | @\{.* | \[\[.* | \[object.*
      | %[a-z_]*% | %-?\d*[a-z] | %\(\w+\)[a-z] | \?\d* | [$:@]\d{1,2}
      | [$:]\w*(?:pass|pw|secret|token|key)\w* | @[a-z_]*(?:pass|pw|secret|token|key)[a-z_]*
      | [\[(<{]+(?:redacted|hidden|masked|removed|filtered|protected|sanitized|omitted|secret|private
        |sensitive|encrypted|not|empty|none|null|obfuscated|censored|unchanged|unset|provided|present|stripped
        |elided|scrubbed|truncated|suppressed|concealed|known|default|optional|required)\b[\w\ -]*[\])>}]*
      | (?:your|enter|insert|put|paste)[_\ -].* | .*[_-]here
      | \[[BCI]@[0-9a-f]+ | [\w$]+(?:\.[\w$]+)+@[0-9a-f]{4,8}
      | (?:op|ssm|vault|arn|file|env|ref|secretref|kms|sops|keyring|projects|resolve)[:/]\S*
      | \{?(?:cipher|vault|aes)\}?:\S*
      | /[\w.@-]{0,20} | (?:\./|\.\./|~/|[A-Z]:\\)[\w.@-]+
      | (?:/|\./|\.\./|~/|[A-Z]:\\)[\w.@-]+(?:[/\\][\w.@-]*)+
    """
)
#: What was masked before.
_MASKED: Final = re.compile(r"\[[A-Z][A-Z0-9_]{2,}\]|\*{3}|<[a-z0-9_]+[:~][\w-]+>")
#: The name of a variable that holds one, in a shell or between the quotes of ``getenv("DB_PASS")``.
_SHELL_NAME: Final = re.compile(
    r"\$\{?[A-Z_][A-Z0-9_]{2,}\}?|\$\{?[a-z_]{3,}\}?"
    r"|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:PASS(?:WORD|WD|PHRASE)?|PWD|SECRET|TOKEN|KEY)"
)
#: Words of the sentences in which the name of a secret is spoken of.
_SPEECH: Final = frozenset(
    """a about above accepted accessing after again all allowed already an and are as at attempt attempts
    auth authentication authtok been chauthtok
    before being bad below by can cannot can't change changed changes
    changing characters check checked checking column complexity configured confirm confirmation
    contain contains correct could created credentials denied did didn't different disabled do does
    doesn't don't enabled encoded encoder encoding encryption enter entered error exceeded exceeds
    expiration expired expires fail failed fails failure field file for format forgot forgotten found from
    generated generating given good grant has hash hashed hashing have history if ignored in
    incorrect input invalid is isn't it its key length less login lost match matched matches max
    maximum may mechanism method min minimum mismatch missing more must name need needed needs never
    new no not of off ok old on only or out page parameter please policy prompt provided query read
    received required optional recovery rejected reset resetting retry reuse rotated rotation rules
    same saved scheme send sent set setting short should skipped starting status stored strength
    strong success successful successfully that the then there this to token too type unchanged
    unauthorized update updated updating url use used user username using valid validated validating
    validation validator value verified verify verification was wasn't weak were when will with
    without wrong you your manager generator hint store vault help twice repeat plaintext bcrypt
    login page screen form dialog email phone service provider address role account
    falsch ungültig vergessen ändern geändert abgelaufen erforderlich korrekt leer fehlt
    incorrecta incorrecto inválida inválido olvidada caducada requerida cambiada actualizada errónea
    invalide oublié expiré requis modifié incorreta incorreto esquecida errada obrigatória alterada
    errata scaduta dimenticata onjuist vergeten verlopen gewijzigd felaktigt glömt nieprawidłowe błędne
    zapomniałem wygasło zmienione špatné zapomenuté неверный неверно забыт забыли изменён изменен
    обязателен истёк yanlış hatalı
    done completed finished here there mine ours yours theirs gone lost kept safe null just like what
    where how who both two three
    ever even many most some such than authorization protection rotation verification request response
    requests responses session database server client host system option options flag button input label
    screen view model type types values string strings entry entries item items list version attribute
    property argument parameters protected hashes salt algorithm length strength based only first last
    next previous current still also always user's users admins root's nicht wurde sein nicht está fue será
    été sera non deve gesetzt zurückgesetzt muss darf kann known via instructions""".split()
)
_CODE: Final = re.compile(
    r"""(?x) (?:\w+(?:\.|::|->))*(?:self|this|config|cfg|conf|settings?|options|opts|env|environ|process|req
          |request|params|args|kwargs|user|account|props|java|com|org|net|os|app|data|event|ctx|context|body|form|input
          |state|credentials?|secrets?|passwords?|get\w*|String|string|str|var|vars|local|locals|module|each
          |inputs?|outputs?|steps|parameters|dto|payload|json|response|res|fields?|constants?|globals?|[Cc]onfiguration|[Ee]nvironment|Config|System
          |[Pp]roperties|builder|random_\w+|aws_\w+|azurerm_\w+|google_\w+|vault_\w+
          )(?:\.|::|->)[A-Za-z_$][\w.$]*(?:[(\[].*)?
        | (?:[A-Za-z_$][\w$]*(?:\?\.|\.|::|->))+\$?[A-Za-z_]*(?i:pass|pwd|secret|token|key|cred)\w*(?:\(\))?
        | (?:[A-Za-z_$][\w$]*\.)+[A-Za-z_$][\w$]*\(.*
        | [A-Za-z_]\w{2,}(?:\([\w"'., ]*\)?|\[["'\w]*\]?)(?:\..*)?
        | await|new|lambda|function|return"""
)
_WORDY: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_UUID: Final = re.compile(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_RUN: Final = re.compile(r"(.)\1{7}")
_NO_ISSUE: Final = re.compile(r"(?i)x{6}|\.{3}|\*{3}|your|placeholder|changeme|redacted|<|>|\$\{|abcdefghij")
_FEW: Final = 5  # different characters that a drawn text of any length has
_SHORT: Final = 8
_HEX: Final = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_VOWELS: Final = frozenset("aeiouyAEIOUY")
_LONGEST_CLUSTER: Final = re.compile(r"(?i)[bcdfghjklmnpqrstvwxz]{5}")


def is_issued(value: str) -> bool:
    """Whether a token may have been given out: not a row of one letter, nor a text that says "yours here"."""
    return len(set(value)) >= _FEW and not _NO_ISSUE.search(value) and not _RUN.search(value)


#: What says in a field of a secret that none is there.
_ABSENT: Final = re.compile(
    r"""(?ix) (?:null|none|nil|undefined|n/a|empty|required|true|false) | \*+ | x{3,}
      | [\[(<]?(?:redacted|filtered|masked|removed|sanitized|omitted|censored)[\])>]?
      | [\[(<](?:hidden|secret|protected|encrypted|empty|not\ set)[\])>]
      | \$\{[\w.:-]+\} | \{\{?\ ?[\w.]+\ ?\}?\} | process\.env\.\w+ | os\.environ\b.* | %\(?\w*\)?s"""
)


def is_absent(value: str) -> bool:
    """Whether a field that is named for a secret says that there is none, or where it is kept."""
    return _ABSENT.fullmatch(value) is not None


def is_place(value: str) -> bool:
    """Whether ``value`` only holds the place of a secret: ``null``, ``${PW}``, ``<hidden>``, ``%s``."""
    if "%" in value and is_place(unquote_plus(value).replace("%", "")):
        return True
    return bool(_PLACE.fullmatch(value) or _SHELL_NAME.fullmatch(value) or _MASKED.search(value))


def _is_word(part: str) -> bool:
    """Whether letters can be said, as words and their abbreviations can."""
    if part.isdigit():
        return len(part) <= 4 or part.startswith(("19", "20"))  # noqa: PLR2004
    vowels = sum(letter in _VOWELS for letter in part)
    if len(part) <= 3:  # noqa: PLR2004
        return True
    return 0.2 <= vowels / len(part) <= 0.75 and not _LONGEST_CLUSTER.search(part)  # noqa: PLR2004


def is_wordy(value: str) -> bool:
    """Whether ``value`` is made of words: ``order-service-v2``, ``maxIdleTime``, ``com.acme.Token``.

    A drawn text changes between letters, capitals and digits every other character; words do not.
    """
    parts = _WORDY.findall(value)
    letters = [part for part in parts if not part.isdigit()]
    if not letters:
        return True
    mean = sum(map(len, letters)) / len(letters)
    longest, least = 15, 3  # letters of a word in a name
    return (
        mean >= least
        and max(map(len, letters)) <= longest
        and len(parts) <= 2 + len(value) / 6
        and all(map(_is_word, parts))
    )  # noqa: PLR2004


def is_random(value: str) -> bool:
    """Whether ``value`` looks drawn: as many bits a character as its length and its alphabet let expect."""
    if len(value) < _SHORT or len(set(value)) < _FEW or _RUN.search(value):
        return False
    if _HEX.fullmatch(value):
        return len(value) >= 16 and any(map(str.isalpha, value)) and any(map(str.isdigit, value))  # noqa: PLR2004
    expected = min(math.log2(len(value)), 4.5)
    return entropy(value) >= 0.72 * expected and not is_wordy(value)


def is_opaque(value: str) -> bool:
    """A secret by a name that others have as well (``token``, ``session``): drawn, and no id of a thing."""
    return not (
        is_place(value)
        or _UUID.search(value)
        or _CODE.fullmatch(value)
        or _NAMED.fullmatch(value)
        or value.count("/") > 2 + len(value) / 12
        or re.fullmatch(
            r"[\d.:+TZ,/ -]+|[A-Z]{5,9}\d|0x[0-9a-fA-F]{1,16}|HTTP/.*|(?:[a-z]+-)+[0-9a-f]{8,10}-[a-z0-9]{5}"
            r"|[A-Z]\w*[{@].*|(?i:sha\d+|md5)[:-].*|(?i:(?:[a-z\d]+-)+sha-?\d+)|data:.*"
            r"|https?:.*|[\w.-]+:[\d.]+",
            value,
        )
        or not is_random(value)
    )


def is_key(value: str) -> bool:
    """A secret by a name that only secrets have (``api_key``): no place for one, no word, no code."""
    if is_place(value) or _CODE.fullmatch(value) or value.lower() in _SPEECH or " " in value.strip():
        return False
    if _UUID.fullmatch(value):
        return True
    if any(map(str.isdigit, value)):
        return not re.fullmatch(r"[\d.,:/TZ+-]{1,15}|[\w.-]+:\d{2,5}", value) and not (
            is_wordy(value) and len(value) < 12  # noqa: PLR2004
        )
    return is_random(value)


def is_password(value: str) -> bool:
    """Whether what stands behind ``password=`` can be one: not a place, a word of a message, or code."""
    text = value.strip()
    if not text or value[0] == " " or is_place(text) or re.fullmatch(r"\w", text):
        return False
    words = [word.strip(".,:;!?()[]{}\"'").lower() for word in text.split()]
    if len(words) == 1:
        return words[0] not in _SPEECH and not _is_code(text)
    return not any(word in _MESSAGE for word in words)


def _is_code(text: str) -> bool:
    """Whether a program would run it: a call and an index begin with what is called, which has words."""
    called = re.match(r"[A-Za-z_]\w{2,}(?=[(\[])", text)
    return _CODE.fullmatch(text) is not None and (called is None or is_wordy(called.group()))


#: Words that a message of an error has, and a pass phrase has not.
_MESSAGE: Final = frozenset(
    """unchanged successfully must required invalid cannot can't blank incorrect wrong missing expired
    mismatch should characters
    contain contains minimum maximum failed error isn't doesn't don't didn't not least denied
    rejected too empty match matches matched please your enter provided is was were cannot longer
    shorter weak accepted allowed supported""".split()
)


def is_strong(value: str) -> bool:
    """A password where words may stand as well: with a digit or a sign among letters, or drawn."""
    text = value.strip("\"'`")
    if len(text) < 4 or not is_password(text) or re.fullmatch(r"[\d.,:/%+-]+\w{0,3}", text):  # noqa: PLR2004
        return False
    signs = re.search(r"[^\w\s./:-]", text[:-1]) is not None
    digit = any(map(str.isdigit, text))
    if _UUID.fullmatch(text) or re.fullmatch(
        r"(?:https?|ftp|file)://\S*|[\w.-]+@[\w-]+\.[\w.-]+|(?:[A-Za-z_$]\w*\.){2,}[A-Za-z_$][\w$]*"
        r"|\d+(?:\.\d+){1,3}\S*|(?:[A-Za-z]{2,}\d?|[a-z]+(?:_[a-z]+)+)=.*",
        text,
    ):
        return False
    return any(map(str.isalpha, text)) and (
        (
            digit
            and not re.fullmatch(
                r"[A-Za-z]{0,2}\d+(?:ms|s|m|h|x|k|kb|mb|gb|th|st|nd|rd)?|[\w-]+\.\w{1,5}", text
            )
        )
        or signs
        or (is_random(text) and len(text) >= 10)  # noqa: PLR2004
    )


#: How words end that say what something is like, and what became of it.
_LIKE: Final = re.compile(
    r"(?i).*(?:ed|ing|able|ible|ory|ive|ure|ent|ant|ic|ous|al|ly|ete|ong|en|id|ull|pty"
    r"|afe|ain|ext|ion|ions|ment|ity|ness|ance|ence)"
)
#: What people choose most often, of lists of what was stolen, as far as it is no word of a message.
_COMMON: Final = frozenset(
    """123123 123321 123456 1234567 12345678 123456789 1234567890 111111 000000 654321 666666 abc123
    access14 aaaaaa andrew arsenal ashley asdfgh asdfghjkl bailey banana barcelona baseball basketball batman
    biteme buster changeit changeme charlie cheese chelsea chocolate computer cookie corvette dallas daniel
    diamond donald dragon eagles falcon ferrari flower football freedom fuckyou george ginger golfer guitar
    hammer hannah harley heather hello hockey hunter iloveyou internet jackson jennifer jessica jordan joshua
    junior killer letmein liverpool lovely maggie maradona marina martin master matrix matthew maverick
    mercedes merlin michael michelle midnight monkey monster morgan mustang nicole ninja nothing orange
    p@ssw0rd parola passw0rd password password1 patrick peanut pepper phoenix pokemon porsche princess
    purple qazwsx qwerty qwertyuiop rainbow ranger richard robert samsung secret shadow silver slayer snoopy
    soccer sparky spider starwars steelers summer sunshine superman taylor tennis thomas thunder tigger
    toor trustno1 welcome whatever william winner winter yamaha yankees yellow zaq12wsx zxcvbn
    zxcvbnm""".split()
)


def _is_common(text: str) -> bool:
    return text.lower() in _COMMON and not text.isupper()


def is_told(value: str) -> bool:
    """A password in a sentence: strong, or words that do not say what the password is like."""
    text = value.rstrip("!?")
    if is_strong(value) or re.fullmatch(r"\d{5,}", text) or _is_common(text):
        return True
    words = re.split(r"[_-]", text)
    if len(words) == 1 and "." in text:
        return _is_dotted(text)
    return (
        len(text) >= _FEW
        and is_password(text)
        and all(map(str.isalpha, words))
        and any(word.lower() not in _SPEECH for word in words)
        and (len(words) == 1 or not text.isupper())
        and not (len(words) == 1 and (_LIKE.fullmatch(text) or text.lower() in _CALLED))
    )


def _is_dotted(text: str) -> bool:
    """Words between full stops, as of a pass phrase: not the name of a host, a file, a class or a setting."""
    words = text.split(".")
    return (
        text.islower()
        and is_password(text)
        and all(word.isalpha() and len(word) > _SYLLABLE and word not in _OF_NAMES for word in words)
    )


_SYLLABLE: Final = 3
_OF_NAMES: Final = _SPEECH | frozenset(
    """info name home site online shop cloud local localhost internal example test tests spec java yaml yml
    json html conf toml properties prod staging service services svc cluster node spring server config
    settings security util utils common core main default handler controller manager module org com
    net""".split()
)


def is_quoted(value: str) -> bool:
    """The same between quotes: several words as well."""
    words = value.lower().split()
    phrase = 1 < len(words) <= _PHRASE and not any(word in _SPEECH or word in _CALLED for word in words)
    return is_told(value) or (phrase and is_password(value))


_PHRASE: Final = 6  # words; more are a sentence


def is_last(value: str) -> bool:
    """The same where the text ends with it: a short word as well."""
    text = value.rstrip("!?")
    return is_told(value) or (
        len(text) >= _SHORTEST
        and is_password(text)
        and not (_LIKE.fullmatch(text) or text.lower() in _CALLED or "=" in text or "." in text)
    )


_SHORTEST: Final = 4
_CALLED: Final = frozenset("password passwd pwd pass passphrase passcode secret token key user admin".split())


def is_sent(value: str) -> bool:
    """What stands behind ``PASS``, which tests say as well: drawn, or a word that names no test."""
    return is_random(value) or (
        is_told(value) and not (re.search(r"(?i)test|spec", value) or (value.islower() and "_" in value))
    )


#: Where a value without quotes ends, though no space says so.
_ENDS: Final = re.compile(
    r"""(?x) (?<!\\)\\+[nrt"'] | \x1b | \[(?:\d{1,2}(?:;\d{1,3})*)?;?m$
        | ;$ | ;(?=[A-Z][a-z]+$|[A-Za-z_][\w.-]*=)
        | &(?:amp;)?(?=[A-Za-z_][\w.\[\]%-]*(?:=|%3D)|$)
        | %26(?=\w+(?:=|%3D)) | %22 | %7D$ | ,(?=["'{\\]|\[["'{\d\\]|[A-Za-z_][\w.-]*\\*["']?(?:=|:(?!\w)))
        | \|(?=[A-Za-z_][\w.-]*[=:]|$)
        | (?<=\])\[ | (?<=\w)\[(?=[A-Za-z_]\w*\](?:$|=))
        | </(?=[A-Za-z][\w:.-]*>|$) | /> | ->"""
)
_CLOSING: Final = 16  # marks that close; a text of nothing else is no value
_CLOSES: Final = {")": "(", "]": "[", "}": "{", ">": "<", "」": "「", "』": "『"}


def bare(value: str) -> str:
    """What of a value without quotes is the value: up to the next field, without what closes a sentence."""
    end = _ENDS.search(value)
    return closed(value[: end.start()] if end else value)


def closed(value: str) -> str:
    """``value`` without what closes the sentence, the bracket or the quote around it."""
    for _ in range(_CLOSING):
        last = value[-1:]
        closes = last in _CLOSES and value.count(last) > value.count(_CLOSES[last])
        if not last or not (closes or last in ".,:;\\|`" or (last in "\"'" and value.count(last) % 2)):
            break
        value = value[:-1]
    return value


def with_credentials(url: str) -> Iterator[tuple[int, int]]:
    """An address of a database, if a user or a password is in it."""
    text = closed(url)
    if _CREDENTIALS.search(text) and not _is_masked(text):
        yield 0, len(text)


def _is_masked(url: str) -> bool:
    """Whether all that is secret in ``url`` was masked, or is kept elsewhere; a word may be a password."""
    said = [match[1] or match[2] for match in _SECRETS_OF_URLS.finditer(url)]
    return bool(said) and all(
        is_absent(value) and (not value.isalpha() or _CROSSES.fullmatch(value)) for value in said
    )


_CROSSES: Final = re.compile("[xX]{3,}")


_SECRETS_OF_URLS: Final = re.compile(
    r"(?i)//[^:/\s@]*:([^/\s@]+)@|[?&;](?:password|passwd|pwd|pass|\w*token|sslkey|sslpassword)(?:=|%3D)([^&;\s]+)"
)


_CREDENTIALS: Final = re.compile(
    r"(?i)//[^/\s@]+@|[?&;](?:user|username|user id|uid|password|passwd|pwd|pass|\w*token"
    r"|sslkey|sslpassword)(?:=|%3D)[^&;\s]"
)


def bare_password(value: str) -> Iterator[tuple[int, int]]:
    """The password in a run of characters without spaces, behind ``password=``."""
    text = bare(value)
    if text[:2] in ('{"', '["', "{'", "['", "{\\", "[\\", "[{") or re.match(
        r"(?:[a-z]{3,}(?:[A-Z][a-z]+)*|[A-Za-z]+(?:_[A-Za-z]+)+|[A-Z]{3,})=(?!=|$)|\w+[(\[]\\*[\"']", text
    ):
        return
    if is_password(text) and not _opens_with_none(text):
        yield 0, len(text)


def _opens_with_none(text: str) -> bool:
    """Whether a bracket closes behind a word that is no password, and what follows is of others."""
    first = re.match(r"\{?(\w+)[\])}]", text)
    return first is not None and (
        is_place(first[1]) or first[1].lower() in _SPEECH or first[1].lower() in _CALLED
    )


def bare_named(value: str) -> Iterator[tuple[int, int]]:
    """The same where the name is one in other languages too: a word, unless it is of a message."""
    text = bare(value)
    shortest = 4
    if _opens_with_none(value) or re.match(r"[A-Z][A-Z0-9_]*\]", value):  # what is left of a mask
        return
    if text.lower() in _CALLED:
        return
    if is_told(text) or (len(text) >= shortest and is_password(text) and not _LIKE.fullmatch(text)):
        yield 0, len(text)


def bare_strong(value: str) -> Iterator[tuple[int, int]]:
    """The same where words may stand as well."""
    text = bare(value)
    if is_strong(text):
        yield 0, len(text)


def bare_pair(value: str) -> Iterator[tuple[int, int]]:
    """A strong one behind a user; the groups of an address of a device are none."""
    if not re.match(r"(?:[0-9A-Fa-f]{2}:)+[0-9A-Fa-f]{2}(?:\W|$)", value):
        yield from bare_strong(value)


def bare_setting(value: str) -> Iterator[tuple[int, int]]:
    """A password of a device, behind a digit that says how it is written."""
    text = bare(value)
    if len(text) >= _SHORTEST and is_password(text) and not _COUNTED.fullmatch(text):
        yield 0, len(text)


_COUNTED: Final = re.compile(
    r"(?i)times?|of|attempts?|tries|days?|hours?|minutes?|char(?:s|acters?)?|digits?|bytes?|items?|keys?"
)


def is_content(value: str) -> bool:
    """A password in an element, not what a form calls one: ``New password``."""
    words = re.findall(r"\w+", value.lower())
    return is_password(value) and not any(word in _CALLED or word in _SPEECH for word in words)


def bare_second(value: str) -> Iterator[tuple[int, int]]:
    """A password of letters, behind a user and a sign between them: a common one, or no way to log in."""
    text = bare(value)
    if is_last(text) and text.lower() not in _CALLED and not _LOGINS.search(text):
        yield 0, len(text)


_LOGINS: Final = re.compile(
    r"(?i)oauth|oidc|saml|ldap|kerberos|ntlm|basic|sso|github|gitlab|google|facebook|azure|aws|default"
    r"|anonymous|none"
    r"|orders?$|readonly|prod|dev|staging|admin|user|name|role|account|guest|public"
)


def bare_mixed(value: str) -> Iterator[tuple[int, int]]:
    """A strong one, six digits or more, or of words that are joined, not all in small letters."""
    text = bare(value)
    joined = "_" in text and not text.islower()
    digits = re.fullmatch(r"\d{5,}", text)
    if (
        is_strong(text)
        or digits
        or (text[-1:] in ("!", "?") and text[0].isupper() and text[:-1].isalpha() and len(text) > _FEW)
        or _is_common(text)
        or (joined and is_told(text))
    ):
        yield 0, len(text)


def is_called_secret(value: str) -> bool:
    """A value that a message calls a secret behind it: drawn, or a UUID."""
    return is_key(value) and (is_random(value) or _UUID.fullmatch(value) is not None)


def bare_last(value: str) -> Iterator[tuple[int, int]]:
    """A password that a sentence ends with."""
    text = bare(value)
    if is_last(text):
        yield 0, len(text)


def bare_told(value: str) -> Iterator[tuple[int, int]]:
    """The same in a sentence."""
    text = bare(value)
    if is_told(text):
        yield 0, len(text)


def bare_key(value: str) -> Iterator[tuple[int, int]]:
    """The key in a run of characters without spaces, behind ``api_key=``."""
    text = bare(value)
    first = _before_next(text)
    if _NAMED.fullmatch(text):
        return
    if len(first) >= _SHORT and is_key(first) and is_random(first):
        yield 0, len(first)
    elif len(text) >= _SHORT and is_key(text):
        yield 0, len(text)


#: What an entry of a store of secrets is called: words, and six characters of its own; the scope of a key.
_NAMED: Final = re.compile(r"(?:[A-Za-z]+[-_/])+[A-Za-z0-9]{6,10}|.*(?:/|%2[Ff])aws4_request")


def bare_drawn(value: str) -> Iterator[tuple[int, int]]:
    """The same where it is drawn beyond doubt."""
    for start, end in bare_key(value):
        drawn = value[start:end]
        digits = sum(map(str.isdigit, drawn))
        if len(drawn) >= _DRAWN and digits > 1 and is_random(drawn) and not _DOTTED.fullmatch(drawn):
            yield start, end


_DRAWN: Final = 20  # characters
_DOTTED: Final = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")  # as code names what it holds


def _before_next(text: str) -> str:
    """What is before a comma, or a sign of equality in the middle, which only the next field has."""
    return re.split(r"(?<=[A-Za-z_]{4})=(?=[0-9A-Za-z])|,", text, maxsplit=1)[0]


def listed(value: str) -> Iterator[tuple[int, int]]:
    """The drawn texts between quotes in a list."""
    for text in _IN_QUOTES.finditer(value):
        if is_key(text[1]) and (is_random(text[1]) or _UUID.fullmatch(text[1])):
            yield text.span(1)


_IN_QUOTES: Final = re.compile(r"[\"']([^\"'\\]{8,})(?=\\*[\"'])")


def bare_opaque(value: str) -> Iterator[tuple[int, int]]:
    """The drawn text in a run of characters without spaces, behind ``token=``."""
    if _OF_PAGES.match(value):
        return
    text = bare(value)
    first = _before_next(text)
    if is_opaque(first):
        yield 0, len(first)
    elif is_opaque(text):
        yield 0, len(text)


#: Of what goes on where a list was cut: it says nothing but where.
_OF_PAGES: Final = re.compile(r"(?i)[\w.-]*(?:page|cursor|continuation|sync|pagination)_?token\b")


def is_basic(value: str) -> bool:
    """Whether ``value`` is the Base64 of a user, a colon and a password, as far as it was not cut."""
    text = value.rstrip("=")
    text = text[: len(text) - (len(text) % 4 == 1)]
    try:
        plain = base64.urlsafe_b64decode((text + "=" * (-len(text) % 4)).translate(_TO_URLSAFE))
    except ValueError:
        return False
    return b":" in plain and all(byte >= _SPACE for byte in plain)


def is_sasl_plain(value: str) -> bool:
    """Whether ``value`` is the Base64 of an identity, a user and a password with NULs between (RFC 4616)."""
    try:
        plain = base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except ValueError:
        return False
    identity, *rest = plain.split(b"\0")
    return len(rest) == 2 and all(rest) and all(byte >= _SPACE for byte in identity + b"".join(rest))  # noqa: PLR2004


_TO_URLSAFE: Final = str.maketrans("+/", "-_")
_SPACE: Final = 32


def is_in_address(value: str) -> bool:
    """A password between a user and a host, where no sentence is to be feared."""
    return is_password(value) or (value.isalpha() and not is_place(value))


def is_borne(value: str) -> bool:
    """A token behind ``Bearer``: drawn, or no word at least."""
    return is_session(value) or (any(map(str.isdigit, value)) and is_key(value))


def authorization(value: str) -> Iterator[tuple[int, int]]:
    """Credentials in a header, alone or behind a scheme; those of Amazon are its key and its signature."""
    text = bare(value)
    first, _, second = text.partition(" ")
    if not text.startswith("Credential=") and any(map(_is_credential, (first, second))):
        yield 0, len(first if _is_credential(first) else text)


def _is_credential(part: str) -> bool:
    return is_opaque(part) or (is_key(part) and is_random(part))


def is_parameter(value: str) -> bool:
    """A secret among the parameters of an address: drawn; the id of a thing is none."""
    plain = unquote(value)
    return _UUID.fullmatch(plain) is not None or is_opaque(plain.rstrip("="))


def is_session(value: str) -> bool:
    """The id of a session where it is one by its place: drawn, or a UUID."""
    return _UUID.fullmatch(value) is not None or is_opaque(value)


def flag_password(value: str) -> Iterator[tuple[int, int]]:
    """The value of ``--password``, which in a sentence is followed by words about it."""
    text = bare(value)
    if is_password(text) and text not in _OF_FLAGS and not (text.isupper() and text.lower() in _CALLED):
        yield 0, len(text)


_OF_FLAGS: Final = frozenset(
    "flag flags option options argument arguments arg switch parameters help instead either HTTP/1.0 HTTP/1.1"
    " HTTP/2 HTTP/2.0 HTTP/3".split()
)


def flag_key(value: str) -> Iterator[tuple[int, int]]:
    """The value of ``--token``, the same."""
    text = bare(value)
    first = _before_next(text)
    if is_key(first) and is_random(first):
        yield 0, len(first)
    elif is_key(text) and is_random(text):
        yield 0, len(text)
