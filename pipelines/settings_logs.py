"""Settings of the logs job."""

from dataclasses import dataclass
from typing import Any, Final

from pipelines.setting import setting
from schemas.logs import MAX_DOCUMENT_BYTES, MAX_LINE_BYTES, LogForm

_LOGS: Final = ("logs",)
_ZONE: Final = r"[A-Za-z][\w+-]*(/[\w+-]+)*"


def _logs(default: Any, text: str, **more: Any) -> Any:
    return setting(default, text, jobs=_LOGS, **more)


@dataclass(frozen=True, kw_only=True)
class LogsSettings:
    """How logs are read."""

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
    line_wait_seconds: float = _logs(
        2.0, "how long a line of text from a topic waits for lines that belong to it", at_least=0.1
    )
