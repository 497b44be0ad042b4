"""Whatever is killed, cut, stalled or filled: each committed row comes out once, with its values.

``make integration`` runs the long form: CHAOS_KILLS kills, by chance of CHAOS_SEED.
"""

import os
import random
import re
import time
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from runners.stack import Stack
from tests.integration.chaos.smalldisk import SmallDisk
from tests.integration.chaos.trial import Trial
from tests.integration.chaos.troubles import KILLS, OTHERS, SLOW, Trouble, fill_disk, kill_client

SEED: Final = int(os.environ.get("CHAOS_SEED", "1"))
LONG: Final = int(os.environ.get("CHAOS_KILLS", "0"))
#: How often, in the long form, the next trouble comes before events flow again.
HASTE: Final = 0.3

pytestmark = [pytest.mark.slow, pytest.mark.integration]


def plan(chance: random.Random) -> list[tuple[str, Trouble]]:
    """Kills of all kinds, in turn and then by chance, with other troubles in between."""
    names = chance.sample(list(KILLS), len(KILLS))
    names += chance.choices(list(KILLS), k=max(0, LONG - len(names)))
    others = {**OTHERS, **(SLOW if LONG else {})}
    for name in others:
        names.insert(chance.randint(0, len(names)), name)
    return [(name, {**KILLS, **others}[name]) for name in names]


def suffer(trial: Trial, *troubles: tuple[str, Trouble], haste: float = 0.0) -> None:
    """One trouble after the other; with a chance of ``haste`` the next one comes at once."""
    chance = random.Random(SEED)  # noqa: S311  no secret
    for number, (name, trouble) in enumerate(troubles, start=1):
        begun = time.monotonic()
        trouble(trial)
        back = time.monotonic() - begun
        flows = "the next one comes at once"
        if chance.random() >= haste:
            flows = f"events flow {trial.flows_again():.1f} s later"
        print(f"{number}. {name}: there again after {back:.1f} s, {flows}", flush=True)


def test_beams_own_source_loses_nothing(stack: Stack, tmp_path: Path) -> None:
    # the first to write, and little: this source reads few small transactions at a time (decision 18)
    settings = {"kafka_source": "kafkaio", "expansion_endpoint": stack.addresses.expansion_endpoint}
    with Trial(stack, tmp_path, job_name="chaos-kafkaio", seed=SEED, per_second=40, **settings) as trial:
        trial.has_checkpoint()
        suffer(trial, ("taskmanager", KILLS["taskmanager"]))
        trial.check(canary=False)  # its watermark stands still: see decision 18
        assert trial.client.stop() == 0, trial.client.log


def test_each_row_comes_out_once_whatever_was_killed(stack: Stack, tmp_path: Path) -> None:
    troubles = plan(random.Random(SEED))  # noqa: S311  no secret
    print(f"\nseed {SEED}: {len(troubles)} troubles", flush=True)
    with Trial(stack, tmp_path, job_name="chaos", seed=SEED) as trial:
        suffer(trial, *troubles, haste=HASTE if LONG else 0.0)
        trial.check()
        assert trial.client.stop() == 0, trial.client.log


def test_a_full_disk_loses_nothing(stack: Stack, disk: SmallDisk | None, tmp_path: Path) -> None:
    if disk is None:
        pytest.skip("only root may mount a disk that can be full")
    with Trial(stack, tmp_path, job_name="chaos-disk", seed=SEED) as trial:
        suffer(trial, ("full disk", partial(fill_disk, disk)), *list(KILLS.items())[: 2 if LONG else 0])
        trial.check()
        assert trial.client.stop() == 0, trial.client.log


def test_a_client_whose_process_had_the_workers_goes_on_from_the_latest_checkpoint(
    stack: Stack, tmp_path: Path
) -> None:
    with Trial(stack, tmp_path, job_name="chaos-loopback", environment="loopback", seed=SEED) as trial:
        trial.has_checkpoint()
        suffer(trial, *[("client", kill_client)] * 2)
        assert len(re.findall(r"going on from\s+file:\S+/chk-\d+", trial.client.log)) == 2, trial.client.log
        trial.check()
        assert trial.client.stop() == 0, trial.client.log
