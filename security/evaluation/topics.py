"""Every kind that is measured, with its values and the names that logs have for it."""

from typing import Final

from security.detectors.kind import Category
from security.evaluation import values_contact as contact
from security.evaluation import values_finance as finance
from security.evaluation import values_ids as ids
from security.evaluation import values_network as network
from security.evaluation import values_people as people
from security.evaluation import values_secrets as secrets
from security.evaluation import values_urls as urls
from security.evaluation import values_vendors as vendors
from security.evaluation.case import Aim, Make, Topic

_Words = tuple[str, ...]


def _personal(
    name: str,
    aim: Aim,
    make: Make,
    lookalike: Make,
    words: tuple[_Words, _Words, _Words],
    category: Category = Category.PII,
    also: _Words = (),
) -> Topic:
    keys, labels, sentences = words
    return Topic(
        name=name,
        category=category,
        aim=aim,
        make=make,
        keys=keys,
        labels=labels,
        sentences=sentences,
        family=name,
        also=also,
        lookalike=lookalike,
    )


def _secret(
    name: str,
    aim: Aim,
    make: Make,
    words: tuple[_Words, _Words, _Words],
    lookalike: Make | None = None,
    family: str = "",
    separated: bool = True,
) -> Topic:
    keys, labels, sentences = words
    return Topic(
        name=name,
        category=Category.SECRET,
        aim=aim,
        make=make,
        keys=keys,
        labels=labels,
        sentences=sentences,
        family=family or name,
        also=_SECRETS,
        lookalike=lookalike,
        separated=separated,
    )


#: Kinds that are right for any secret that is told by the words around it.
_SECRETS: Final = (
    "password", "api_key", "jwt", "database_url", "generic_secret", "url_credentials", "url_token",
    "basic_auth", "bearer", "bearer_token", "private_key", "session_cookie", "http_basic_auth",
    "http_bearer_token", "http_authorization", "generic_token", "jwe_token", "url_password", "url_parameter",
    "header_key", "secret_labelled", "azure_storage_key", "go_data_source", "credentials_in_url",
    "connection_string", "cookie",
)  # fmt: skip
_PERSONAL: Final = (
    _personal(
        "email",
        Aim.FIXED,
        contact.email,
        contact.no_email,
        (contact.EMAIL_KEYS, contact.EMAIL_LABELS, contact.EMAIL_SENTENCES),
    ),
    _personal(
        "phone",
        Aim.LOOSE,
        contact.phone,
        contact.no_phone,
        (contact.PHONE_KEYS, contact.PHONE_LABELS, contact.PHONE_SENTENCES),
    ),
    _personal(
        "credit_card",
        Aim.FIXED,
        finance.card,
        finance.no_card,
        (finance.CARD_KEYS, finance.CARD_LABELS, finance.CARD_SENTENCES),
        Category.PCI,
    ),
    _personal(
        "ssn",
        Aim.FIXED,
        finance.ssn,
        finance.no_ssn,
        (finance.SSN_KEYS, finance.SSN_LABELS, finance.SSN_SENTENCES),
    ),
    _personal(
        "iban",
        Aim.FIXED,
        finance.iban,
        finance.no_iban,
        (finance.IBAN_KEYS, finance.IBAN_LABELS, finance.IBAN_SENTENCES),
        Category.PCI,
    ),
    _personal(
        "ip_address",
        Aim.FIXED,
        network.ip_address,
        network.no_ip_address,
        (network.IP_KEYS, network.IP_LABELS, network.IP_SENTENCES),
        also=("ipv4", "ipv6", "ip", "ipv4_address", "ipv6_address"),
    ),
    _personal(
        "mac_address",
        Aim.FIXED,
        network.mac_address,
        network.no_mac_address,
        (network.MAC_KEYS, network.MAC_LABELS, network.MAC_SENTENCES),
    ),
    _personal(
        "date_of_birth",
        Aim.LOOSE,
        people.date_of_birth,
        people.no_date_of_birth,
        (people.BIRTH_KEYS, people.BIRTH_LABELS, ()),
    ),
    _personal(
        "person_name",
        Aim.PROSE,
        people.person_name,
        people.no_person_name,
        (people.NAME_KEYS, people.NAME_LABELS, people.NAME_SENTENCES),
    ),
    _personal(
        "postal_address",
        Aim.PROSE,
        people.postal_address,
        people.no_postal_address,
        (people.ADDRESS_KEYS, people.ADDRESS_LABELS, people.ADDRESS_SENTENCES),
    ),
)
_CREDENTIALS: Final = (
    _secret(
        "password",
        Aim.LOOSE,
        secrets.password,
        (secrets.PASSWORD_KEYS, secrets.PASSWORD_LABELS, ()),
        secrets.no_password,
    ),
    _secret("command_password", Aim.LOOSE, secrets.command_password, ((), (), ("«v»",)), family="password"),
    _secret(
        "generic_secret",
        Aim.LOOSE,
        secrets.generic_secret,
        (secrets.SECRET_KEYS, secrets.SECRET_LABELS, ()),
        secrets.no_secret,
        family="api_key",
    ),
    _secret(
        "jwt",
        Aim.FIXED,
        secrets.jwt,
        (secrets.JWT_KEYS, ("token", "JWT", "jwt", "id token"), secrets.JWT_SENTENCES),
        secrets.no_jwt,
        separated=False,
    ),
    _secret(
        "private_key",
        Aim.FIXED,
        secrets.private_key,
        (secrets.KEY_KEYS, ("private key", "key", "PEM"), secrets.KEY_SENTENCES),
        secrets.no_private_key,
        separated=False,
    ),
    _secret("basic_auth", Aim.FIXED, urls.basic_auth, (urls.HEADER_KEYS, (), urls.HEADER_SENTENCES)),
    _secret("bearer", Aim.FIXED, urls.bearer, (urls.HEADER_KEYS, (), urls.HEADER_SENTENCES)),
    _secret(
        "connection_string",
        Aim.FIXED,
        urls.connection_string,
        (urls.CONNECTION_KEYS, ("url", "dsn", "database", "connection string"), urls.CONNECTION_SENTENCES),
        family="database_url",
        separated=False,
    ),
    _secret(
        "url_credentials",
        Aim.FIXED,
        urls.url_credentials,
        (urls.URL_KEYS, ("url", "remote", "origin"), urls.URL_SENTENCES),
        separated=False,
    ),
    _secret("url_token", Aim.FIXED, urls.url_token, (urls.URL_KEYS, ("url", "link"), urls.URL_SENTENCES)),
    _secret("session_cookie", Aim.FIXED, urls.session_cookie, (urls.COOKIE_KEYS, (), urls.COOKIE_SENTENCES)),
)

TOPICS: Final[tuple[Topic, ...]] = (*_PERSONAL, *ids.TOPICS, *_CREDENTIALS, *vendors.TOPICS)
