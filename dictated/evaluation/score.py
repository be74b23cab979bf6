"""What an engine made of recordings, counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dictated.evaluation.alignment import Kind, differences
from dictated.evaluation.words import Unit, unit, units
from dictated.figures import percentile

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dictated.evaluation.alignment import Difference


@dataclass(frozen=True, slots=True)
class Errors:
    """Words (or characters) that are not as they were said, of `units` that were."""

    substitutions: int
    insertions: int
    deletions: int
    units: int

    @property
    def count(self) -> int:
        """All of them."""
        return self.substitutions + self.insertions + self.deletions

    @property
    def rate(self) -> float | None:
        """Errors for each word said; may be above 1; None where nothing was said."""
        return self.count / self.units if self.units else None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one utterance: a text, or why there is none; `sound` and `seconds` in seconds.

    `held`: there is a text that would be held back as doubtful; it does not count as understood.
    """

    text: str = field(repr=False)
    sound: float
    seconds: float = 0.0
    cost: float = 0.0
    fault: str = ""
    held: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """One recording, said and understood, as words or as characters; `fault`: it could not be read whole."""

    name: str
    said: Sequence[str] = field(repr=False)
    heard: Sequence[str] = field(repr=False)
    unit: Unit
    answers: Sequence[Answer]
    differences: Sequence[Difference] = field(repr=False)
    fault: str = ""

    @property
    def errors(self) -> Errors:
        """Those of this recording."""
        kinds = Counter(difference.kind for difference in self.differences)
        return Errors(kinds[Kind.SUBSTITUTION], kinds[Kind.INSERTION], kinds[Kind.DELETION], len(self.said))


@dataclass(frozen=True, slots=True)
class Score:
    """All that one engine did; `fault` says why it could not, or not to the end. `free`: it costs nothing."""

    engine: str
    model: str
    results: Sequence[Result]
    fault: str = ""
    free: bool = False

    @property
    def label(self) -> str:
        """How a plot calls it."""
        return f"{self.engine} {self.model}"

    def errors(self, of: Unit) -> Errors:
        """Errors of the recordings that are counted so, together."""
        counted = [result.errors for result in self.results if result.unit is of]
        return Errors(
            sum(errors.substitutions for errors in counted),
            sum(errors.insertions for errors in counted),
            sum(errors.deletions for errors in counted),
            sum(errors.units for errors in counted),
        )

    @property
    def answers(self) -> list[Answer]:
        """Those of all utterances that were asked about."""
        return [answer for result in self.results for answer in result.answers]

    @property
    def latencies(self) -> list[float]:
        """Seconds of each answer, failures apart."""
        return [answer.seconds for answer in self.answers if not answer.fault]

    def within(self, percent: int) -> float | None:
        """Return the seconds within which so many in a hundred of the answers came; None where none did."""
        return percentile(sorted(self.latencies), percent) if self.latencies else None

    @property
    def real_time_factor(self) -> float | None:
        """Seconds of work for a second of sound."""
        answered = [answer for answer in self.answers if not answer.fault]
        sound = sum(answer.sound for answer in answered)
        return sum(answer.seconds for answer in answered) / sound if sound else None

    @property
    def cost(self) -> float | None:
        """US dollars in all; None where the service does not tell and no price is configured."""
        cost = sum(answer.cost for answer in self.answers)
        return cost if cost or (self.free and self.answers) else None

    @property
    def failures(self) -> int:
        """Utterances without an answer."""
        return sum(bool(answer.fault) for answer in self.answers)

    @property
    def held(self) -> int:
        """Utterances whose text would be held back."""
        return sum(answer.held for answer in self.answers)


def judge(name: str, text: str, answers: Iterable[Answer], fault: str = "") -> Result:
    """Compare what is said in a recording with what was understood of its utterances."""
    answers = tuple(answers)
    of = unit(text)
    said = units(text, of)
    heard = units(" ".join(answer.text for answer in answers if not answer.held), of)
    return Result(name, said, heard, of, answers, differences(said, heard), fault)
