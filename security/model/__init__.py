"""What no pattern can find: names, addresses, and whether a value is a secret or harmless."""

from security.model.kinds import MODEL_KINDS as MODEL_KINDS
from security.model.secrets import Candidate as Candidate
from security.model.store import ModelError as ModelError
from security.model.tier import Mode as Mode
from security.model.tier import ModelTier as ModelTier
from security.model.tier import Thresholds as Thresholds
