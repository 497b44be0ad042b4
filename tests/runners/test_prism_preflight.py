"""What Prism cannot do is said before anything is started."""

import stat
from pathlib import Path
from typing import Any

import pytest

from pipelines import prism, sources
from pipelines.setting import SettingError
from pipelines.settings import Settings
from runners.prism.server import PrismError

REFUSED: list[dict[str, Any]] = [
    {"savepoint": "file:///tmp/savepoint-1"},
    {"savepoint_folder": "file:///tmp"},
    {"environment": "external"},
    {"parallelism": 2},
]


@pytest.mark.parametrize("chosen", REFUSED, ids=lambda chosen: next(iter(chosen)))
def test_a_setting_that_prism_cannot_follow_is_refused(tmp_path: Path, chosen: dict[str, Any]) -> None:
    program = tmp_path / "prism"
    program.touch(mode=stat.S_IRWXU)
    prism.preflight(Settings(runner="prism", prism=str(program)))
    name = next(iter(chosen))
    with pytest.raises(SettingError, match=f"^--{name.replace('_', '-')}: prism knows none: "):
        prism.preflight(Settings(runner="prism", prism=str(program), **chosen))


def test_without_prism_the_way_to_get_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(PrismError, match=r"--prism: .* is not a program"):
        prism.preflight(Settings(runner="prism", prism=str(tmp_path / "none")))


@pytest.mark.parametrize("runner", ["prism", "PrismRunner", "direct"])
def test_kafkaio_is_refused_where_it_does_not_run_before_anybody_is_asked(
    monkeypatch: pytest.MonkeyPatch, runner: str
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(sources, "check_inputs", lambda *args, **_: asked.append(args))
    settings = Settings(
        runner=runner, input=("kafka://127.0.0.1:9/t",), output="kafka://127.0.0.1:9", kafka_source="kafkaio"
    )
    with pytest.raises(SettingError, match=rf"^--kafka-source: runner {runner} has no KafkaIO; name own$"):
        sources.preflight(settings)
    assert asked == []
