"""Progress in the terminal and in a log."""

import threading

import pytest

from pipelines import console
from telemetry import progress


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_shows_records_and_rates(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    monkeypatch.setattr(console, "_out", console.Console(force_terminal=terminal, width=200))
    monkeypatch.setattr(console, "_TICK_SECONDS", 0.001)
    monkeypatch.setattr(console, "_LINE_SECONDS", 0.002)
    seen = threading.Event()
    text = console._progress_text

    def noted(counts: dict[str, int], seconds: float) -> str:
        if counts.get("read", 0) >= 1000:
            seen.set()
        return text(counts, seconds)

    monkeypatch.setattr(console, "_progress_text", noted)
    with console.watching():
        progress.advance("read", 1000)
        progress.advance("decode", 1000)
        assert seen.wait(10)
    shown = capsys.readouterr().out
    assert "read 1,000" in shown or terminal
    assert text({"read": 5000}, 2.0) == "   2 s  read 5,000 (2,500/s)"
