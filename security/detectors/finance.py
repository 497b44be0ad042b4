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
    "account nr",
    "account nbr",
    "acct num",
    "acc no",
    "acc number",
    "bank acc",
    "a/c no",
    "a/c number",
    "a/c",
    "checking account",
    "savings account",
    "kontonummer",
    "konto nr",
    "kontonr",
    "bankverbindung",
    "bankkonto",
    "bankkontonummer",
    "bankkontonr",
    "rekening",
    "rekeningnr",
    "bankrekening",
    "cuenta bancaria",
    "número cuenta",
    "numero cuenta",
    "conta bancária",
    "conta corrente",
    "numero conto",
    "conto corrente",
    "nr konta",
    "numer konta",
    "numer rachunku",
    "číslo účtu",
    "cislo uctu",
    "bankszámlaszám",
    "tilinumero",
    "hesap no",
    "hesap numarası",
    "номер счета",
    "номер счёта",
    "расчетный счет",
    "银行账户",
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
    "konto",
    "ach account",
    "transfer to account",
    "transfer from account",
    "transferred to account",
    "debit from account",
    "debited from account",
    "credit to account",
    "credited to account",
    "paid to account",
    "payout to account",
    "deposit to account",
    "účet",
    "č.ú.",
    "stk",
    "tài khoản",
    "număr cont",
    "account #",
    "acct #",
    "bank account nr",
    "bank account no",
    "bank acc no",
    "beneficiary account",
    "beneficiary account number",
    "payee account",
    "debit account",
    "credit account",
    "payer account",
    "creditor account",
    "debtor account",
    "settlement account",
    "deposit account",
    "cheque account",
    "chequing account",
    "direct deposit account",
    "nro cuenta",
    "nro de cuenta",
    "n de cuenta",
    "cuenta corriente",
    "cuenta de ahorros",
    "cuenta destino",
    "cuenta origen",
    "numero de conta",
    "conta poupança",
    "conta destino",
    "compte bancaire",
    "n de compte",
    "conto bancario",
    "nr conto",
    "cc bancario",
    "rekening nummer",
    "rek nr",
    "reknr",
    "bank konto",
    "bankkonto nr",
    "kontonr.",
    "kontonumer",
    "numer konta bankowego",
    "nr rachunku",
    "nr rachunku bankowego",
    "rachunek bankowy",
    "bankovní účet",
    "číslo bankovního účtu",
    "bankový účet",
    "számlaszám",
    "számla száma",
    "cont bancar",
    "numar cont",
    "broj računa",
    "broj racuna",
    "банковский счет",
    "банковский счёт",
    "лицевой счет",
    "номер рахунку",
    "banka hesabı",
    "hesap numarasi",
    "no rekening",
    "nomor rekening",
    "rekening bank",
    "akaun bank",
    "no akaun",
    "số tài khoản",
    "tài khoản ngân hàng",
    "เลขที่บัญชี",
    "เลขบัญชี",
    "บัญชีธนาคาร",
    "खाता संख्या",
    "حساب بنكي",
    "رقم الحساب",
    "חשבון בנק",
    "מספר חשבון",
    "αριθμός λογαριασμού",
    "tilinro",
    "pankkitili",
    "pangakonto",
    "bankas konts",
    "sąskaitos numeris",
    "銀行帳號",
    "銀行口座",
    "은행계좌",
    "bsb account",
    "nuban",
    "clabe interbancaria",
    "cbu",
    "cvu",
    "girokonto",
    "bankgiro",
    "plusgiro",
    "postgiro",
    "bankgironummer",
)

#: What the digits are called that are printed on a card and must not be stored (PCI DSS, requirement 3.3.1).
_VERIFICATION_NAMES: Final = (
    "cvv",
    "cvv2",
    "cvc",
    "cvc2",
    "cvn",
    "cvn2",
    "card cid",
    "card csc",
    "amex cid",
    "card code",
    "card verification",
    "card verification value",
    "card verification code",
    "card security code",
    "security code of card",
    "security code of the card",
    "security code on card",
    "credit card security code",
    "kartenprüfnummer",
    "código de seguridad de la tarjeta",
    "cryptogramme visuel",
    "codice di sicurezza della carta",
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
            (
                "bic",
                "swift",
                "swift code",
                "bic code",
                "swift bic",
                "bic swift",
                "swift/bic",
                "bic/swift",
                "bank identifier code",
                "bank identifier",
                "bank code",
                "codice bic",
                "code bic",
                "código swift",
                "codigo swift",
                "bicfi",
            ),
            r"(?P<value>[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)\b",
        ),
        hints=(r"(?i:bic|swift|bank[ _-]?(?:identifier|code)|bicfi)[^\n]{0,12}[A-Z]{6}[A-Z0-9]{2}",),
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
        hints=hints(
            "routing",
            "aba",
            "transit number",
            "transit no",
            "rtn",
            "ach routing",
            "fedwire",
            "rdfi",
            "odfi",
            "dfi",
        ),
        not_after=r"\w.-",
        not_before=r"\w-",
        check=checks.both(checks.is_plain, rtn.is_valid),
        before=spelled(
            "routing",
            "routing number",
            "routing no",
            "aba",
            "aba number",
            "aba routing",
            "transit number",
            "transit no",
            "rtn",
            "aba rtn",
            "routing transit",
            "bank routing",
            "ach",
            "fedwire",
            "wire routing",
            "rdfi",
            "odfi",
            "receiving dfi",
            "originating dfi",
        ),
        after=spelled("routing number", "aba"),
        needs_context=True,
        mask=masks.named("routing_number"),
        rank=Rank.NUMBER + 1,
        fields="(?:.*[^a-z0-9])?(?:aba_?)?routing_?(?:number|num|no)",
        matches=(
            "routing number ‹111000025›",
            "aba=‹021000021›",
            "RDFI ‹111000025› DFI",
            '"routing_no": "‹111000025›"',
        ),
        misses=("routing number 111000024", "111000025"),
    ),
    Kind(
        name="bank_account",
        title="Number of an account at a bank, by the name before it",
        category=Category.PII,
        pattern=named(_ACCOUNT, r"(?P<value>\d{4}[. ]\d{2}[. ]\d{5}|\d(?:[ -]?\d){5,25}(?:/\d{4})?)\b"),
        hints=hints(*_ACCOUNT),
        not_before=r"\w-",
        check=_is_account,
        mask=masks.named("bank_account"),
        rank=Rank.NUMBER - 1,
        fields=r"(?:.*[^a-z0-9])?(?:bank_?account|bank_?acct|kontonummer)(?:_?(?:number|num|no|nr))?",
        matches=(
            "account number: ‹12345678›",
            "bank_account=‹000123456789›",
            "Kontonummer ‹0532013000›",
            "a/c no. ‹63999175211339›",
            "acct_no=‹9596.03.41383›",
        ),
        misses=("account number 12", "account no longer 12345678"),
    ),
    Kind(
        name="bank_account",
        title="Sort code of a bank in the United Kingdom, by the name before it",
        category=Category.PII,
        pattern=named(("sort code", "sortcode"), r"(?P<value1>\d{2}[- ]?\d{2}[- ]?\d{2})\b")
        + r"|\b(?i:sc|s/c)[\"']?[:=] ?[\"']?(?P<value2>\d{2}-\d{2}-\d{2})\b",
        hints=(*hints("sort code"), r"(?i:sc|s/c)[\"']?[:=] ?[\"']?\d\d-\d\d-\d\d"),
        not_before=r"\w-",
        mask=masks.named("bank_account"),
        rank=Rank.NUMBER - 1,
        fields=r"(?:.*[^a-z0-9])?sort_?code",
        matches=("sort code ‹20-00-00›", "sortCode=‹200000›", "sc=‹20-00-00› acc=55779911"),
        misses=("sort codec 200000", "sc=200000", "desc=20-01-02", "sc=2023-01-02"),
    ),
    Kind(
        name="bank_account",
        title="Branch of a bank in Australia (BSB), with the account if that is behind it",
        category=Category.PII,
        pattern=r"\b(?i:bsb)(?i:[_ -]?(?:number|no|code))?\\*[\"']?\s?[:=# ]\s?\\*[\"']?"
        r"(?P<value1>\d{3}[- ]?\d{3}"
        r"(?:[ ,;/]{1,3}(?i:acc(?:ount)?|a/c)?(?i: (?:no|number))?[.:=# ]{0,2}\d{5,10})?)\b",
        hints=(r"(?i:bsb)(?i:[_ -]?(?:number|no|code))?\\*[\"']?\s?[:=# ]\s?\\*[\"']?\d{3}",),
        not_before=r"\w-",
        mask=masks.named("bank_account"),
        rank=Rank.NUMBER,
        matches=("BSB ‹062-000 Acc 12345678›", "bsb=‹062000›"),
        misses=("usbsb 123456", "bsb=12"),
    ),
    Kind(
        name="bank_account",
        title="Number of an account at a bank of Argentina (CBU) or France (RIB), by the name before it",
        category=Category.PII,
        pattern=named(("cbu", "cvu"), r"(?P<value1>\d{22})\b")
        + "|"
        + named(("rib",), r"(?P<value2>\d{5} ?\d{5} ?[0-9A-Z]{11} ?\d{2})\b"),
        hints=(r"(?i:cbu|cvu)[^a-zA-Z0-9\n]{1,8}\d{22}", r"(?i:rib)[^a-zA-Z0-9\n]{1,8}\d{5} ?\d{5}"),
        not_before=r"\w-",
        mask=masks.named("bank_account"),
        rank=Rank.NUMBER,
        matches=("CBU ‹0110599520000001234567›", "RIB: ‹30004 00828 00001234567 76›"),
        misses=("cbu=123", "rib: 30004", "tribe 3000400828"),
    ),
    Kind(
        name="bank_account",
        title="Number of an account at a bank, behind its abbreviation and a sign",
        category=Category.PII,
        pattern=r"\b(?i:acc|ac|acnt)[\"']?[:=] ?[\"']?(?P<value>\d{8,12})\b",
        hints=(r"(?i:acc|ac|acnt)[\"']?[:=] ?[\"']?\d{8}",),
        not_before=r"\w.-",
        check=_is_account,
        mask=masks.named("bank_account"),
        rank=Rank.NUMBER - 1,
        matches=("sc=20-00-00 acc=‹55779911› ok", '"acc": "‹55779911›"'),
        misses=("acc=5577991", "mac=55779911", "acc=12345678.25", "acc 55779911"),
    ),
    Kind(
        name="card_verification_value",
        title="Verification value of a payment card (CVV, CVC, CID), by the name before it",
        category=Category.PCI,
        pattern=named(_VERIFICATION_NAMES, r"(?P<value>\d{3,4})\b"),
        hints=hints(*_VERIFICATION_NAMES),
        not_before=r"\w.:/-",
        mask=masks.named("card_verification_value"),
        rank=Rank.NUMBER,
        fields="(?:.*[^a-z0-9])?(?:cvv2?|cvc2?|card_?verification_?(?:value|code|number)|card_?security_?code)",
        matches=(
            "cvv=‹123›",
            '"cvc":‹321›,',
            "CVV2: ‹4321›",
            "card security code is ‹123›",
            '"cardCvc": "‹007›"',
        ),
        misses=(
            "cvc: circuit virtual",
            "cvc-complex-type.2.4.a: 123",
            "cvv check took 123 ms",
            "cvv=12",
            "cvv: 12345",
            "cvv 123.45",
            "security code 123",
            "cid=123",
        ),
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
