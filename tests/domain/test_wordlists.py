"""The words by which cases are told apart aloud: plain, enough of them, and none that says or does anything unkind."""

import re
from pathlib import Path
from typing import Final

import pytest

from casetrack import resources
from casetrack.domain.wordlists import WordLists, read_wordlists

WORDS: Final = read_wordlists(resources.facts() / "words")
LISTS: Final = {"first": WORDS.first, "second": WORDS.second}

UNKIND: Final[dict[str, str]] = {
    "what was done to people": """
        abuse beaten bond bondage bound brand branded cage chain collar debt deceit dirty domestic driven exploited
        forced fraud harvest held hostage hunted kidnap labour leash lock locked market master organ owned pawn pimp
        prey prison property punish rape rope sale sell servant serve sex shackle slave sold stolen swallow tied trade
        traffic trap trapped used victim watch watched whip
    """,
    "how people were brought": """
        barge boat border coach container crate crossing cargo dinghy freight lorry oar parcelled passport raft ship
        smuggle smuggled stowaway truck van visa
    """,
    "where people worked": """
        brothel cannabis cotton factory farm field-hand laundry nail needle plantation slaughter sweatshop
    """,
    "what hurts": """
        axe bleed blood bruise bullet burn burnt cold corpse cut dagger dead death fist grave gun hammer hit knife
        noose poison scar shot stab sting stone-cold sword wound wreath
    """,
    "a body, a mind, an age or a temper": """
        bald big blind broad child crazy crippled cute deaf dumb elderly fat feeble frail ginger half heavy infant
        kid lame large little loose lost low mad meek minor mute old patient petite plain poor pretty quaint ripe
        scrawny shy sick silent silly simpleton slender slim slow small straight stout tall thick thin tiny ugly weak
        wide wild young
    """,
    "a colour of skin, a people or a place that somebody is from": """
        african alien asian black brown caramel coffee-coloured dark eastern ebony exotic foreign foreigner gypsy
        irish local mahogany milky native northern olive oriental pale roman southern swarthy tan tawny tribal welsh
        western white yellow
    """,
    "a rank, a faith or a judgement": """
        angel bad bishop church cross crown-court devil evil faith fallen god guilty holy king lawful lord lucky mercy
        monk noble nun pope priest proper pure queen saint sinner temple unlucky virgin worthy
    """,
    "slang": """
        bitch bum cherry chick cock coin cracker dish dog donkey dope fruit grass hooker hoe jugs melon minx mug nut
        pig pussy rat skunk snake snow speed spice stool tart tool weed wench
    """,
    "a name that somebody may have": """
        amber april autumn basil bill bob charlotte clay coral daisy dawn drew elder eve faye florence frank georgia
        grace hazel heather holly hope iris ivy jack jade jasmine joy june juniper laurel lily mark may melody miles
        olive pat pearl penny poppy ray rob robin rose rosemary rowan ruby sage sandy scarlett skye summer sunny-jim
        sue verity violet will willow
    """,
}
"""Words that would be unkind, or would say something, beside a person who has been exploited; and why."""


@pytest.mark.parametrize("words", LISTS.values(), ids=LISTS)
def test_there_are_enough_words_that_cases_seldom_share_one(words: tuple[str, ...]) -> None:
    assert len(words) >= 200


@pytest.mark.parametrize("words", LISTS.values(), ids=LISTS)
def test_no_word_stands_on_a_list_twice(words: tuple[str, ...]) -> None:
    assert len(set(words)) == len(words)


def test_no_word_stands_on_both_lists_so_that_two_words_the_wrong_way_round_are_no_other_case() -> None:
    assert not set(WORDS.first) & set(WORDS.second)


@pytest.mark.parametrize("words", LISTS.values(), ids=LISTS)
def test_each_is_one_plain_word_that_can_be_said_and_written_down(words: tuple[str, ...]) -> None:
    assert not [word for word in words if not re.fullmatch(r"[a-z]{3,11}", word)]


@pytest.mark.parametrize("words", LISTS.values(), ids=LISTS)
@pytest.mark.parametrize("why", UNKIND)
def test_no_word_would_be_unkind_beside_a_person(words: tuple[str, ...], why: str) -> None:
    assert not set(words) & set(UNKIND[why].split())


def test_the_passwords_that_everybody_tries_first_are_long_enough_to_be_tried_here() -> None:
    assert WORDS.common_passwords
    assert all(len(password) >= 15 and password == password.lower() for password in WORDS.common_passwords)


def test_the_lists_are_read_one_word_a_line_and_empty_lines_are_nothing(tmp_path: Path) -> None:
    (tmp_path / "first.txt").write_text("bright\n\ncalm\n", encoding="utf-8")
    (tmp_path / "second.txt").write_text("kite", encoding="utf-8")
    (tmp_path / "common_passwords.txt").write_text("letmeinletmein1\nletmeinletmein1\n", encoding="utf-8")

    assert read_wordlists(tmp_path) == WordLists(("bright", "calm"), ("kite",), frozenset({"letmeinletmein1"}))
