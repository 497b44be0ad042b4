"""Settings of the stack: where they come from, and what is refused."""

from pathlib import Path

import pytest

from runners.stack.errors import StackError
from runners.stack.settings import PORTS, load, names, save


def test_the_defaults_are_off_the_standard_ports_and_below_those_that_the_kernel_gives_out(
    tmp_path: Path,
) -> None:
    settings = load({"state": tmp_path})
    assert settings.ports == PORTS
    assert len(set(PORTS.values())) == len(PORTS)
    assert not set(PORTS.values()) & {5432, 9092, 8083, 6379, 9090, 9093, 8081, 2181, 50000}
    assert max(PORTS.values()) < 32768
    assert settings.lib == tmp_path / "lib"


def test_a_flag_beats_the_environment_which_beats_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "traceo-stack.toml").write_text("slots = 2\nkafka_port = 1111\nredis_port = 1112\n")
    environment = {"TRACEO_STACK_KAFKA_PORT": "2222", "TRACEO_STACK_REDIS_PORT": "2223"}
    settings = load({"redis_port": "3333"}, environment)
    assert (settings.slots, settings.ports["kafka"], settings.ports["redis"]) == (2, 2222, 3333)
    assert settings.state == tmp_path / ".traceo" / "stack"


def test_an_offset_moves_every_port_that_is_not_named(tmp_path: Path) -> None:
    settings = load({"state": tmp_path, "port_offset": 1000, "kafka_port": 12345})
    assert settings.ports["kafka"] == 12345
    assert all(settings.ports[name] == PORTS[name] + 1000 for name in PORTS if name != "kafka")


def test_a_state_folder_remembers_its_settings(tmp_path: Path) -> None:
    first = load({"state": tmp_path, "port_offset": 1000, "lib": tmp_path / "shared", "slots": 2})
    save(first)
    assert load({"state": tmp_path}) == first
    assert load({"state": tmp_path, "kafka_port": 12345}).ports["kafka"] == 12345
    assert load({"state": tmp_path, "port_offset": 2000}).ports["kafka"] == PORTS["kafka"] + 2000
    assert load({"state": tmp_path}, remember=False).ports == PORTS


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"kafka_port": "many"}, ("--kafka-port", "'many'")),
        ({"kafka_port": 99999}, ("--kafka-port", "65535")),
        ({"kafka_port": PORTS["redis"]}, ("16379", "kafka and redis", "--redis-port")),
        ({"port_offset": 60000}, ("--port-offset", "postgres")),
        ({"slots": 0}, ("--slots", "1")),
        ({"config": "nowhere.toml"}, ("--config", "nowhere.toml")),
    ],
)
def test_an_error_names_the_setting(tmp_path: Path, flags: dict[str, object], words: tuple[str, ...]) -> None:
    with pytest.raises(StackError) as error:
        load({"state": tmp_path, **flags}, {})
    assert all(word in str(error.value) for word in words), error.value
    assert "\n" not in str(error.value)


def test_a_file_with_an_unknown_or_unreadable_setting_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    file.write_text("kafka_prot = 1")
    with pytest.raises(StackError, match="unknown setting 'kafka_prot'; known: state, lib"):
        load({"config": file}, {})
    file.write_text("=")
    with pytest.raises(StackError, match="no TOML"):
        load({}, {"TRACEO_STACK_CONFIG": str(file)})
    (tmp_path / "settings.json").write_text("{")
    with pytest.raises(StackError, match="remove it"):
        load({"state": tmp_path}, {})


def test_every_setting_has_a_meaning() -> None:
    assert set(names()) == {"state", "lib", "binaries", "port_offset", "slots", "alert_url"} | {
        f"{n}_port" for n in PORTS
    }
    assert all(names().values())
