"""Accounts at banks, and addresses of what stands in for money."""

import re
from collections.abc import Iterator
from typing import Final

import phonenumbers
from stdnum import bitcoin, iban
from stdnum.us import rtn

from security.detectors import checks, masks
from security.detectors.keccak import keccak_256
from security.detectors.kind import Category, Kind, Rank
from security.detectors.nearby import bounded, hints, named, spelled

#: Countries of the IBAN registry (SWIFT, release 99), those without letters of hexadecimal digits apart.
_HEX_COUNTRIES: Final = "AD|AE|BA|BE|DE|EE|FA"
_OTHER_COUNTRIES: Final = (
    "AL|AT|AZ|BG|BH|BI|BR|BY|CH|CR|CY|CZ|DJ|DK|DO|EG|ES|FI|FK|FO|FR|GB|GE|GI|GL|GR|GT|HN|HR|HU|IE|IL|IQ|IS|IT|JO"
    "|KW|KZ|LB|LC|LI|LT|LU|LV|LY|MC|MD|ME|MK|MN|MR|MT|MU|NI|NL|NO|OM|PK|PL|PS|PT|QA|RO|RS|RU|SA|SC|SD|SE|SI|SK"
    "|SM|SO|ST|SV|TL|TN|TR|UA|VA|VG|XK|YE"
)
_COUNTRY: Final = f"(?:{_OTHER_COUNTRIES}|{_HEX_COUNTRIES})"
_SHORTEST_IBAN, _LONGEST_IBAN = 15, 34
_BECH32M: Final = 0x2BC830A3  # BIP 350; the constant of addresses of later versions than 0
_BECH32: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_ACCOUNT: Final = (
    "account number",
    "account no",
    "acct number",
    "acct no",
    "acct",
    "bank account",
    "bank account number",
    "bank acct",
    "account num",
    "kontonummer",
    "konto nr",
    "kontonr",
    "bankverbindung",
    "numéro de compte",
    "numero de cuenta",
    "número de cuenta",
    "numero di conto",
    "rekeningnummer",
    "número da conta",
    "clabe",
    "口座番号",
    "银行账号",
    "银行卡号",
    "계좌번호",
)


def ibans(run: str) -> Iterator[tuple[int, int]]:
    """The account numbers in a run of letters and digits: ISO 13616's check, the length of the country."""
    position = 0
    for start in re.finditer(rf"(?i)(?<![A-Z0-9]){_COUNTRY}\d\d", run):
        if start.start() < position:
            continue
        count = 0
        for place in range(start.start(), len(run)):
            count += run[place].isalnum()
            ends = place + 1 == len(run) or not run[place + 1].isalnum()
            if count > _LONGEST_IBAN:
                break
            if ends and count >= _SHORTEST_IBAN and _is_iban(run[start.start() : place + 1]):
                position = place + 1
                yield start.start(), position
                break


def _is_iban(value: str) -> bool:
    return bool(iban.is_valid(re.sub(r"[^A-Za-z0-9]", "", value), check_country=False))


def is_bitcoin_address(value: str) -> bool:
    """A checksum of SHA-256 (base58), or of BCH codes (BIP 173 and, for taproot, BIP 350)."""
    if not value.lower().startswith("bc1p"):
        return bool(bitcoin.is_valid(value))
    if value not in (value.lower(), value.upper()):
        return False
    data = [_BECH32.find(letter) for letter in value.lower()[3:]]
    prefix = [3, 3, 0, 2, 3]  # "bc", spread
    return -1 not in data and bitcoin.bech32_checksum(prefix + data) == _BECH32M


def is_ethereum_address(value: str) -> bool:
    """The letters that are large say the hash of the address (EIP-55)."""
    letters = value[2:]
    digest = keccak_256(letters.lower().encode()).hex()
    return all(
        letter.isdigit() or letter.isupper() == (nibble >= "8")
        for letter, nibble in zip(letters, digest, strict=False)
    )


def _is_bic(value: str) -> bool:
    return value[4:6] in phonenumbers.SUPPORTED_REGIONS or value[4:6] in ("XK", "GF")


def _is_account(value: str) -> bool:
    fewest, most = 6, 20
    return fewest <= len(re.findall(r"\d", value)) <= most and checks.is_plain(value)


FINANCE: Final[tuple[Kind, ...]] = (
    Kind(
        name="iban",
        title="International bank account number (ISO 13616)",
        category=Category.PCI,
        pattern=bounded(rf"(?i:{_COUNTRY})\d{{2}}(?:[ .+-]?[A-Za-z0-9])+", r"\pL\pN"),
        hints=(
            rf"{_COUNTRY}\d{{2}}[ .-]?[A-Z0-9]{{4}}[ .-]?[A-Z0-9]{{4}}[ .-]?\w",
            r"(?i:iban|konto|sepa|accoun?t|compte|cuenta|conto|rekening|conta|hesap|счёт|счет)\w{0,10}\W{1,8}"
            r"[A-Za-z]{2}\d{2}[ .-]?[A-Za-z0-9]{4}",
            rf"(?i:{_OTHER_COUNTRIES})\d{{2}}[ .-]?[A-Za-z]{{4}}[ .-]?\d{{4}}[ .-]?\d",
            rf"(?i:{_COUNTRY})\d{{2}}[ .-]?\d{{4}}[ .-]?\d{{4}}[ .-]?\w{{2}}",
            rf"(?i:{_OTHER_COUNTRIES})\d{{2}}[ .-]?[A-Za-z0-9]{{4}}[ .-]?\w\d{{3}}[ .-]?\d{{3}}",
        ),
        within=ibans,
        mask=masks.named("iban"),
        rank=Rank.TEXT + 2,
        fields="(?:.*[^a-z0-9])?iban(?:[^a-z0-9]?(?:number|num|no|nr))?",
        matches=(
            "IBAN ‹DE89 3704 0044 0532 0130 00› and more",
            "‹GB82WEST12345698765432›",
            "iban=‹de89370400440532013000›;",
            "to ‹FR14 2004 1010 0505 0001 3M02 606› ok",
            "‹NO93 8601 1117 947› paid",
            "from ‹BE68 5390 0754 7034› to ‹NL91 ABNA 0417 1643 00›",
        ),
        misses=(
            "DE89 3704 0044 0532 0130 01",
            "de12ab34-1234-4567-89ab-1234567890ab",
            "XDE89370400440532013000",
        ),
    ),
    Kind(
        name="bic",
        title="Code of a bank (ISO 9362), by the name before it",
        category=Category.PII,
        pattern=named(
            ("bic", "swift", "swift code", "bic code", "swift bic", "bic swift", "swift/bic", "bic/swift"),
            r"(?P<value>[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)\b",
        ),
        hints=(r"(?i:bic|swift)[^\n]{0,12}[A-Z]{6}[A-Z0-9]{2}",),
        not_before=r"\w-",
        check=_is_bic,
        mask=masks.named("bic"),
        rank=Rank.NUMBER,
        matches=("BIC: ‹DEUTDEFF›", '"swiftCode":"‹NEDSZAJJXXX›"', "SWIFT/BIC ‹CHASUS33›"),
        misses=("swift: PROTOCOL is", "DEUTDEFF"),
    ),
    Kind(
        name="routing_number",
        title="Routing number of a bank in the United States",
        category=Category.PII,
        pattern=r"\d{9}",
        hints=hints("routing", "aba", "transit number"),
        not_after=r"\w.-",
        not_before=r"\w-",
        check=checks.both(checks.is_plain, rtn.is_valid),
        before=spelled(
            "routing", "routing number", "routing no", "aba", "aba number", "aba routing", "transit number"
        ),
        after=spelled("routing number", "aba"),
        needs_context=True,
        mask=masks.named("routing_number"),
        rank=Rank.NUMBER + 1,
        fields="(?:.*[^a-z0-9])?(?:aba_?)?routing_?(?:number|num|no)",
        matches=("routing number ‹111000025›", "aba=‹021000021›", '"routing_no": "‹111000025›"'),
        misses=("routing number 111000024", "111000025"),
    ),
    Kind(
        name="bank_account",
        title="Number of an account at a bank, by the name before it",
        category=Category.PII,
        pattern=named(_ACCOUNT, r"(?P<value>\d(?:[ -]?\d){5,19})\b"),
        hints=hints(*_ACCOUNT),
        not_before=r"\w-",
        check=_is_account,
        mask=masks.named("bank_account"),
        rank=Rank.NUMBER - 1,
        fields=r"(?:.*[^a-z0-9])?(?:bank_?account|bank_?acct|kontonummer)(?:_?(?:number|num|no|nr))?",
        matches=("account number: ‹12345678›", "bank_account=‹000123456789›", "Kontonummer ‹0532013000›"),
        misses=("account number 12", "account no longer 12345678"),
    ),
    Kind(
        name="bank_account",
        title="Sort code of a bank in the United Kingdom, by the name before it",
        category=Category.PII,
        pattern=named(("sort code", "sortcode"), r"(?P<value>\d{2}[- ]?\d{2}[- ]?\d{2})\b"),
        hints=hints("sort code"),
        not_before=r"\w-",
        mask=masks.named("bank_account"),
        rank=Rank.NUMBER - 1,
        fields=r"(?:.*[^a-z0-9])?sort_?code",
        matches=("sort code ‹20-00-00›", "sortCode=‹200000›"),
        misses=("sort codec 200000",),
    ),
    Kind(
        name="bitcoin_address",
        title="Address of Bitcoin",
        category=Category.PII,
        pattern=r"[13][1-9A-HJ-NP-Za-km-z]{25,34}|(?:bc1|BC1)[02-9A-Za-z]{11,71}",
        hints=(
            r"(?:^|[^a-zA-Z0-9])[13][1-9a-km-z]{0,12}[A-HJ-NP-Z][1-9A-HJ-NP-Za-km-z]{13}",
            "bc1[qp][02-9ac-hj-np-z]{10}",
            "BC1[QP][02-9AC-HJ-NP-Z]{10}",
        ),
        not_after=r"\w",
        not_before=r"\w",
        check=is_bitcoin_address,
        mask=masks.named("bitcoin_address"),
        rank=Rank.SHAPE - 2,
        matches=(
            "sent to ‹1BoatSLRHtKNngkdXEeobR76b53LETtpyT›",
            "‹3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy›",
            "‹bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4›",
            "‹bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0›",
        ),
        misses=("1BoatSLRHtKNngkdXEeobR76b53LETtpyU", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5"),
    ),
    Kind(
        name="ethereum_address",
        title="Address of Ethereum (EIP-55)",
        category=Category.PII,
        pattern=r"0x[0-9a-fA-F]{40}",
        hints=("0x[0-9a-fA-F]{40}",),
        not_after=r"\w",
        not_before=r"\w",
        check=is_ethereum_address,
        mask=masks.named("ethereum_address"),
        rank=Rank.SHAPE - 2,
        matches=(
            "to ‹0x52908400098527886E0F7030069857D2E4169EE7›",
            "‹0x27b1fdb04752bbc536007a920d24acb045561c26›",
        ),
        misses=("0x52908400098527886E0F7030069857D2E4169Ee7", "0x" + "12ab" * 16),
    ),
    Kind(
        name="ethereum_address",
        title="Address of Ethereum in small letters, by the words near it",
        category=Category.PII,
        pattern=r"0x(?:[0-9a-f]{40}|[0-9A-F]{40})",
        hints=("0x[0-9a-fA-F]{40}",),
        not_after=r"\w",
        not_before=r"\w",
        before=spelled(
            "eth",
            "ethereum",
            "wallet",
            "wallet address",
            "address",
            "addr",
            "from",
            "to",
            "sender",
            "recipient",
            "account",
            "contract",
            "payout",
            "deposit",
            "token",
            "metamask",
            "erc20",
            "owner",
        ),
        after=("eth", "wei", "gwei", "wallet"),
        needs_context=True,
        mask=masks.named("ethereum_address"),
        rank=Rank.SHAPE - 2,
        matches=("wallet ‹0x" + "1f9a" * 10 + "›",),
        misses=("digest 0x" + "1f9a" * 10, "wallet 0x" + "1f9a" * 16),
    ),
)
