"""Beam's Python workers import this as they start (option ``beam_plugins``): what they log is redacted.

A worker's records go to its runner by a handler of Beam's, which takes message and stack as they are.
"""

from pipelines.ownlogs import redacted
from telemetry.logs import redact_records

redact_records(redacted)
