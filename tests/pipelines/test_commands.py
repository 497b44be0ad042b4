"""The commands: each is there, none waits for what another needs, and what can be mended is one line."""

import importlib
import subprocess
import sys

import pytest

from pipelines import cli
from tests.conftest import ROOT

HEAVY = {"apache_beam", "confluent_kafka", "pandas", "psycopg", "pyarrow", "rich", "sklearn"}
NEEDED = """
import sys
from pipelines.cli import main

try:
    code = main()
except SystemExit as ended:
    code = ended.code
print(code, *sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("words", "more"), [(["--help"], {"security", "phonenumbers"}), (["redact", "--quiet"], set())]
)
def test_a_filter_and_the_help_import_no_pipeline(words: list[str], more: set[str]) -> None:
    command = [sys.executable, "-c", NEEDED, *words]
    done = subprocess.run(
        command, cwd=ROOT, input="to jane.roe@example.com\n", capture_output=True, text=True, check=True
    )
    code, *modules = done.stderr.split()
    assert code == "0"
    assert not (HEAVY | more) & set(modules)
    assert "jane" not in done.stdout


@pytest.mark.parametrize("words", [command[0] for command in cli._COMMANDS])
def test_every_command_has_a_help_of_its_own(capsys: pytest.CaptureFixture[str], words: str) -> None:
    with pytest.raises(SystemExit) as raised:
        cli.main([*words.split(), "--help"])
    assert raised.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: traceo {words} ")


@pytest.mark.parametrize("name", sorted(cli.MENDABLE))
def test_what_can_be_mended_is_an_error_of_that_name(name: str) -> None:
    module, _, error = name.rpartition(".")
    assert issubclass(getattr(importlib.import_module(module), error), Exception)
