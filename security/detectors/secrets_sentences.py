"""Passwords that somebody says in a sentence: told, set, changed, tried, refused."""

from typing import Final

from security.detectors import secrets_checks as checks
from security.detectors.kind import Kind, Rank
from security.detectors.secrets_forms import (
    BARE,
    QUOTED,
    password_kind,
)
from security.detectors.secrets_passwords import LABEL, LOCAL_IS, LOCAL_MARK, LOCAL_NAME

CALLS: Final = r"(?i:pass(?:word|phrase|code|wd)|pwd|\bpw)"
#: Whose it is.
_OF: Final = r"(?: (?i:for|of|to|on)(?: [\w.@:/\\-]+){1,3}?)?"
_SAID: Final = (
    rf"{CALLS}(?i: (?:is |was |has been )?(?:generated|created|assigned|issued))?{_OF}"
    r",? (?i:(?:has been |have been |was |is |now )*(?:set|changed|reset|updated"
    r"|rotated)(?: from \S+)? (?:to|as)|is now|is|was|equals)"
    r":? (?:now )?"
)
_GIVEN: Final = (
    r"(?i:(?:with|using|new|old|temporary|temp|initial|default|admin|root|generated"
    r"|one-time|set|try|tried|trying|entered"
    r"|got|bad|wrong|invalid|incorrect|rejected|accepted"
    r"|(?:user(?:name)?|login|account)[ =:]+[\w.@+-]+,?(?: (?:and|with|/))?)"
    r"(?: (?:the|a|temporary|initial|default|new|old|generated|his|her|their))? pass(?:word|phrase|code"
    r"|wd)?)[ :=]+(?i:(?:is|was|of|to) )?"
)
#: Names of which the password is new, and so told to somebody.
_TOLD: Final = (
    rf"(?i:temporary|temp|initial|default|generated|one-time|new|current|root|admin|my|your|his|her|their)"
    rf" (?i:pass(?:word|phrase|code|wd)|pwd)(?i: (?:is |was |has been )?(?:generated|created|assigned"
    rf"|issued|set))?{_OF}(?: ?(?i:is|was|to)? ?[:=]|,? (?i:is|was|set to|is now)) "
)
_LOCAL_OF: Final = rf"{LOCAL_NAME}(?: [^\s:=\"',;?!]+){{1,4}}?"
_ENDS: Final = r"[.!]?(?:\s*$|\\*[\"'`)<]|\\+[nr]|\s*\[\]|\|\w+[:=])"
_ENTERED: Final = r"(?i:entered|typed|tried|supplied|submitted|provided|gave|given|sent|used|guessed|chose)"
CHANGED: Final = (
    r"(?i:(?:chang|rotat|updat|replac)(?:e|ed|es|ing)|reset(?:s|ting)?|switch(?:ed|es|ing)?)(?i: the)?"
    rf" {CALLS}(?:(?i: for| of)(?: [\w.@:/\\-]+){{1,3}}?)?"
)
_CHANGED_HINT: Final = r"(?i:pass(?:word|phrase|code|wd)|pwd|pw)[\w .@:/-]*? from \S+ to "

SENTENCES: Final[tuple[Kind, ...]] = (
    password_kind(
        "password_said",
        "Password that a sentence tells",
        rf"(?:{_SAID}|{_GIVEN})(?:{QUOTED}|{BARE})",
        (
            r"(?i:pass(?:word|phrase|code|wd)|pwd|pw)[\w .@:,/-]*? (?i:is|was|to|equals) ",
            r"(?i:with|using|new|old|temporary|temp|initial|default|admin|root|generated|one-time"
            r"|the|a|set|try|tried|trying"
            r"|entered|got|bad|wrong|invalid|incorrect|rejected|accepted) (?i:pass(?:word|phrase|code))[ :=]",
            r"(?i:(?:user(?:name)?|login|account)[ =:]+)[\w.@+-]+,? (?i:(?:and |with |/ )?(?:\w+ )?pass)",
        ),
        within=checks.bare_strong,
        confidence=0.75,
        matches=(
            "the password is ‹k3ttle-blue›.",
            "password for bo was reset to '‹Kettle#9›'",
            "logged in with password ‹bl4e.Kettle› at noon",
            "temporary password: ‹Zk7-pq29›",
            "temporary password is ‹Zk7-pq29›",
            "user jo pass ‹k3ttle› rejected",
            "login with user jo and password ‹Kettle-Blue-7›",
        ),
        misses=(
            "the password is incorrect",
            "password for bo is too short",
            "password is not set",
            "a new password was sent to bo@example.com",
            "password was changed to v2.1",
        ),
    ),
    password_kind(
        "password_said",
        "Password that a message ends with",
        rf"(?:{_SAID}|{_GIVEN}|{_TOLD}){BARE}{_ENDS}",
        (
            r"(?i:pass(?:word|phrase|code|wd)|pwd|pw)[\w .@:,/-]*? (?i:is|was|to|as|equals):? ",
            r"(?i:with|using|new|old|temporary|temp|initial|default|admin|root|generated|one-time"
            r"|set|try|tried|trying"
            r"|entered|got|bad|wrong|invalid|incorrect|rejected|accepted|current|my|your|his|her|their)"
            r" (?i:pass(?:word|phrase|code|wd)|pwd)",
            r"(?i:(?:user(?:name)?|login|account)[ =:]+)[\w.@+-]+,? (?i:(?:and |with |/ )?(?:\w+ )?pass)",
        ),
        within=checks.bare_last,
        confidence=0.6,
        rank=Rank.NAMED - 1,
        matches=(
            "login failed for jo with password ‹kett_blue›",
            "Your temporary password is: ‹kettle93›",
            "A temporary password is generated for root@localhost: ‹Kett9le›",
            "Password for jo set to ‹kettle.blue.teapot›",
            '"msg":"the password for jo is ‹sunflower›"',
            "the initial password for jo has been set to ‹teapot›.",
        ),
        misses=(
            "login failed for jo with password authentication",
            "your password is: expired",
            "Failed password for root from 192.0.2.1 port 22 ssh2",
            "the password for jo is about to expire",
            "using password: YES",
            "new password for jo is required",
        ),
    ),
    password_kind(
        "password_said",
        "Password that a message tells of its name in another language and of whose it is",
        rf"{_LOCAL_OF}(?:{LOCAL_MARK}|[ \t]{LOCAL_IS})(?:{QUOTED}|{BARE}{_ENDS})",
        (rf"{LOCAL_NAME} ",),
        within=checks.bare_last,
        confidence=0.7,
        rank=Rank.NAMED - 1,
        matches=(
            "Kennwort für jo lautet ‹kessel›",
            "la contraseña de jo es ‹tetera.azul.grande›.",
            "пароль пользователя jo: ‹чайник›",
            "le mot de passe du compte jo est '‹bouilloire bleue›'",
        ),
        misses=(
            "Kennwort für jo ist abgelaufen",
            "la contraseña de jo es incorrecta",
            "пароль для jo: неверный",
            "Passwort vergessen? Frage von jo-b",
        ),
    ),
    password_kind(
        "password_said",
        "Password in quotes that is called one behind it",
        rf"(?i:use|using|set|enter|entered|type|try|tried|with|to|got|value) {QUOTED} (?i:as|for|is|was)"
        r" (?i:(?:the|your|new|my|a|his|her|its|their|temporary|initial|login|admin|root) )*"
        r"\\*[\"'`]?(?i:[\w.-]*[_.-])?(?i:pass(?:word|phrase|code|wd)|pwd)",
        (
            r"[\"'`] (?i:as|for|is|was) (?i:the|your|new|my|a|his|her|its|temporary|initial|pass|pwd)",
            r"value \\*[\"'`][^\s\"'`]+[\"'`] (?i:as|for) [\w.\\\"'-]*(?i:pass(?:word|phrase|code)|pwd)",
        ),
        check=checks.is_password,
        confidence=0.8,
        matches=(
            'reset done, use "‹sunflower›" as password',
            "log in with '‹blue kettle›' as your new password",
            'invalid value "‹k3ttle-blue›" for DB_PASSWORD',
        ),
        misses=('use "${PW}" as password', 'use "jo" as name'),
    ),
    password_kind(
        "password_pin",
        "Digits behind the name of a PIN or of a code that is used once",
        r"(?:\b(?:PIN|Pin|pin)(?i:[ _-]?(?:code|number|no))?|(?i:(?:otp|one[ -]time|verification|security"
        r"|login"
        r"|sign-?in|2fa|mfa|authentication|auth|sms|confirmation|recovery|reset|access|unlock|activation"
        r"|puk|cvv2?)[ _-](?:code|pin|password|passcode)|\botp|\bpuk))"
        r"(?i:(?: for [\w.@+-]+)?(?: (?:is|was|set to|changed to))?\\*[\"'`]*(?: ?[:=]| (?:is|was"
        r"|to):?))[ \t]*\\*[\"'`]*"
        r"(?P<value>\d{4,8})(?:\.?(?:[^\w.:/-]|$)|\.$)",
        (
            r"(?:PIN|Pin|pin)[ _-]?(?:code|number|no)?\\*[\"'`]*(?: ?[:=]| (?:is|was|to|set|for) )",
            r"(?i:otp|puk|[ _-]code|[ _-]passcode)\\*[\"'`]*(?: ?[:=]| (?:is|was|to|set|for)[ :])",
        ),
        not_after=r"\w",
        confidence=0.7,
        rank=Rank.NAMED - 2,
        matches=(
            "PIN: ‹4943›",
            "new pin: ‹16373043›",
            '"pin": "‹4821›"',
            "your verification code is ‹482913›",
            "Your verification code is ‹482913›. It expires in 5 minutes.",
            "otp=‹482913›",
        ),
        misses=(
            "pin: 13",
            "PIN code is required",
            "GPIO pin: 17",
            "otp=4829.13",
            "pin: 4821:33",
            "status code: 4040",
            "error code is 12345",
        ),
    ),
    password_kind(
        "password_said",
        "Password that was set or entered, as a message tells",
        r"(?:(?i:set(?:ting)?|chang(?:e|ed|ing)|reset(?:ting)?|updat(?:e|ed|ing))"
        r" (?i:the |a |new |user |his |her |its )*"
        r"(?i:pass(?:word|phrase|code)|pwd)(?i: (?:for|of)(?: [\w.@-]+){1,3}?)? (?i:to|as)[ :=]+"
        r"|(?i:pass(?:word|phrase|code)|pwd) (?i:entered|set|given|supplied|provided|received|attempted|used"
        r"|tried|generated|created|sent|typed|submitted|accepted|rejected|refused) ?[:=] ?)"
        rf"(?:{QUOTED}|{BARE})",
        (
            r"(?i:pass(?:word|phrase|code)|pwd)[\w .@-]* (?i:to|as)[ :=]",
            r"(?i:pass(?:word|phrase|code)|pwd) [a-zA-Z]+ ?[:=]",
        ),
        within=checks.bare_strong,
        confidence=0.7,
        matches=(
            "Setting password for user jo to ‹Zk7-pq29›",
            "Password entered: ‹k3ttle9›",
            "New password set: '‹Kettle#9›'",
            "Password accepted: ‹k3ttle9›",
        ),
        misses=("setting password for user jo to expire", "password set: true", "password used: no"),
    ),
    password_kind(
        "password_said",
        "Password that somebody entered, between brackets or quotes",
        rf"{CALLS}(?i: (?:that |which )?(?:(?:you|they|he|she|we|i|(?:the |this )?(?:user|client|caller)"
        rf"(?: [\w.@-]+)?) )?(?:have |has |had |just )?{_ENTERED}(?: (?:by|for|from) [\w.@-]+)?)"
        r"[:,]? ?(?:[(\[{<]\\*[\"']?(?P<value>[^\s\"'<>(\[{][^\s\"'<>]*?)\\*[\"']?[)\]}>](?:\W|$)|"
        rf"{QUOTED})",
        (rf"(?i:pass(?:word|phrase|code|wd)|pwd|pw) [\w @.-]*{_ENTERED}[\w @.-]*[:,]? ?[(\[{{<\"'`\\]",),
        check=checks.is_told,
        confidence=0.75,
        matches=(
            "the password you entered (‹kettle-blue›) is incorrect",
            "password that user jo supplied [‹sunflower›] does not match",
            "password entered by jo: '‹K3ttle›'",
        ),
        misses=(
            "the password you entered (again) is incorrect",
            "the password you entered [redacted] is wrong",
            "password entered (required)",
        ),
    ),
    password_kind(
        "password_told",
        "Password that a sentence calls one, of letters alone",
        rf"{LABEL}[ \t]+(?i:is|to|was|ist|est|es|jest)[ \t]+(?:{QUOTED}|{BARE})",
        (rf"{LABEL}[ \t]+(?i:is|to|was|ist|est|es|jest)[ \t]",),
        within=checks.bare_told,
        confidence=0.5,
        rank=Rank.NAMED - 2,
        matches=(
            "密碼 is ‹sunflower›",
            "the password is ‹Barcelona›, he said",
            "set password to ‹ORCHID_zaphod›",
        ),
        misses=(
            "password is mandatory",
            "the password is compromised",
            "passwort ist falsch",
            "password is wrong",
        ),
    ),
    password_kind(
        "password_told",
        "Password that somebody tried",
        r"(?i:(?:wrong|bad|invalid|incorrect|rejected|tried|tries|trying|used|using|entered|got|with"
        r"|accepted) pass(?:word|phrase"
        r"|code)) [\"']?(?P<value>[^\s\"']+)[\"']? (?i:for|by|from|at|on|against) ",
        (
            r"(?i:wrong|bad|invalid|incorrect|rejected|tried|tries|trying|used|using|entered|got|with"
            r"|accepted)"
            r" (?i:pass(?:word|phrase|code)) [\"']?[^\s\"']+[\"']? (?i:for|by|from|at|on|against) ",
        ),
        check=checks.is_told,
        confidence=0.6,
        rank=Rank.NAMED - 2,
        matches=(
            "wrong password ‹sunflower› for user jo",
            "invalid password '‹k3ttle›' from 192.0.2.1",
            "user jo tried password ‹sunflower› from 192.0.2.1",
        ),
        misses=("wrong password attempt for user jo", "invalid password entered by jo"),
    ),
    password_kind(
        "password_told",
        "Password that somebody entered, and what became of it",
        r"(?i:auth\w*|log-?ins?|log[ -]?on|sign-?in|password|credentials?)\b[^\n]{0,80}? "
        rf"{_ENTERED} {QUOTED}[ ,;:.–—-]+(?i:(?:which|that|but|it|and|->|=>) )?(?i:(?:is|was) )?"
        r"(?i:wrong|incorrect|rejected|denied|invalid|refused|mismatch|failed|failure|bad|no match|accepted"
        r"|ok)",
        (rf" {_ENTERED} \\*[\"'`|]",),
        check=checks.is_password,
        confidence=0.75,
        matches=(
            'Auth attempt: jo entered "‹sunflower›" - wrong',
            "login of jo failed, tried '‹blue kettle›', which was rejected",
        ),
        misses=(
            'auth: jo entered "${PW}" - wrong',
            'jo entered "north" - wrong',
        ),
    ),
    password_kind(
        "password_changed",
        "Password that was changed to another",
        r"(?i:pass(?:word|phrase|code|wd)?|pwd)(?: for \S+)?(?i: (?:was )?(?:changed|rotated"
        rf"|updated|reset) from )(?:{QUOTED}|{BARE})",
        (r"(?i:changed|rotated|updated|reset) from ",),
        within=checks.bare_password,
        confidence=0.7,
        matches=("password changed from ‹correct9› to ********", "Password was reset from ‹kettle› to none"),
        misses=("password changed from the page", "password reset from ${IP}"),
    ),
    password_kind(
        "password_changed",
        "Password that somebody changed: the old one",
        rf"{CHANGED} from (?:{QUOTED}|{BARE}) to ",
        (_CHANGED_HINT,),
        within=checks.bare_password,
        confidence=0.7,
        matches=(
            "changed password of jo from ‹kettle› to orange-pot",
            "rotating the password for jo from ‹k3ttle› to x9",
        ),
        misses=("changed password of jo from ${OLD} to x", "changed password of jo from null to null"),
    ),
    password_kind(
        "password_changed",
        "Password that somebody changed: the new one",
        rf"(?:{CHANGED}|{CALLS}(?: for \S+)?(?i: (?:was )?(?:changed|rotated|updated|reset)))"
        rf" from (?:\S+) to (?:{QUOTED}|{BARE})",
        (_CHANGED_HINT, r"(?i:changed|rotated|updated|reset) from \S+ to "),
        within=checks.bare_password,
        confidence=0.7,
        matches=(
            "changed password of jo from ******** to ‹orange-pot›",
            "password changed from ******** to ‹kettle›",
        ),
        misses=("changed password of jo from ******** to ********", "password changed from v1 to null"),
    ),
    password_kind(
        "password_refused",
        "Password that a form refused, as Spring logs it",
        r"on field '[\w.\[\]]*(?i:password|passwd|passphrase|pwd|pass|passwort|senha"
        r"|contrasena)(?i:confirmation)?\d?': "
        r"rejected value \[(?P<value>[^\[\]\n][^\]\n]*)\]",
        ("': rejected value ",),
        check=checks.is_password,
        confidence=0.9,
        matches=(
            "Field error in object 'user' on field 'password': rejected value [‹blue kettle›]; codes",
            "on field 'form.newPassword2': rejected value [‹k3ttle›]",
        ),
        misses=("on field 'password': rejected value [null]", "on field 'city': rejected value [k3ttle]"),
    ),
)
