"""Building by halves: two processes live half of the lives each, at the same time and over the same stretch of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from typing import Final

import click

from casetrack.app import key_folder, open_deployment
from casetrack.cli.demo.accounts import colleagues
from casetrack.cli.demo.acts import Desk
from casetrack.cli.demo.build import Builder
from casetrack.cli.demo.journeys import plan_lives
from casetrack.cli.demo.world import World, read_world
from casetrack.cli.house import among_stores
from casetrack.config import read_config
from casetrack.domain.ids import AccountId
from casetrack.domain.wordlists import WordLists
from casetrack.persistence.work import begin
from casetrack.services.sessions import NOBODY

PARTS: Final = 2


def live_all(settings: Path, app_url: str, seed: str, today: date, lives: int, told: Callable[[int], None]) -> None:
    """Every life was lived; `told` hears how many acts there were, time and again."""
    processes = get_context("spawn")
    heard: SimpleQueue[int] = processes.SimpleQueue()
    running = [
        processes.Process(target=live_part, args=(settings, app_url, seed, today, lives, part, heard), daemon=True)
        for part in range(PARTS)
    ]
    for process in running:
        process.start()
    left = PARTS
    while left:
        acts = heard.get()
        left -= acts == 0
        told(acts)
    for process in running:
        process.join()
    if any(process.exitcode for process in running):
        raise click.ClickException("The demonstration could not be built.")


def live_part(
    settings: Path, app_url: str, seed: str, today: date, lives: int, part: int, heard: "SimpleQueue[int]"
) -> None:
    """Every second life was lived. A 0 is told at the end, however it ends."""
    config = read_config(settings, {})
    try:
        with among_stores(config, app_url):
            deployment = open_deployment(config, key_folder(config))
            world = read_world(deployment.facts, today)
            own_words = replace(deployment, words=_every_second(deployment.words, part))
            builder = Builder(own_words, accounts_of(world, seed), seed=seed, today=today)
            builder.live(plan_lives(world, seed, range(part, lives, PARTS)), heard.put)
    finally:
        heard.put(0)


def accounts_of(world: World, seed: str) -> dict[Desk, AccountId]:
    """The account of each invented colleague."""
    with begin(NOBODY) as stores:
        kept = {each.desk: stores.accounts.named(each.sign_in_name) for each in colleagues(world.organisations, seed)}
    return {desk: account.id for desk, account in kept.items() if account is not None}


def _every_second(words: WordLists, part: int) -> WordLists:
    """Words of its own for each part, so that no two lives are given one pseudonym at the same time."""
    return replace(words, first=words.first[part::PARTS])
