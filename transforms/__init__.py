"""The steps: composable PTransforms over record batches, each a thin wrapper of a pure twin in columns/."""

from transforms.changes import SplitChanges
from transforms.contract import CheckContract
from transforms.decode import DecodeChanges
from transforms.duplicates import DropDuplicates
from transforms.edges import ToBatches, ToRows
from transforms.gaps import FindGaps
from transforms.outcome import Outcome
from transforms.redact import Redact
from transforms.references import CheckReferences
from transforms.replays import DropReplays
from transforms.timeline import Timeline
from transforms.validate import Validate

__all__ = [
    "CheckContract",
    "CheckReferences",
    "DecodeChanges",
    "DropDuplicates",
    "DropReplays",
    "FindGaps",
    "Outcome",
    "Redact",
    "SplitChanges",
    "Timeline",
    "ToBatches",
    "ToRows",
    "Validate",
]
