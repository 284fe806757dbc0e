"""How tails are judged: by what a person accepts and expects, and by the calibration of what was suggested."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from whaleid_core.records import NEW_WHALE

if TYPE_CHECKING:
    from whaleid_core import calibrate


class Suggested(Protocol):
    """What is needed of a suggestion here; a frozen dataclass."""

    @property
    def whale(self) -> str: ...
    @property
    def probability(self) -> float: ...
    @property
    def known(self) -> float: ...


S = TypeVar("S", bound=Suggested)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a person says in the settings; the defaults are the library's, a test holds it.

    Attributes:
        false_match_rate: the share of the new whales that may be called known.
        new_share: the share of the tails whose whale is in no gallery.
    """

    false_match_rate: float = 0.05
    new_share: float = 0.3

    @property
    def rate(self) -> str:
        """ "5 %"."""
        return f"{100 * self.false_match_rate:.3g} %"


@dataclass(frozen=True, slots=True)
class Judge:
    """Says known, unsure or new.

    Attributes:
        calibration: that the suggestions were made with; None where it isn't at hand. Nothing is called known then.
    """

    calibration: calibrate.Calibration | None = None
    expected: Expected = field(default_factory=Expected)

    def shifted(self, suggestions: Iterable[S]) -> list[S]:
        """Suggestions as they are where the expected share of new whales is another than they were made with."""
        from whaleid_core.calibrate import with_share

        rows = []
        for row in suggestions:
            known = with_share(row.known, self.expected.new_share)
            chance = 1 - known if row.whale == NEW_WHALE else row.probability * (known / row.known if row.known else 1)
            # A protocol can't say that it is a dataclass.
            changed: Any = replace(row, known=known, probability=chance)  # type: ignore[type-var]
            rows.append(changed)
        return rows

    def answer(self, known: float, best: float) -> calibrate.Answer:
        """What to say of a tail whose suggestions were `shifted`.

        Args:
            known: the probability that its whale is in the gallery.
            best: the probability of the best whale.
        """
        from whaleid_core.calibrate import SURELY_NEW, Answer

        if self.calibration is None:
            return Answer.NEW if 1 - known >= SURELY_NEW else Answer.UNSURE
        return self.calibration.answer(known, best, self.expected.false_match_rate, self.expected.new_share)
