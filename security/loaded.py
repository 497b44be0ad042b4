"""Settings → the redactor they ask for, once a process."""

import dataclasses
import functools

from security.detectors import ALL, BASIC
from security.model import Mode, ModelTier
from security.policy import Model, Policy
from security.redactor import Redactor

_UNCLEAR = next(kind for kind in ALL if kind.name == "generic_secret")


@functools.cache
def load_redactor(
    kinds: str = "all", policy_file: str | None = None, key_file: str | None = None, model: str = ""
) -> Redactor:
    """The redactor of ``kinds`` (``all`` or ``basic``) and a policy.

    ``model``: ``off``, ``on`` or ``unsure``; empty: as the policy says. Raises PolicyError, KeyFileError,
    ModelError.
    """
    policy = Policy.load(policy_file, key_file)
    if model:
        policy = dataclasses.replace(policy, model=Model(model))
    tier = None
    if policy.model is not Model.OFF:
        tier = ModelTier(mode=Mode(policy.model), secret=_UNCLEAR)
    return Redactor(policy, ALL if kinds == "all" else BASIC, tier)
