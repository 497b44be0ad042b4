"""Settings of redaction: which kinds are looked for, and what is done with what is found."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pipelines.setting import setting
from security.loaded import load_redactor
from security.policy import Model, Policy
from transforms import Redact

_ALL: Final = ("ingest", "replay", "traces", "backfill", "logs")


def _redact(default: Any, text: str, **more: Any) -> Any:
    return setting(default, text, jobs=_ALL, **more)


@dataclass(frozen=True, kw_only=True)
class RedactionSettings:
    """What must not be read."""

    redact_kinds: str = _redact(
        "usual",
        "what is looked for: the eight basic kinds or all; usual: all in logs, else basic",
        choices=("usual", "basic", "all"),
    )
    redact_policy: str | None = _redact(
        None, "TOML file: what is done with what is found, by kind, source and field; none: mask it"
    )
    redact_key_file: str | None = _redact(
        None, "file with 32 bytes in base64, for the hashes and tokens of a policy"
    )
    redact_model: str = _redact(
        "policy",
        "when the model is asked for names, addresses and unclear secrets; policy: as that says",
        choices=("policy", *Model),
    )

    def redact(self, usual: str = "basic") -> Redact:
        """The step of these settings. ``usual``: the kinds of a job that was told nothing."""
        return Redact(
            kinds=usual if self.redact_kinds == "usual" else self.redact_kinds,
            policy_file=self.redact_policy,
            key_file=self.redact_key_file,
            model=self._model(usual),
        )

    def redaction_said(self, usual: str = "basic") -> dict[str, Any]:
        """What the step does, for whoever reads a result: the policy by its digest."""
        policy = self.redact_policy
        return {
            "kinds": self.redact(usual).kinds,
            "model": self.redact(usual).model or str(Policy.load(policy, self.redact_key_file).model),
            "policy": policy or "mask everything",
            "policy_sha256": hashlib.sha256(Path(policy).read_bytes()).hexdigest() if policy else None,
        }

    def check_redaction(self, usual: str = "basic") -> None:
        """Prove that policy, key and model can be used. Raises PolicyError, KeyFileError, ModelError.

        What is loaded for it is what the step of this process works with.
        """
        step = self.redact(usual)
        load_redactor(step.kinds, step.policy_file, step.key_file, step.model)

    def _model(self, usual: str) -> str:
        if self.redact_model != "policy":
            return self.redact_model
        return "" if usual == "all" or self.redact_policy else str(Model.OFF)
