"""Whatever is killed, cut, stalled or filled: each committed row comes out once, with its values.

``make integration`` runs the long form.
"""

import os
import random
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from runners.stack import Stack
from tests.integration.chaos.smalldisk import SmallDisk
from tests.integration.chaos.trial import Trial
from tests.integration.chaos.troubles import KILLS, OTHERS, Trouble, fill_disk, kill_client

SEED: Final = int(os.environ.get("CHAOS_SEED", "1"))
LONG: Final = "CHAOS_KILLS" in os.environ
KILLS_IN_ALL: Final = int(os.environ.get("CHAOS_KILLS", "7"))
#: How often the next trouble comes before events flow again, when it is long.
HASTE: Final = 0.3

pytestmark = [pytest.mark.slow, pytest.mark.integration]


def plan(chance: random.Random) -> Iterator[str]:
    """Names of kills without end: all in turn, in an order of chance, and then by chance."""
    yield from chance.sample(list(KILLS), len(KILLS))
    while True:
        yield chance.choice(list(KILLS))


def suffer(trial: Trial, troubles: Sequence[tuple[str, Trouble]], *, haste: float = 0.0) -> None:
    """One trouble after the other; with a chance of ``haste`` the next one comes at once."""
    chance = random.Random(SEED)  # noqa: S311  no secret
    for number, (name, trouble) in enumerate(troubles, start=1):
        begun = time.monotonic()
        trouble(trial)
        back = time.monotonic() - begun
        flows = "the next comes at once"
        if chance.random() >= haste:
            flows = f"events flow after {trial.flows_again():.1f} s"
        print(f"{number}. {name}: there again after {back:.1f} s, {flows}", flush=True)


def test_each_row_comes_out_once_whatever_was_killed(stack: Stack, tmp_path: Path) -> None:
    chance = random.Random(SEED)  # noqa: S311  no secret
    kills = plan(chance)
    with Trial(stack, tmp_path, job_name="chaos-kills", seed=SEED) as trial:
        suffer(
            trial, [(name, KILLS[name]) for name, _ in zip(kills, range(KILLS_IN_ALL))], haste=HASTE * LONG
        )
        trial.check()
        assert trial.client.stop() == 0, trial.client.log
