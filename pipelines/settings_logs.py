"""Settings of the logs job."""

from dataclasses import dataclass
from typing import Any, Final

from connectors.logstores.store import Store, parse_store
from pipelines.setting import setting
from schemas.logs import MAX_DOCUMENT_BYTES, MAX_LINE_BYTES, LogForm

#: Name of the logs job where it runs, if the settings name none: writers of two jobs must not have one name.
LOGS_JOB_NAME: Final = "traceo-logs"
_LOGS: Final = ("logs",)
_ZONE: Final = r"[A-Za-z][\w+-]*(/[\w+-]+)*"


def _logs(default: Any, text: str, **more: Any) -> Any:
    return setting(default, text, jobs=_LOGS, **more)


@dataclass(frozen=True, kw_only=True)
class LogsSettings:
    """How logs are read, and where they are stored."""

    log_form: str = _logs("auto", "what logs are written as", choices=tuple(LogForm))
    log_zone: str = _logs(
        "UTC",
        "zone of times in texts that name none",
        form=_ZONE,
        form_text="a zone of the IANA database, as Europe/Berlin",
    )
    max_line_bytes: int = _logs(
        MAX_LINE_BYTES, "bytes of a body or a line of text; what is longer is cut, with a mark", at_least=256
    )
    max_document_bytes: int = _logs(
        MAX_DOCUMENT_BYTES, "larger documents of logs in JSON or Protocol Buffers are refused", at_least=256
    )
    log_parameters: bool = _logs(False, "keep what stands at the places of values of a template, as a column")
    log_store: str | None = _logs(
        None,
        "store that logs are written into as well: victorialogs+http://host:port, loki+http://host:port or "
        "elasticsearch+http://host:port/index",
    )
    log_store_username: str | None = _logs(None, "who we are there, with a password")
    log_store_password_file: str | None = _logs(None, "file that holds this password alone")
    log_store_token_file: str | None = _logs(None, "file that holds a bearer token alone")
    log_store_ca_file: str | None = _logs(None, "PEM file of who signs the store's certificate")
    log_store_certificate_file: str | None = _logs(None, "PEM file of our certificate, if it asks for one")
    log_store_key_file: str | None = _logs(None, "PEM file of the key of that")
    samples: str | None = _logs(
        None, "result of the ingest job, whose samples are tied to errors; with spans, in batch"
    )
    line_wait_seconds: float = _logs(
        2.0, "how long a line of text from a topic waits for lines that belong to it", at_least=0.1
    )

    def store(self) -> Store | None:
        """The store of these settings. Raises InputError."""
        if self.log_store is None:
            return None
        return parse_store(
            self.log_store,
            username=self.log_store_username,
            password_file=self.log_store_password_file,
            token_file=self.log_store_token_file,
            ca_file=self.log_store_ca_file,
            certificate_file=self.log_store_certificate_file,
            key_file=self.log_store_key_file,
        )
