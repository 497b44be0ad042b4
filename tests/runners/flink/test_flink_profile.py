"""Beam's options for Flink: each has its reason, and each setting its effect."""

import json
from typing import Any

import pytest
from apache_beam.options.pipeline_options import PipelineOptions, PortableOptions

from runners.flink.profile import ENVIRONMENTS, Profile, options


def profile(**more: Any) -> Profile:
    chosen: dict[str, Any] = {"job_name": "j", "job_endpoint": "h:1", "workers": "w:2"}
    return Profile(**chosen | more)


def told(**more: Any) -> dict[str, str | None]:
    found = options(profile(**more))
    assert len({option.name for option in found}) == len(found)
    return {option.name: option.value for option in found}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_each_option_is_explained(environment: str) -> None:
    found = options(
        profile(environment=environment, savepoint="s", allow_lost_state=True, artifact_endpoint="h:3")
    )
    assert all(len(option.why) > 10 for option in found)
    assert all(option.argument.startswith(f"--{option.name}") for option in found)


def test_beam_understands_the_options() -> None:
    arguments = [option.argument for option in options(profile(environment="external", parallelism=3))]
    view = PipelineOptions(arguments).view_as(PortableOptions)
    assert (view.job_endpoint, view.environment_type, view.environment_config) == ("h:1", "EXTERNAL", "w:2")


def test_what_is_set_is_told() -> None:
    found = told(parallelism=3, checkpoint_seconds=0.5, bundle_ms=7, empty_jar="/e.jar")
    assert found["parallelism"] == "3"
    assert found["checkpointing_interval"] == "500"
    assert found["max_bundle_time_mills"] == "7"
    assert found["files_to_stage"] == "/e.jar"
    assert found["job_name"] == "j"
    assert found["streaming"] is None


def test_where_to_go_on_is_told_only_if_there_is_a_place() -> None:
    assert not {"savepoint_path", "allow_non_restored_state", "artifact_endpoint"} & told().keys()
    found = told(savepoint="file:/s", allow_lost_state=True, artifact_endpoint="h:3")
    assert found["savepoint_path"] == "file:/s"
    assert found["artifact_endpoint"] == "h:3"
    assert "allow_non_restored_state" in found


def test_where_python_runs() -> None:
    assert "environment_config" not in told(environment="loopback")
    assert told(environment="external")["environment_config"] == "w:2"
    found = told(environment="process", workers='/a "b"/boot')["environment_config"]
    assert json.loads(found or "") == {"command": '/a "b"/boot'}
