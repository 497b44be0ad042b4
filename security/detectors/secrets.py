"""Every kind of secret that is declared, of all the modules beside this one."""

from typing import Final

from security.detectors.kind import Kind
from security.detectors.secrets_ai import AI
from security.detectors.secrets_cloud import CLOUD
from security.detectors.secrets_code import CODE
from security.detectors.secrets_commands import ON_LINES
from security.detectors.secrets_data import DATA
from security.detectors.secrets_keys import KEYS
from security.detectors.secrets_material import MATERIAL
from security.detectors.secrets_messaging import MESSAGING
from security.detectors.secrets_named import NAMED
from security.detectors.secrets_onetime import ONE_TIME
from security.detectors.secrets_passwords import PASSWORDS
from security.detectors.secrets_payment import PAYMENT
from security.detectors.secrets_protocols import HOSTS, PROTOCOLS
from security.detectors.secrets_saas import SAAS
from security.detectors.secrets_sentences import SENTENCES
from security.detectors.secrets_tools import TOOLS
from security.detectors.secrets_web import WEB

SECRETS: Final[tuple[Kind, ...]] = (
    *CLOUD,
    *CODE,
    *PAYMENT,
    *MESSAGING,
    *AI,
    *DATA,
    *SAAS,
    *KEYS,
    *WEB,
    *ON_LINES,
    *PASSWORDS,
    *SENTENCES,
    *NAMED,
    *PROTOCOLS,
    *HOSTS,
    *TOOLS,
    *ONE_TIME,
    *MATERIAL,
)
