"""The steps: composable PTransforms over record batches, each a thin wrapper of a pure twin in columns/."""

from transforms.anomalies import ScoreAnomalies, ToVerdicts
from transforms.bursts import FindBursts
from transforms.changes import SplitChanges
from transforms.contract import CheckContract
from transforms.correlate import CorrelateLogs
from transforms.decode import DecodeChanges
from transforms.duplicates import DropDuplicates
from transforms.edges import ToBatches, ToRows
from transforms.exemplars import JoinExemplars
from transforms.gaps import FindGaps
from transforms.incidents import ToIncidents
from transforms.invalidations import ToInvalidations
from transforms.logred import LogRedMetrics
from transforms.logs import DecodeLogs
from transforms.notices import FindNotices
from transforms.outcome import Outcome
from transforms.red import RedMetrics
from transforms.redact import Redact
from transforms.references import CheckReferences
from transforms.replays import DropReplays
from transforms.securityevents import FindSecurityEvents
from transforms.servicegraph import ServiceGraph
from transforms.spans import DecodeSpans
from transforms.statesizes import weigh_cheaply
from transforms.templates import MineTemplates
from transforms.timeline import Timeline
from transforms.traces import AnalyseTraces
from transforms.transactions import CheckTransactions
from transforms.validate import Validate

__all__ = [
    "AnalyseTraces",
    "CheckContract",
    "CheckReferences",
    "CheckTransactions",
    "CorrelateLogs",
    "DecodeChanges",
    "DecodeLogs",
    "DecodeSpans",
    "DropDuplicates",
    "DropReplays",
    "FindBursts",
    "FindGaps",
    "FindNotices",
    "FindSecurityEvents",
    "JoinExemplars",
    "LogRedMetrics",
    "MineTemplates",
    "Outcome",
    "RedMetrics",
    "Redact",
    "ScoreAnomalies",
    "ServiceGraph",
    "SplitChanges",
    "Timeline",
    "ToBatches",
    "ToIncidents",
    "ToInvalidations",
    "ToRows",
    "ToVerdicts",
    "Validate",
]

weigh_cheaply()  # in every process that has a step of ours, workers too
