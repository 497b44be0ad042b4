"""Settings → the redactor they ask for, once a process."""

import dataclasses
import functools

from security.detectors import ALL, BASIC
from security.policy import Model, Policy
from security.redactor import Redactor


@functools.cache
def load_redactor(
    kinds: str = "all", policy_file: str | None = None, key_file: str | None = None, model: str = ""
) -> Redactor:
    """The redactor of ``kinds`` (``all`` or ``basic``) and a policy. Raises PolicyError, KeyFileError.

    ``model``: ``off``, ``on`` or ``unsure``; empty: as the policy says.
    """
    policy = Policy.load(policy_file, key_file)
    if model:
        policy = dataclasses.replace(policy, model=Model(model))
    return Redactor(policy, ALL if kinds == "all" else BASIC)
