"""What no pattern can find: names, addresses, and whether a value is a secret or harmless.

texts → `cues`: where to look → `tokens`, with their lists of `words` → `sequence`: how likely each is part of
a name or an address → `plausible`: whether a run of them can be one → `names`, with what `fields` hold
values → `secrets`: how likely each is one
texts → what is `said` in them → `values` near it → how each `looks` → `announced`, if not in `doubt`
all → `tier`: findings; the weights come from `store`, and from `training`
"""

from security.model.kinds import MODEL_KINDS as MODEL_KINDS
from security.model.secrets import Candidate as Candidate
from security.model.store import ModelError as ModelError
from security.model.tier import Mode as Mode
from security.model.tier import ModelTier as ModelTier
from security.model.tier import Thresholds as Thresholds
