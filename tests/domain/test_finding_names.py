"""A name is found however it was written: in which script, with which marks, by whose ear, in which order."""

from itertools import combinations
from string import ascii_lowercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casetrack.domain.finding_names import INITIALS, MOST_WORDS, alike, sound, words_of

VARIANTS = {
    "Arabic": [
        "Muhammad Mohamed Mohammed Mohamad Muhammed Mohd Md Mehmet محمد ﻣﺤﻤﺪ মোহাম্মদ Мухаммад",
        "Ahmed Ahmad Ahmet Akhmed أحمد احمد",
        "Yusuf Yousef Youssef Jusuf Iusuf Юсуф يوسف",
        "Hussein Hussain Husein Husayn حسين",
        "Abdullah|Abdallah|Abdulla|Abdullahi|Abd Allah|عبد الله|عبدالله",
        "Abdulrahman|Abdul Rahman|Abdurrahman|Abd al-Rahman|Abd-el-Rahman|عبدالرحمن",
        "al-Bashir|El Bashir|Al Bashir|Elbashir|Albashir|Bashir",
        "al-Hassan Hassan الحسن حسن",
        "El-Sayed Sayed السيد",
        "مُحَمَّد Muhammad محـمد",
        "Khaled Khalid خالد",
        "Said Saeed Sayed سعيد",
        "Umar Omar عمر",
        "Osman Othman Uthman Usman",
        "Ibrahim Ebrahim إبراهيم",
        "Fatima Fatma Fatemeh فاطمة",
        "Qasim Kassem Kasim",
        "Jamal Gamal Djamal",
        "Ali Aly علي",
    ],
    "Somali": ["Maxamed Mohamed", "Cali Ali", "Xasan Hassan", "Xuseen Hussein", "Cabdi Abdi", "Abdirahman Abdulrahman"],
    "Vietnamese": [
        "Nguyễn Nguyen NGUYEN Nguen",
        "Phạm Pham Fam",
        "Phương Phuong Fuong",
        "Đặng Dang",
        "Hồng|Hong|Thị Hồng|Hồng Thị",
        "Trần Tran",
        "Huỳnh Huynh",
    ],
    "Amharic and Tigrinya": [
        "Tesfaye Tesfay Tesfai ተስፋዬ",
        "Haile Hayle ሃይሌ",
        "Berhane Birhane ብርሃኔ",
        "Yohannes Yohanis Johannes ዮሐንስ",
        "Gebremariam Ghebremariam Gebremaryam ገብረማርያም",
        "Girmay Ghirmay Ghirmai",
        "Mehret Mihret",
        "Tewodros Teodros Tedros",
    ],
    "Albanian": ["Gëzim Gezim", "Çela Cela Chela", "Hoxha Hodja Hodza", "Xhevdet Jevdet Djevdet", "Shqipe Shkipe"],
    "Romanian": [
        "Ștefan Stefan Shtefan Ştefan",
        "Țurcanu Turcanu Turkanu",
        "Gheorghe George",
        "Ionuț Ionut",
        "Ecaterina Ekaterina",
        "Mădălina Madalina",
    ],
    "Slavic": [
        "Aleksandr Alexander Oleksandr Александр",
        "Yelena Elena Елена",
        "Natalya Natalia Nataliya Наталья",
        "Shcherbakova Scherbakova Щербакова",
        "Yevgeny Evgeni Евгений",
        "Юлия Yulia Julia Iulia",
        "Wojciech Woiciech",
        "Kowalczyk Kovalchyk Kovalchik",
        "Łukasz Lukas Lukasz",
        "Viktor Victor Wiktor",
    ],
    "South and East Asian": ["Chowdhury Chaudhry Choudhury", "Lakshmi Laxmi", "शर्मा Sharma", "李 Li", "민 Min"],
    "European": [
        "Philip Filip Phillip",
        "Sara Sarah",
        "Ann Anne",
        "Catherine Katherine Kathryn",
        "Maria Mariya Marija",
        "Sousa Souza",
        "Müller Mueller Muller",
        "Zoë Zoe",
        "O'Brien|O\N{RIGHT SINGLE QUOTATION MARK}Brien|O Brien|OBrien|O`Brien",
        "D'Souza Dsouza",
        "MacDonald|McDonald|Mac Donald|Mc Donald",
    ],
    "West African": ["N'Diaye Ndiaye", "Ouattara Wattara", "Ọlá Ola", "Mamadou Mamadu"],
}
PAIRS = [
    (one, other)
    for groups in VARIANTS.values()
    for group in groups
    for one, other in combinations(group.split("|") if "|" in group else group.split(), 2)
]
OTHERS = [
    ("Lan", "Linh"),
    ("Tuan", "Thanh"),
    ("Hoa", "Ha"),
    ("Mai", "My"),
    ("Nguyen", "Ngan"),
    ("Amir", "Omar"),
    ("Hassan", "Hussein"),
    ("Mohamed", "Mehdi"),
    ("Samir", "Samira"),
    ("Maria", "Mario"),
    ("Ai", "Io"),
    ("Ana", "Ion"),
]

LETTERS = ascii_lowercase + "äçđéëèğìłñøșșțüýž" + "абвгдежзиклмнопрстуфхцчшщюя" + "αβγδεζηλμνπρστφψω"
WORDS = st.text(LETTERS, min_size=2, max_size=10).filter(lambda word: word not in {"abd", "aka", "mac", "mc"})
"""Words that are names: not those that belong to the word after them."""
NAMES = st.lists(WORDS, min_size=1, max_size=5)


def only(name: str) -> str:
    """The one word that a name is."""
    (word,) = words_of([name])
    return word


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_a_name_is_itself_however_it_is_written(one: str, other: str) -> None:
    assert sound(only(one)) == sound(only(other))
    assert alike(only(one), only(other))


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_names_that_differ_to_every_ear_are_two(one: str, other: str) -> None:
    assert not alike(only(one), only(other))


def test_a_long_name_may_differ_in_one_vowel_and_not_in_two() -> None:
    assert alike(only("Sulaiman"), only("Soliman"))
    assert not alike(only("Sulaimana"), only("Salumina"))


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (("Linh", "Nguyễn Thị"), {"linh", "nguyen"}),
        (("Mary-Anne", "Smith"), {"mary", "anne", "smith"}),
        (("Amina bint Hassan al-Nur",), {"amina", "hassan", "nur"}),
        (("محمد بن علي",), {"mhmd", "ale"}),
        (("Ana M. Popescu",), {"ana", "popescu"}),
        (("Likes to be called Bel",), {"bel"}),
        (("Zoë, also known as Zed; formerly Zara",), {"zoe", "zed", "zara"}),
        (("Van",), {"van"}),
        (("Y",), {"y"}),
        (("李小明",), {"li", "xiao", "ming"}),
        (("", "  ", "12"), set()),
    ],
)
def test_the_words_of_a_name_are_those_that_tell_people_apart(texts: tuple[str, ...], words: set[str]) -> None:
    assert words_of(texts) == words


def test_of_a_very_long_name_the_longest_words_are_taken() -> None:
    many = [letter * (number + 2) for number, letter in enumerate("bdfgklmnpr")]
    assert words_of(many) == set(many[-MOST_WORDS:])


@given(NAMES, st.randoms())
def test_the_order_of_names_never_matters(names: list[str], chance: object) -> None:
    turned = sorted(names, key=lambda _: chance.random())  # type: ignore[attr-defined] # Hypothesis's own kind of Random
    assert words_of([" ".join(names)]) == words_of([" ".join(turned)]) == words_of(turned)


@given(NAMES, st.sampled_from([" ", "  ", "-", ", ", ".", " - ", "\N{EN DASH}", "/"]))
def test_the_case_and_what_stands_between_names_never_matter(names: list[str], between: str) -> None:
    plain = words_of(names)
    assert words_of([f" {between.join(names)} "]) == plain
    assert words_of([name.upper() for name in names]) == words_of([name.title() for name in names]) == plain


@given(NAMES)
def test_making_words_plain_twice_changes_nothing(names: list[str]) -> None:
    plain = words_of(names)
    assert words_of(plain) == plain


@given(st.text(ascii_lowercase, min_size=1, max_size=12))
def test_every_word_has_a_sound_that_begins_with_a_known_initial(word: str) -> None:
    assert sound(word)[0] in INITIALS
    assert alike(word, word)


@given(st.text(ascii_lowercase, min_size=1, max_size=8), st.text(ascii_lowercase, min_size=1, max_size=8))
def test_being_alike_goes_both_ways(one: str, other: str) -> None:
    assert alike(one, other) == alike(other, one)
