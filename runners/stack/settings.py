"""Where the stack lives and where it listens: flags → environment → file → what the state folder remembers.

All ports are on 127.0.0.1. ``port_offset`` moves every port that is not named itself, so that a second stack
can stand beside the first.
"""

import dataclasses
import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from runners.stack.errors import StackError

HOST: Final = "127.0.0.1"
DEFAULT_STATE: Final = Path(".traceo/stack")
CONFIG_FILE: Final = "traceo-stack.toml"
PREFIX: Final = "TRACEO_STACK_"
#: The folder that holds the project's packages.
PROJECT: Final = Path(__file__).resolve().parents[2]
_MOST: Final = 65535

#: Ports by what listens there, off the standard ones.
PORTS: Final[Mapping[str, int]] = {
    "postgres": 15432,
    "kafka": 19092,
    "kafka_controller": 19094,
    "connect": 18083,
    "redis": 16379,
    "prometheus": 19090,
    "alertmanager": 19093,
    "zookeeper": 12181,
    "flink_rest": 18081,
    "jobmanager_rpc": 16123,
    "jobmanager_blob": 16124,
    "jobmanager_metrics": 16125,
    "taskmanager_data": 16127,
    "taskmanager_metrics": 16128,
    "jobserver": 18099,
    "artifacts": 18098,
    "expansion": 18097,
    "workers": 15000,
    "victorialogs": 19428,
    "collector_grpc": 14317,
    "collector_http": 14318,
    "collector_health": 14133,
    "collector_metrics": 14888,
}


@dataclass(frozen=True, kw_only=True)
class StackSettings:
    """Everything that the stack can be told. Paths are absolute; ``ports`` holds every name of PORTS."""

    state: Path
    lib: Path
    ports: Mapping[str, int]
    slots: int = field(default=4, metadata={"help": "task slots of the TaskManager", "at_least": 1})
    alert_url: str = field(
        default=f"http://{HOST}:19099/alerts", metadata={"help": "where Alertmanager sends alerts"}
    )
    binaries: Path | None = None  # a folder of programs that were built before
    training: bool = False  # a start that is made to write archives of classes

    def folder(self, component: str) -> Path:
        """Configuration and data of one component."""
        return self.state / component

    def log(self, component: str) -> Path:
        """What one component says."""
        return self.state / "logs" / f"{component}.log"

    @property
    def secrets(self) -> Path:
        """Passwords, made at the first start; for the owner alone."""
        return self.state / "secrets"

    def address(self, port: str) -> str:
        """``host:port`` of something that listens."""
        return f"{HOST}:{self.ports[port]}"

    def url(self, port: str) -> str:
        """The same as a URL."""
        return f"http://{self.address(port)}"


def load(
    flags: Mapping[str, Any], environment: Mapping[str, str] | None = None, *, remember: bool = True
) -> StackSettings:
    """The settings that flags, environment, file and memory give together. Raises :class:`StackError`.

    Names are those of :func:`names`; a value of None is no value. With ``remember`` the state folder's own
    settings come before the defaults: a stack is found where it was started.
    """
    environment = os.environ if environment is None else environment
    chosen: dict[str, tuple[str, Any]] = _from_file(flags.get("config"), environment)
    for name in names():
        if (variable := PREFIX + name.upper()) in environment:
            chosen[name] = (variable, environment[variable])
        if flags.get(name) is not None:
            chosen[name] = ("--" + name.replace("_", "-"), flags[name])
    state = Path(str(chosen.get("state", ("", DEFAULT_STATE))[1])).absolute()
    for name, value in (remembered(state) if remember else {}).items():
        if not (name.endswith("_port") and "port_offset" in chosen):  # an offset that is given moves all
            chosen.setdefault(name, (f"{state}/settings.json: {name}", value))
    offset = _number(*chosen.get("port_offset", ("", 0)), least=-_MOST)
    ports = {name: default + offset for name, default in PORTS.items()}
    for name in PORTS:
        if f"{name}_port" in chosen:
            ports[name] = _number(*chosen[f"{name}_port"], least=1)
    return StackSettings(
        state=state,
        lib=Path(str(chosen["lib"][1])).absolute() if "lib" in chosen else state / "lib",
        ports=_distinct(ports),
        slots=_number(*chosen.get("slots", ("", 4)), least=1),
        alert_url=str(chosen.get("alert_url", ("", StackSettings.alert_url))[1]),
        binaries=Path(str(chosen["binaries"][1])).absolute() if "binaries" in chosen else None,
    )


def names() -> dict[str, str]:
    """Every setting and what it is, as flags and variables name them."""
    others = {f.name: str(f.metadata["help"]) for f in dataclasses.fields(StackSettings) if f.metadata}
    ports = {f"{name}_port": f"port (default: {default})" for name, default in PORTS.items()}
    return {
        "state": f"folder of data, logs and configuration (default: {DEFAULT_STATE})",
        "lib": "folder of what is installed, which stacks can share (default: STATE/lib)",
        "binaries": "folder of programs built before, as NAME.xz; taken if versions.toml knows them",
        "port_offset": "added to every port that is not named itself (default: 0)",
        **others,
        **ports,
    }


def as_values(settings: StackSettings) -> dict[str, Any]:
    """Settings under the names of :func:`names`, but for the state folder."""
    ports = {f"{name}_port": port for name, port in settings.ports.items()}
    return {"lib": str(settings.lib), "slots": settings.slots, "alert_url": settings.alert_url, **ports}


def save(settings: StackSettings) -> None:
    """Remember them in the state folder, for the next command."""
    settings.state.mkdir(parents=True, exist_ok=True)
    partial = settings.state / "settings.json.partial"
    partial.write_text(json.dumps(as_values(settings), indent=2) + "\n", encoding="utf-8")
    partial.replace(settings.state / "settings.json")


def remembered(state: Path) -> dict[str, Any]:
    """What :func:`save` has written there; nothing where there is nothing. Raises :class:`StackError`."""
    try:
        values: dict[str, Any] = json.loads((state / "settings.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise StackError(f"{state}/settings.json: {error}; remove it to start from the defaults") from error
    return {name: value for name, value in values.items() if name in names()}


def _from_file(named: str | None, environment: Mapping[str, str]) -> dict[str, tuple[str, Any]]:
    named = named or environment.get(PREFIX + "CONFIG")
    path = Path(named or CONFIG_FILE)
    if named is None and not path.exists():
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise StackError(f"--config: {path}: {error.strerror}") from error
    except ValueError as error:
        raise StackError(f"--config: {path}: no TOML: {error}") from error
    for name in values:
        if name not in names():
            raise StackError(f"{path}: unknown setting {name!r}; known: {', '.join(names())}")
    return {name: (f"{path}: {name}", value) for name, value in values.items()}


def _number(origin: str, value: Any, *, least: int) -> int:
    try:
        number = int(str(value))
    except ValueError:
        raise StackError(f"{origin}: {value!r} is not a whole number") from None
    if not least <= number <= _MOST:
        raise StackError(f"{origin}: {value} is not between {least} and {_MOST}")
    return number


def _distinct(ports: dict[str, int]) -> dict[str, int]:
    seen: dict[int, str] = {}
    for name, port in ports.items():
        if not 1 <= port <= _MOST:
            raise StackError(f"port {port} of {name} is none; change --port-offset or --{flag(name)}")
        if port in seen:
            raise StackError(f"port {port} is given to {seen[port]} and {name}; change --{flag(name)}")
        seen[port] = name
    return ports


def flag(port: str) -> str:
    """The flag that moves a port, without its dashes."""
    return port.replace("_", "-") + "-port"
