"""Rules of what is a light edit of a text. The examples are data: tests/texts/cleanups.toml."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dictated.refineconfig import Cleanup
from dictated.text.likeness import change

BOUND = Cleanup().most_change

with (Path(__file__).parent / "texts" / "cleanups.toml").open("rb") as file:
    EXAMPLES = tomllib.load(file)

TEXTS = st.lists(
    st.sampled_from(["not", "the", "cat", "on", "a", "mat,", "um", "Mat's", "25", "é", "猫"]), max_size=30
).map(" ".join)


@pytest.mark.parametrize(("before", "after"), EXAMPLES["light"])
def test_a_text_cleaned_up_is_a_light_edit(before: str, after: str) -> None:
    assert change(before, after) <= BOUND


@pytest.mark.parametrize(("before", "after"), EXAMPLES["other"])
def test_a_text_obeyed_answered_translated_or_told_anew_is_none(before: str, after: str) -> None:
    assert change(before, after) > BOUND


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "we can do that tomorrow at the latest i think",
            "We can't do that tomorrow at the latest, I think.",
        ),
        ("do not send it to anna", "Do send it to Anna."),
        ("ich komme morgen nicht nach hause", "Ich komme morgen nach Hause."),
        ("he is not able to do it", "He is notable to do it."),
        ("nobody of us here has ever seen it before", "Of us here has ever seen it before."),
        ("non voglio partire domani mattina", "Voglio partire domani mattina."),
        ("ik ga morgen niet naar huis", "Ik ga morgen naar huis."),
        ("eu não vou para casa amanhã", "Eu vou para casa amanhã."),
        ("nie chcę iść tam jutro rano", "Chcę iść tam jutro rano."),
        ("jag vill inte åka dit imorgon", "Jag vill åka dit imorgon."),
        ("nu vreau să plec mâine dimineață", "Vreau să plec mâine dimineață."),
        ("я не пойду туда завтра утром", "Я пойду туда завтра утром."),
        ("删除这个文件", "不要删除这个文件"),
        ("我没有删除这个文件", "我删除这个文件"),
        ("今日は会議に行きます", "今日は会議に行きません"),
        ("昨日は行かなかったと思います", "昨日は行ったと思います"),
        ("พรุ่งนี้ผมไม่ไปตลาด", "พรุ่งนี้ผมไปตลาด"),
    ],
)
def test_a_word_that_denies_is_no_light_thing(before: str, after: str) -> None:
    assert change(before, after) == 1


@pytest.mark.parametrize(
    ("before", "after", "part"),
    [
        ("请把这封信翻译成英文", "请把这封信翻译成德文。", 1 / 10),
        ("コーヒーを二つ", "コーヒーを三つ", 1 / 7),
        ("我用github写", "我用GitHub看。", 1 / 4),
    ],
)
def test_where_no_space_parts_words_each_character_is_one(before: str, after: str, part: float) -> None:
    assert change(before, after) == part


@pytest.mark.parametrize(
    ("before", "after"),
    [("3.5 million", "35 million"), ("in 2025", "in 2026"), ("it is 3.5kg", "it is 35kg"), ("3rd", "33rd")],
)
def test_other_figures_are_another_word(before: str, after: str) -> None:
    assert change(before, after) == 1 / len(before.split())


@pytest.mark.parametrize(
    ("before", "after"), [("1000000 euros", "1,000,000 euros"), ("1.000 m", "1000 m"), ("3,5 km", "3.5 km")]
)
def test_figures_set_otherwise_are_the_same(before: str, after: str) -> None:
    assert change(before, after) == 0


@given(TEXTS)
def test_a_text_that_stays_is_not_changed(text: str) -> None:
    assert change(text, text.upper() + ".") == 0


@given(st.text(), st.text())
def test_a_change_is_a_part_of_the_whole(before: str, after: str) -> None:
    assert 0 <= change(before, after) <= 1


@given(TEXTS, st.text(alphabet="xyz", min_size=8), st.integers(0, 30))
def test_a_new_word_is_a_change(text: str, word: str, place: int) -> None:
    words = text.split()
    assert change(text, " ".join([*words[:place], word, *words[place:]])) > 0


def test_the_longest_texts_are_compared_in_a_moment() -> None:
    began = time.process_time()
    change("word other " * 200, "another word " * 200)
    assert time.process_time() - began < 5
