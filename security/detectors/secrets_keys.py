"""Private keys, what derives them, and the hashes of passwords."""

from typing import Final

from security.detectors import masks
from security.detectors.kind import Kind, Rank
from security.detectors.secrets_checks import is_issued, is_random
from security.detectors.secrets_forms import (
    ALNUM,
    ASSIGNS,
    EDGE,
    HEX,
    JOINS,
    OPENS,
    URLSAFE,
    entry,
    made,
    token,
)

_BASE64: Final = ALNUM + "+/"
_BECH32: Final = "023456789acdefghjklmnpqrstuvwxyz"
_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
#: Between the lines of a block: ends of lines as they are and as escapes, quotes and signs of code.
_GAP: Final = r"(?:\s|\\+[nrt]|[\"'+,>|]|%0[AaDd]|&#1[03];)"
#: A space, as it is or as addresses write it.
_SPACE: Final = r"(?: |\+|%20)"
_BODY: Final = (
    rf"(?:{_GAP}*(?:[A-Z][A-Za-z-]+: [^\n\\]*|={{0,1}}(?:[0-9A-Za-z+/%]"
    rf"|\\+u00[0-9a-f]{{2}}){{4,}}={{0,2}}))*"
)


def _block(
    name: str, title: str, label: str, shown: str, rest: str = "", hint: str = "", **given: object
) -> Kind:
    """A block of PEM or PGP: to its end, or as far as it goes where it was cut."""
    begin, end = (f"-----{word} {label}-----".replace(" ", _SPACE) for word in ("BEGIN", "END"))
    lines = [made(64, _BASE64, name), made(64, _BASE64, name + "2"), made(24, _BASE64) + "=="]
    whole = "\n".join((f"-----BEGIN {shown}-----", *lines, f"-----END {shown}-----"))
    return entry(
        name,
        title,
        rf"{begin}(?:(?:[^-]|-{{1,4}}[^-])*?{end}|{_BODY})",
        (hint or begin,),
        mask=masks.PRIVATE_KEY,
        rank=Rank.CONTAINER + 1,
        confidence=0.99,
        check=lambda value: len(value) > _LEAST_OF_A_BLOCK,
        **{
            "family": "private_key",
            "matches": (
                f"read ‹{whole}› from disk",
                '"key":"‹' + whole.replace("\n", "\\n") + '›"',
                f"cut: ‹{whole[:150]}›",
            ),
            "misses": (
                f"-----BEGIN {shown.replace('PRIVATE', 'PUBLIC')}-----\n{lines[0]}",
                "BEGIN PRIVATE KEY",
            ),
            **given,
        },
    )


_LEAST_OF_A_BLOCK: Final = 70

BLOCKS: Final[tuple[Kind, ...]] = (
    _block("rsa_private_key", "Private key of RSA (PKCS #1)", "RSA PRIVATE KEY", "RSA PRIVATE KEY"),
    _block("ec_private_key", "Private key of an elliptic curve (SEC 1)", "EC PRIVATE KEY", "EC PRIVATE KEY"),
    _block("dsa_private_key", "Private key of DSA", "DSA PRIVATE KEY", "DSA PRIVATE KEY"),
    _block("pkcs8_private_key", "Private key (PKCS #8)", "PRIVATE KEY", "PRIVATE KEY"),
    _block(
        "pkcs8_encrypted_private_key",
        "Private key, encrypted (PKCS #8)",
        "ENCRYPTED PRIVATE KEY",
        "ENCRYPTED PRIVATE KEY",
    ),
    _block("openssh_private_key", "Private key of OpenSSH", "OPENSSH PRIVATE KEY", "OPENSSH PRIVATE KEY"),
    _block(
        "ssh2_private_key",
        "Private key of SSH2 and others by name",
        "(?:ANY|SSH2 ENCRYPTED|ED25519|X25519|SM2) PRIVATE KEY",
        "ANY PRIVATE KEY",
        hint=r"-----BEGIN(?: |\+|%20)(?:ANY|SSH2|ED25519|X25519|SM2)",
    ),
    _block("pgp_private_key", "Private key of OpenPGP", "PGP PRIVATE KEY BLOCK", "PGP PRIVATE KEY BLOCK"),
    entry(
        "private_key_bare",
        "Private key without its first line, by what its encoding begins with",
        rf"{EDGE}(?P<value>(?:MII[BCEJ][0-9A-Za-z+/]{{2}}[AI]BAAKC"
        rf"|MII[CEJ][0-9A-Za-z+/]{{2}}IBADANBgkq|MI[GH][0-9A-Za-z]A[gG]EA[MB]B?[MG]"
        rf"|MC4CAQAwBQYDK2Vw|b3BlbnNzaC1rZXkt){_BODY})",
        ("BAAKC", "IBADANBgkq", "MI[GH][0-9A-Za-z]A[gG]EA", "MC4CAQAwBQYDK2Vw", "b3BlbnNzaC1rZXkt"),
        mask=masks.PRIVATE_KEY,
        family="private_key",
        check=lambda value: len(value) > _LEAST_OF_A_BLOCK - 10,
        matches=(f"key=‹MIIEpAIBAAKC{made(200, ALNUM)}›", f'"‹b3BlbnNzaC1rZXkt{made(100, ALNUM)}›"'),
        misses=("MIIEpAIBAAKC", "MIIB" + made(40)),
    ),
    entry(
        "putty_private_key",
        "Private key of PuTTY",
        rf"PuTTY-User-Key-File-\d:(?:[^\n]*{_GAP}+){{1,8}}?(?:[^\n]*{_GAP}+)*?Private-Lines:"
        rf" \d+(?P<value>{_BODY})",
        ("Private-Lines: ",),
        mask=masks.PRIVATE_KEY,
        family="private_key",
        rank=Rank.CONTAINER + 1,
        matches=(
            f"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPrivate-Lines: 1‹\n{made(48, _BASE64)}›",
            "PuTTY-User-Key-File-2:"
            f" ssh-rsa\nComment: jo\nPrivate-Lines: 2‹\n{made(64, _BASE64)}\n{made(64, _BASE64, 'p')}›",
        ),
        misses=("Private-Lines: 8", "PuTTY-User-Key-File-3: ssh-ed25519\nPublic-Lines: 1"),
    ),
    token(
        "age_secret_key",
        "age: secret key",
        "AGE-SECRET-KEY-(?:PQ-)?1",
        "[02-9AC-HJ-NP-Z]{58,}",
        "AGE-SECRET-KEY-1" + made(58, _BECH32.upper()),
        hints=("AGE-SECRET-KEY-",),
        mask=masks.PRIVATE_KEY,
    ),
    token(
        "minisign_secret_key",
        "minisign and signify: secret key",
        "RW(?:RTY0I|QRk)",
        "[0-9A-Za-z+/]{130,}={0,2}",
        "RWRTY0I" + made(200, _BASE64),
        mask=masks.PRIVATE_KEY,
    ),
    entry(
        "wireguard_private_key",
        "WireGuard: private key and shared key",
        r"(?i:private_?key|preshared_?key)\\*[\"']?\s*[:=]\s*\\*[\"']?(?P<value>"
        r"[0-9A-Za-z+/]{42}[AEIMQUYcgkosw048]=)",
        (r"(?i:private_?key|preshared_?key)\\*[\"']?\s*[:=]",),
        mask=masks.PRIVATE_KEY,
        not_before="0-9A-Za-z+/=",
        check=is_random,
        matches=(f"PrivateKey = ‹{made(42, _BASE64)}8=›", f"PresharedKey=‹{made(42, _BASE64, 'w')}Q=›"),
        misses=(f"PublicKey = {made(42, _BASE64)}8=", "PrivateKey = /etc/wireguard/key"),
    ),
    entry(
        "jwk_private_key",
        "JSON Web Key (RFC 7517) with its private part",
        r"[\"']kty\\*[\"']{1,2}\s*:[^{}]*?[\"']d\\*[\"']{1,2}\s*:\s*\\*[\"']{1,2}"
        r"(?P<value1>[0-9A-Za-z_-]{40,})"
        r"|[\"']d\\*[\"']{1,2}\s*:\s*\\*[\"']{1,2}"
        r"(?P<value2>[0-9A-Za-z_-]{40,})\\*[\"'][^{}]*?[\"']kty\\*[\"']"
        r"|^(?:d|p|q|dp|dq|qi): (?P<value3>[0-9A-Za-z_-]{40,})$",
        (r"[\"']kty\\*[\"']{1,2}\s*:", "^(?:d|p|q|dp|dq|qi): [0-9A-Za-z_-]{40}"),
        check=is_random,
        mask=masks.PRIVATE_KEY,
        family="private_key",
        rank=Rank.CONTAINER,
        matches=(
            f'{{"kty":"EC","crv":"P-256","x":"{made(43)}","d":"‹{made(43, URLSAFE)}›"}}',
            f'{{"d": "‹{made(86, URLSAFE)}›", "kty": "OKP"}}',
        ),
        misses=(f'{{"kty":"EC","x":"{made(43)}","y":"{made(43)}"}}', '{"d": "short", "kty": "EC"}'),
    ),
    entry(
        "jwk_symmetric_key",
        "JSON Web Key (RFC 7517) that is a shared secret",
        r"[\"']kty\\*[\"']{1,2}\s*:\s*\\*[\"']{1,2}oct\\*[\"']"
        r"[^{}]*?[\"']k\\*[\"']{1,2}\s*:\s*\\*[\"']{1,2}(?P<value1>[0-9A-Za-z_-]{20,})"
        r"|[\"']k\\*[\"']{1,2}\s*:\s*\\*[\"']{1,2}(?P<value2>"
        r"[0-9A-Za-z_-]{20,})\\*[\"'][^{}]*?[\"']kty\\*[\"']{1,2}\s*:\s*\\*[\"']{1,2}oct"
        r"|^k: (?P<value3>[0-9A-Za-z_-]{40,})$",
        (r"[\"']oct\\*[\"']", "^k: [0-9A-Za-z_-]{40}"),
        check=is_random,
        mask=masks.PRIVATE_KEY,
        family="private_key",
        rank=Rank.CONTAINER,
        matches=(
            f'{{"kty":"oct","alg":"HS256","k":"‹{made(43, URLSAFE)}›"}}',
            f'{{"k":"‹{made(43, URLSAFE, "k")}›","kty":"oct"}}',
        ),
        misses=('{"kty":"oct","k":""}', '{"month":"oct"}'),
    ),
)

COINS: Final[tuple[Kind, ...]] = (
    entry(
        "bitcoin_wif_key",
        "Bitcoin: private key for wallets",
        r"(?i:wif|priv(?:ate)?[_ -]?key|wallet[\w -]*key"
        rf"|secret)[\w \"']{{0,12}}?{JOINS}{OPENS}(?P<value>5[HJK][1-9A-HJ-NP-Za-km-z]{{49}}"
        rf"|[KLc][1-9A-HJ-NP-Za-km-z]{{51}})",
        (
            r"(?i:\bwif\b|priv(?:ate)?[_ -]?key|wallet[\w -]*key"
            r"|secret)[\w \"':=|>\\({\[,-]*[5KLc][1-9A-HJ-NP-Za-km-z]{16}",
        ),
        mask=masks.PRIVATE_KEY,
        not_before="0-9A-Za-z",
        matches=(f"private key: ‹K{made(51, _BASE58)}›", f'{{"wif":"‹5J{made(49, _BASE58)}›"}}'),
        misses=(f"txid: K{made(51, _BASE58)}", "private key: Kettle"),
    ),
    entry(
        "extended_private_key",
        "Bitcoin: extended private key (BIP 32)",
        rf"{EDGE}(?P<value>[xyztuv]prv[1-9A-HJ-NP-Za-km-z]{{100,112}})",
        ("[xyztuv]prv[1-9A-HJ-NP-Za-km-z]{4}",),
        mask=masks.PRIVATE_KEY,
        not_before="0-9A-Za-z",
        matches=(f"root ‹xprv9{made(106, _BASE58)}›", f'"‹tprv8{made(106, _BASE58, "t")}›"'),
        misses=("xpub6" + made(106, _BASE58), "xprv9short"),
    ),
    entry(
        "ethereum_private_key",
        "Ethereum and others: private key, by its name",
        r"(?i:(?:priv(?:ate)?|wallet|signer|deployer|account|eth(?:ereum)?|secp256k1|mnemonic"
        rf"|owner)[\w .-]{{0,16}}?(?:key|secret|pk))\w{{0,8}}{ASSIGNS}{OPENS}(?P<value>"
        rf"(?:0x)?[0-9a-fA-F]{{64}})",
        (
            r"(?i:(?:priv(?:ate)?|wallet|signer|deployer|account|eth(?:ereum)?|secp256k1"
            r"|owner)[\w.-]*(?: \w+)? ?(?:key|secret|pk))\w*\\*[\"'`]?\]?[ \t]*(?:[:=]|->)",
        ),
        mask=masks.PRIVATE_KEY,
        not_before="0-9A-Za-z",
        check=is_issued,
        matches=(
            f"PRIVATE_KEY=0x{made(64, HEX)}".replace("=", "=‹") + "›",
            f'"deployerPrivateKey": "‹{made(64, HEX, "e")}›"',
        ),
        misses=(
            f"block hash: 0x{made(64, HEX)}",
            f"private_key_sha={made(40, HEX)}",
            "account_key=0x" + "0" * 64,
        ),
    ),
    entry(
        "seed_phrase",
        "Words from which a wallet is made (BIP 39)",
        r"(?i:mnemonic|seed[_ -]?(?:phrase|words)|recovery[_ -]?(?:phrase|words)"
        r"|secret[_ -]?(?:phrase|recovery phrase))[\w ]{0,12}?\\*[\"'`]?\s*(?:=>|[:=]|is"
        r"|was)\s*\\*[\"'`\[]?(?P<value>[a-z]{3,8}(?:[ ,]\s?[a-z]{3,8}){11,23})",
        (
            r"(?i:mnemonic|seed[_ -]?(?:phrase|words)|recovery[_ -]?(?:phrase|words)"
            r"|secret[_ -]?phrase|secret recovery phrase)",
        ),
        mask=masks.PRIVATE_KEY,
        matches=(
            "mnemonic: ‹river kettle ladder orange window paper silver garden music travel winter coffee›",
            'seed_phrase="‹apple bridge candle desert eagle forest guitar hammer island'
            ' jungle kitchen lemon›"',
        ),
        misses=("mnemonic: river kettle", "the seed phrase is never shown"),
    ),
    token(
        "nostr_private_key",
        "Nostr: private key",
        "nsec1",
        f"[{_BECH32}]{{58}}",
        "nsec1" + made(58, _BECH32),
        hints=("nsec1[02-9ac-hj-np-z]{8}",),
        mask=masks.PRIVATE_KEY,
    ),
)

HASHES: Final[tuple[Kind, ...]] = (
    entry(
        "bcrypt_hash",
        "Hash of a password (bcrypt)",
        r"(?P<value>\$2[abxy]?\$[0-9]{2}\$[0-9A-Za-z./]{53})",
        (r"\$2[abxy]?\$[0-9]{2}\$",),
        mask=masks.PASSWORD,
        matches=(
            f"hash ‹$2b$12${made(53, ALNUM + './')}› stored",
            f"jo:‹$2y$05${made(53, ALNUM + './', 'b')}›",
        ),
        misses=("$2b$12$short", "costs $2 a $10 $20"),
    ),
    entry(
        "argon2_hash",
        "Hash of a password (Argon2, RFC 9106)",
        r"(?P<value>\$argon2(?:id|i|d)\$(?:v=\d+\$)?m=\d+,t=\d+,p=\d+(?:,\w+=[\w+/]+)*\$"
        r"[0-9A-Za-z+/]{8,}\$[0-9A-Za-z+/]{16,})",
        (r"\$argon2",),
        mask=masks.PASSWORD,
        matches=(
            f"‹$argon2id$v=19$m=65536,t=3,p=4${made(22)}${made(43)}›",
            f'"hash":"‹$argon2i$m=4096,t=2,p=1${made(22)}${made(32)}›"',
        ),
        misses=("$argon2id$ is chosen", "argon2id v=19"),
    ),
    entry(
        "scrypt_hash",
        "Hash of a password (scrypt, yescrypt)",
        r"(?P<value>\$(?:s0|scrypt|7|y|gy)\$[0-9A-Za-z./=,]{1,32}\$[0-9A-Za-z./+]{16,}={0,2}"
        r"(?:\$[0-9A-Za-z./+]{32,}={0,2})?|scrypt:\d+:\d+:\d+\$[0-9A-Za-z]{8,}\$"
        r"[0-9a-f]{64,})",
        (r"\$(?:s0|scrypt|7|y|gy)\$", r"scrypt:\d"),
        mask=masks.PASSWORD,
        matches=(
            f"jo:‹$y$j9T${made(22, ALNUM)}${made(43, ALNUM)}›:19000",
            f"‹scrypt:32768:8:1${made(16)}${made(128, HEX)}›",
        ),
        misses=("scrypt: n=14", "$y$"),
    ),
    entry(
        "crypt_hash",
        "Hash of a password (crypt: MD5, SHA-256, SHA-512; Apache)",
        r"(?P<value>\$(?:1|5|6|apr1|md5)\$(?:rounds=\d+\$)?[0-9A-Za-z./]{1,16}\$[0-9A-Za-z./]{22,86})",
        (r"\$(?:1|5|6|apr1|md5)\$",),
        mask=masks.PASSWORD,
        matches=(f"root:‹$6${made(16)}${made(86)}›:19000:0:99999:7:::", f"jo:‹$apr1${made(8)}${made(22)}›"),
        misses=("$1$2", "cost $5$"),
    ),
    entry(
        "pbkdf2_hash",
        "Hash of a password (PBKDF2, as frameworks write it)",
        r"(?P<value>(?:\$pbkdf2(?:-sha\d+)?\$\d+\$|pbkdf2(?:_"
        r"|:)sha\d+[$:]\d+[$:])[0-9A-Za-z./+-]{6,}={0,2}\$[0-9A-Za-z./+]{20,}={0,2})",
        (r"pbkdf2[-_:]sha\d", r"\$pbkdf2"),
        mask=masks.PASSWORD,
        matches=(
            f"‹pbkdf2_sha256$600000${made(22)}${made(43)}=›",
            f"‹$pbkdf2-sha512$25000${made(22)}${made(86)}›",
        ),
        misses=("pbkdf2_sha256 is used",),
    ),
    entry(
        "ldap_password_hash",
        "Hash of a password in a directory (RFC 2307)",
        r"(?P<value>\{(?:SSHA|SHA|SMD5|MD5|SSHA256|SSHA512|SHA256|SHA512|CRYPT|PBKDF2[\w-]*"
        r"|ARGON2)\}[0-9A-Za-z+/$.=,]{22,})",
        (r"\{(?:S?SHA|S?MD5|CRYPT|PBKDF2|ARGON2)[\w-]*\}",),
        mask=masks.PASSWORD,
        matches=(f"userPassword: ‹{{SSHA}}{made(32)}›", f"jo:‹{{SHA}}{made(27)}=›"),
        misses=("{SHA}", "{MD5} is old"),
    ),
    entry(
        "server_password_hash",
        "Hash of a password (MySQL, SQL Server, Windows, PostgreSQL)",
        r"(?P<value>SCRAM-SHA-256\$\d+:[0-9A-Za-z+/=]{16,}\$[0-9A-Za-z+/=]{40,}:"
        r"[0-9A-Za-z+/=]{40,}|\$A\$005\$[^\s'\"]{40,}|0x0[12]00[0-9A-Fa-f]{48,136}"
        r"|[0-9a-fA-F]{32}:[0-9a-fA-F]{32}:::)",
        (r"SCRAM-SHA-256\$\d", r"\$A\$005\$", "0x0[12]00[0-9A-Fa-f]{48}", "[0-9a-fA-F]:::"),
        mask=masks.PASSWORD,
        matches=(
            f"‹SCRAM-SHA-256$4096:{made(24)}${made(43)}=:{made(43, seed='m')}=›",
            f"jo:500:‹{made(32, HEX)}:{made(32, HEX, 'n')}:::›",
        ),
        misses=("SCRAM-SHA-256$4096", "a:::b"),
    ),
)

KEYS: Final = (*BLOCKS, *COINS, *HASHES)
