"""Beam's Python workers import this as they start (option ``beam_plugins``): what they tell is redacted.

A worker's log records go to its runner by a handler of Beam's, which takes message and stack as they are.
"""

from pipelines.ownlogs import redacted
from pipelines.workererrors import redact_failures
from telemetry.logs import redact_records

redact_records(redacted)
redact_failures()
