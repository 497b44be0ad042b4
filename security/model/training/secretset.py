"""Lists and chance → values that are secrets, and values that are not."""

import base64
import random
import re
import string
import uuid
import warnings
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from security.model.secrets import LETTERS, Candidate, SecretWeights, features
from security.model.training.vocabulary import Vocabulary

_BASE62: Final = string.ascii_letters + string.digits
_HIDDEN: Final = 24
_EPOCHS: Final = 40

_SECRET_NAMES: Final = (
    "token,secret,api_key,apiKey,API_KEY,x-api-key,secret_key,secretKey,client_secret,clientSecret,access_token,"
    "accessToken,refresh_token,auth_token,authToken,AUTH_TOKEN,password,passwd,private_key,signing_key,encryption_key,"
    "session_token,webhook_secret,bearer,Bearer,Authorization,credentials,master_key,jwt_secret,app_secret,key,auth,"
    "service_token,deploy_key,hmac_key,storage_key,license_key,bot_token,SECRET_TOKEN,db_password,pass,account_key"
).split(",")
_PLAIN_NAMES: Final = (
    "id,request_id,requestId,trace_id,traceId,span_id,correlationId,uuid,user_id,order_id,hash,sha256,md5,digest,"
    "checksum,etag,ETag,commit,revision,version,image,picture,avatar,content,data,payload,path,file,url,name,class,"
    "host,pod,container,node,cursor,next_page,partition_key,primary_key,public_key,cache_key,object,fingerprint,"
    "message_id,event_id,blockId,tx_hash,transaction,build,thread,logger,query,index,key_id,token_type,sort_key,"
    "foreign_key,routing_key,session,from,to,value,for,in,loaded,at,of"
).split(",")


def examples(words: Vocabulary, count: int, seed: int) -> list[tuple[Candidate, int]]:
    """``count`` candidates, each with 1 (a secret) or 0."""
    rng = random.Random(seed)  # noqa: S311  no secret is made with it
    return [_secret(rng, words) if rng.random() < _HALF else _harmless(rng, words) for _ in range(count)]


_HALF: Final = 0.5


def _secret(rng: random.Random, words: Vocabulary) -> tuple[Candidate, int]:
    value = rng.choice(_DRAWN)(rng)
    if rng.random() < _ALONE and _is_mixed(value):
        return Candidate(value, _any_word(rng, words)), 1
    name = rng.choice(_SECRET_NAMES)
    if rng.random() < _PREFIXED:
        name = rng.choice(words.technical) + rng.choice("_-.") + name
    return Candidate(value, name), 1


def _any_word(rng: random.Random, words: Vocabulary) -> str:
    """What stands before a value that has no name: nothing, or some word."""
    return rng.choice(("", rng.choice(words.common)))


_ALONE: Final = 0.25
_PREFIXED: Final = 0.3


def _is_mixed(value: str) -> bool:
    return all(any(map(test, value)) for test in (str.isupper, str.islower, str.isdigit))


def _text(rng: random.Random, alphabet: str, least: int, most: int) -> str:
    return "".join(rng.choices(alphabet, k=rng.randint(least, most)))


_DRAWN: Final[Sequence[Callable[[random.Random], str]]] = (
    lambda rng: _text(rng, _BASE62, 16, 64),
    lambda rng: _text(rng, _BASE62, 20, 44),
    lambda rng: _text(rng, string.ascii_lowercase + string.digits, 20, 40),
    lambda rng: _text(rng, string.ascii_uppercase + string.digits, 16, 32),
    lambda rng: _text(rng, _BASE62 + "-_", 20, 64),
    lambda rng: _text(rng, _BASE62 + "!@#$%^&*", 16, 32),
    lambda rng: base64.b64encode(rng.randbytes(rng.choice((16, 20, 24, 32, 48, 64)))).decode(),
    lambda rng: base64.urlsafe_b64encode(rng.randbytes(rng.randint(14, 48))).decode().rstrip("="),
    lambda rng: rng.randbytes(rng.choice((16, 20, 24, 32))).hex(),
    lambda rng: _text(rng, string.ascii_lowercase, 2, 5) + rng.choice("_-") + _text(rng, _BASE62, 20, 40),
    lambda rng: ".".join(_text(rng, _BASE62 + "-_", 12, 40) for _ in range(rng.choice((2, 3)))),
)


#: Forms of values by what words, counters and digests make: slots as in `_filled`.
_WORDED: Final = (
    "{w}-{t}-{w}", "{w}_{t}", "{t}.{w}.{t}.{w}", "{w}-{w}-{n}", "{t}_{w}_{n}", "/{w}/{t}/{w}",
    "/{w}/{w}/{t}.py", "/{t}/{w}.json", "/{w}/{t}/v2", "com.{w}.{t}.{I}", "org.{t}.{w}.{w}.{I}",
    "{C}{C}{C}", "{C}{C}{C}{n}", "{I}{I}", "{w}.{I}.{w}", "{w}-{w}-{t}-v2", "{t}:{w}:{n}",
    "{w}:{n}:{t}", "${{{K}_{K}}}", "{{{{ {w}_{w} }}}}", "<{w}-{w}>", "%({w}_{w})s", "{w} {w} {t}",
    "{w} {w} {w} {w}", "{K}_{K}_{K}", "https://{w}.example.com/{w}/{t}", "expired", "invalid",
    "missing", "null", "required", "your-token-here", "changeme", "xxxxxxxxxxxxxxxx",
    "****************", "REDACTED", "not configured",
)  # fmt: skip
_COUNTED: Final = (
    "{h32}", "{h40}", "{h64}", "{h64}", "{h16}", "{h12}", "{H32}", "{H64}", "sha256:{h64}", "{u}",
    "{u}", "{u}", "{n}{n}{n}", "2024-11-{n}T10:20:30.{n}Z", "{w}-{t}-{h10}-{k}", "{t}-{w}-{h8}-{k}",
    "01{r}", "3.1.{n}-SNAPSHOT+{h8}", "arn:aws:{w}:{w}:{n}{n}:{w}/{w}", "10.{b}.{b}.{b}:{n}",
    "blk_-{n}{n}{n}", "jdbc-{C}{C}@{h8}", "{I}@{h8}", "{I}$$Enhancer{C}{C}$${h8}",
    "/{w}/{t}/{C}{C}{n}.class", "{p}", "{p}", "{p}", "{e}", "{e}",
)  # fmt: skip
_FORM_SLOT: Final = re.compile(r"\{([a-zA-Z])(\d*)\}")
_HARMLESS_AFTER_SECRET: Final = 0.35  # a name that speaks of secrets, and a value that is none


def _harmless(rng: random.Random, words: Vocabulary) -> tuple[Candidate, int]:
    if rng.random() < _HARMLESS_AFTER_SECRET:
        return Candidate(_filled(rng.choice(_WORDED), rng, words), rng.choice(_SECRET_NAMES)), 0
    form = rng.choice(rng.choice((_WORDED, _COUNTED, _COUNTED)))
    name = _any_word(rng, words) if rng.random() < _ALONE else rng.choice(_PLAIN_NAMES)
    return Candidate(_filled(form, rng, words), name), 0


def _filled(form: str, rng: random.Random, words: Vocabulary) -> str:
    """``form`` with words (w, t, C, K), identifiers (I), digits (h, H), counters (n, b) and ids (u, k, r)."""
    slots: dict[str, Callable[[int], str]] = {
        "w": lambda _n: rng.choice(words.common),
        "t": lambda _n: rng.choice(words.technical),
        "C": lambda _n: rng.choice(words.common).capitalize(),
        "K": lambda _n: rng.choice(words.common).upper(),
        "I": lambda _n: rng.choice(words.identifiers),
        "n": lambda _n: str(rng.randint(1, 10 ** rng.randint(1, 7))),
        "b": lambda _n: str(rng.randint(0, 255)),
        "h": lambda n: f"{rng.getrandbits(n * 4):0{n}x}",
        "H": lambda n: f"{rng.getrandbits(n * 4):0{n}X}",
        "u": lambda _n: str(uuid.UUID(int=rng.getrandbits(128))),
        "k": lambda _n: _text(rng, "bcdfghjklmnpqrstvwxz2456789", 5, 5),
        "r": lambda _n: _text(rng, "0123456789ABCDEFGHJKMNPQRSTVWXYZ", 24, 24),
        "p": lambda _n: _picture(rng),
        "e": lambda _n: _coded(" ".join(rng.choices(words.common, k=rng.randint(3, 9))).encode()),
    }
    filled = _FORM_SLOT.sub(lambda match: slots[match[1]](int(match[2] or 0)), form)
    return filled.replace("{{", "{").replace("}}", "}")


def _coded(content: bytes) -> str:
    return base64.b64encode(content).decode()


_MAGIC: Final = (
    "iVBORw0KGgoAAAANSUhEUgAA",
    "/9j/4AAQSkZJRgABAQ",
    "R0lGODlhAQABAIAAA",
    "PHN2ZyB4bWxucz0i",
    "UklGRiQA",
)


def _picture(rng: random.Random) -> str:
    """The beginning of a PNG, JPEG, GIF, SVG or WebP in base64, and some of it."""
    magic = rng.choice(_MAGIC)
    drawn = base64.b64encode(rng.randbytes(rng.randint(20, 90))).decode()
    return rng.choice(("", "data:image/png;base64,")) + magic + drawn


def letters_of(words: Sequence[str]) -> npt.NDArray[np.float32]:
    """How often a letter follows another in ``words``: logarithms, 27 × 27."""
    counts = np.ones((LETTERS, LETTERS))
    for word in words:
        codes = [ord(character) - 96 if "a" <= character <= "z" else 0 for character in f" {word} "]
        for a, b in zip(codes, codes[1:], strict=False):
            counts[a, b] += 1
    return np.asarray(np.log(counts / counts.sum(axis=1, keepdims=True)), np.float32)


def fitted_secrets(words: Vocabulary, count: int, seed: int) -> SecretWeights:
    """The weights, from ``count`` examples."""
    letters = letters_of([word for word in words.common if word.isascii()])
    drawn = examples(words, count, seed)
    rows = np.array([features(candidate, letters) for candidate, _ in drawn], np.float32)
    labels = np.array([label for _, label in drawn])
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-3
    model = MLPClassifier(
        hidden_layer_sizes=(_HIDDEN,),
        alpha=1e-4,
        batch_size=256,
        max_iter=_EPOCHS,
        n_iter_no_change=_EPOCHS,
        random_state=seed,
    )
    with warnings.catch_warnings():  # it ends after so many rounds: that is meant
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit((rows - mean) / scale, labels)
    hidden, out = (coefficients.astype(np.float32) for coefficients in model.coefs_)
    return SecretWeights(
        letters,
        mean,
        scale,
        hidden,
        model.intercepts_[0].astype(np.float32),
        out,
        model.intercepts_[1].astype(np.float32),
    )
