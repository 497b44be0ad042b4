"""Programs that are built from Go: from a folder of prebuilt ones only if the bytes are known, else built."""

import lzma
import os
from hashlib import sha256
from pathlib import Path

import pytest

from runners.stack import gobuild, versions
from runners.stack.errors import StackError
from runners.stack.settings import StackSettings, load

BYTES = b"#!/bin/sh\nexit 0\n"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StackSettings:
    binaries = tmp_path / "binaries"
    binaries.mkdir()
    (binaries / "otelcol.xz").write_bytes(lzma.compress(BYTES))
    monkeypatch.setattr(versions, "programs", lambda: {"otelcol": sha256(BYTES).hexdigest()})
    return load({"state": tmp_path / "state", "binaries": binaries}, {})


@pytest.fixture
def broken_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Go that is new enough and builds nothing."""
    go = tmp_path / "bin" / "go"
    go.parent.mkdir()
    go.write_text(
        "#!/bin/sh\n"
        'if [ "$1" = env ]; then echo go1.99.0; exit; fi\n'
        'pwd > "$(dirname "$0")/place"; env > "$(dirname "$0")/environment"\n'
        "echo go: downloading example.org/part v1.0.0 >&2; echo example.org/part >&2\n"
        "echo '# example.org/part' >&2; echo './part.go:1: no room' >&2; exit 1\n"
    )
    go.chmod(0o755)
    monkeypatch.setenv("PATH", f"{go.parent}:{os.environ['PATH']}")
    return go


def told(into: list[str]) -> gobuild.Tell:
    def tell(name: str, text: str, done: bool = False) -> None:
        into.append(f"{name}: {text}")

    return tell


def test_a_prebuilt_program_that_is_known_is_taken_and_stays(settings: StackSettings) -> None:
    said: list[str] = []
    gobuild.provide(settings, "otelcol", told(said))
    made = gobuild.program(settings, "otelcol")
    assert made.read_bytes() == BYTES
    assert os.access(made, os.X_OK)
    assert settings.binaries is not None
    (settings.binaries / "otelcol.xz").unlink()
    gobuild.provide(settings, "otelcol", told(said))
    assert len(said) == 1
    assert [path.name for path in (settings.lib / "go").iterdir()] == [made.parent.name]


def test_one_that_is_not_known_is_never_run_and_what_go_says_is_shown(
    settings: StackSettings, broken_go: Path
) -> None:
    assert settings.binaries is not None
    (settings.binaries / "otelcol.xz").write_bytes(lzma.compress(BYTES + b"evil"))
    said: list[str] = []
    with pytest.raises(StackError, match=r"go build \. failed: # example.org/part; pins: .*/go/otelcol$"):
        gobuild.provide(settings, "otelcol", told(said))
    assert "is not the program that versions.toml knows" in said[0]
    assert list((settings.lib / "go").iterdir()) == []
    assert Path((broken_go.parent / "place").read_text().strip()).is_relative_to(settings.lib)
    environment = (broken_go.parent / "environment").read_text()
    assert "GOTOOLCHAIN=local\n" in environment
    assert "-mod=readonly" in environment


def test_a_damaged_file_is_named(settings: StackSettings) -> None:
    assert settings.binaries is not None
    packed = settings.binaries / "otelcol.xz"
    packed.write_bytes(packed.read_bytes()[:-9])
    with pytest.raises(StackError, match=r"otelcol\.xz: .*; remove it, or leave out --binaries"):
        gobuild.provide(settings, "otelcol", told([]))


def test_a_program_lies_elsewhere_as_soon_as_a_pin_changes(
    settings: StackSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = gobuild.program(settings, "otelcol")
    pins = tmp_path / "go" / "otelcol"
    pins.mkdir(parents=True)
    (pins / "go.mod").write_text("module other\n")
    monkeypatch.setattr(gobuild, "_HERE", pins.parent)
    gobuild._stamp.cache_clear()
    after = gobuild.program(settings, "otelcol")
    monkeypatch.undo()
    gobuild._stamp.cache_clear()
    assert before != after


def test_versions_of_go_are_compared_by_number() -> None:
    assert gobuild._numbers("go1.26.10\n") > gobuild._numbers("1.26.5") > gobuild._numbers("go1.9")
    assert gobuild._numbers("go1.27rc1") > gobuild._numbers("1.26.5")
