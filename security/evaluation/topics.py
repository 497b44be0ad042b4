"""Every kind that is measured, with its values and the names that logs have for it."""

from typing import Final

from security.detectors.kind import Category
from security.evaluation import values_contact as contact
from security.evaluation import values_finance as finance
from security.evaluation import values_network as network
from security.evaluation.case import Aim, Topic

_BASIC: Final = (
    Topic(
        name="email",
        category=Category.PII,
        aim=Aim.FIXED,
        make=contact.email,
        keys=contact.EMAIL_KEYS,
        labels=contact.EMAIL_LABELS,
        sentences=contact.EMAIL_SENTENCES,
        family="email",
        lookalike=contact.no_email,
    ),
    Topic(
        name="phone",
        category=Category.PII,
        aim=Aim.LOOSE,
        make=contact.phone,
        keys=contact.PHONE_KEYS,
        labels=contact.PHONE_LABELS,
        sentences=contact.PHONE_SENTENCES,
        family="phone",
        lookalike=contact.no_phone,
    ),
    Topic(
        name="credit_card",
        category=Category.PCI,
        aim=Aim.FIXED,
        make=finance.card,
        keys=finance.CARD_KEYS,
        labels=finance.CARD_LABELS,
        sentences=finance.CARD_SENTENCES,
        family="credit_card",
        lookalike=finance.no_card,
    ),
    Topic(
        name="ssn",
        category=Category.PII,
        aim=Aim.FIXED,
        make=finance.ssn,
        keys=finance.SSN_KEYS,
        labels=finance.SSN_LABELS,
        sentences=finance.SSN_SENTENCES,
        family="ssn",
        also=("us_itin",),
        lookalike=finance.no_ssn,
    ),
    Topic(
        name="iban",
        category=Category.PCI,
        aim=Aim.FIXED,
        make=finance.iban,
        keys=finance.IBAN_KEYS,
        labels=finance.IBAN_LABELS,
        sentences=finance.IBAN_SENTENCES,
        lookalike=finance.no_iban,
    ),
    Topic(
        name="ip_address",
        category=Category.PII,
        aim=Aim.FIXED,
        make=network.ip_address,
        keys=network.IP_KEYS,
        labels=network.IP_LABELS,
        sentences=network.IP_SENTENCES,
        also=("ipv4", "ipv6", "ip"),
        lookalike=network.no_ip_address,
    ),
    Topic(
        name="mac_address",
        category=Category.PII,
        aim=Aim.FIXED,
        make=network.mac_address,
        keys=network.MAC_KEYS,
        labels=network.MAC_LABELS,
        sentences=network.MAC_SENTENCES,
        lookalike=network.no_mac_address,
    ),
)

TOPICS: Final[tuple[Topic, ...]] = (*_BASIC,)
