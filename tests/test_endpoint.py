from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dictated.endpoint import DIGITS, HANGING, NONE, Patience, Sense, sense

WHOLE, TORN, EITHER = Sense.WHOLE, Sense.TORN, Sense.EITHER


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("The train leaves at noon.", WHOLE),
        ("Where do you come from?", WHOLE),
        ("Stop the car!", WHOLE),
        ('He said: "It is over."', WHOLE),
        ("If you have a moment,", TORN),
        ("I have two questions:", TORN),
        ("I have been there; ", TORN),
        ("The house –", TORN),  # noqa: RUF001 (a dash)
        ("I went to the market and", TORN),
        ("I went to the market and.", TORN),
        ("We stayed at home Because.", TORN),
        ("She has put the keys on the.", TORN),
        ("I think I’m", TORN),  # noqa: RUF001 (an apostrophe)
        ("My number is four, five, two.", TORN),
        ("The plate is B. K. T.", TORN),
        ("020 7946", TORN),
        ("We meet at nine.", WHOLE),
        ("It was in 2026.", WHOLE),
        ("It happened in nineteen eighty five.", WHOLE),
        ("a sandy beach.", WHOLE),
        ("no mark at all", EITHER),
        ("who knows...", EITHER),
        ("who knows…", EITHER),
        ("...", EITHER),
        ("", EITHER),
    ],
)
def test_the_end_of_a_text_tells_whether_it_goes_on(text: str, told: Sense) -> None:
    assert sense(text, "en") is told


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Ich bleibe zu Hause, weil."),
        ("de", "Er wohnt gegenüber dem."),
        ("de", "Die Nummer ist vier, fünf."),
        ("fr", "Je suis allé au marché et."),
        ("fr", "Nous restons parce que."),
        ("fr", "C'est le deux, sept."),
        ("es", "Me quedo en casa porque."),
        ("es", "Fuimos a la."),
        ("es", "El número es ocho, nueve."),
    ],
)
def test_each_language_has_its_own_words_that_end_no_sentence(language: str, text: str) -> None:
    assert (sense(text, language), sense(text, "ru")) == (TORN, WHOLE)


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_a_word_of_the_tables_is_one_that_can_be_found(language: str) -> None:
    words = HANGING[language] | DIGITS[language]
    assert [word for word in words if sense(f"x {word} {word}.", language) is not TORN] == []


@pytest.mark.parametrize(
    ("patience", "text", "frames"),
    [
        (Patience(least=10, most=50), "It is late.", 10),
        (Patience(least=10, most=50), "It is late and", 50),
        (Patience(least=10, most=50), "It is late", 30),
        (Patience(most=50), "It is late.", 30),
        (Patience(least=10), "It is late and", 30),
        (Patience(most=50, language="de"), "It is late and", 30),
        (NONE, "It is late and", 30),
    ],
)
def test_a_bound_that_is_not_set_leaves_the_usual_pause(patience: Patience, text: str, frames: int) -> None:
    assert patience.frames(text, 30) == frames


def test_bounds_in_milliseconds_are_rounded_to_frames() -> None:
    assert Patience.from_ms(310, 1000, "de") == Patience(least=16, most=50, language="de")


@given(st.text(), st.sampled_from(["en", "de", "xx"]))
def test_every_text_has_a_pause_between_the_bounds(text: str, language: str) -> None:
    assert Patience(least=10, most=50, language=language).frames(text, 30) in {10, 30, 50}
