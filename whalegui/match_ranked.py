"""Suggestions from the gallery in memory, as they would be read from the catalogue; on a reader lane."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from whaleid_core.catalogue import Catalogue, SuggestionRow, TailRow
from whaleid_core.records import Candidate

if TYPE_CHECKING:
    from whaleid_core.ranking import Proposal, Ranker


class Grouped(Protocol):
    """What is asked: of which tails together."""

    @property
    def group(self) -> tuple[int, ...]: ...


def ranked_anew(
    catalogue: Catalogue, asked: Grouped, tail: TailRow, within: Collection[int] | None, ranker: Ranker | None
) -> list[SuggestionRow] | None:
    """What the gallery, as it is at this moment, proposes for a tail or a group of tails; None where it can't say.

    Args:
        within: the decided tails that are searched; None for all.
    """
    if ranker is None:
        return None
    if len(asked.group) > 1:
        proposal = ranker.rank_together(catalogue.tail_rows(asked.group), within)
    else:
        proposal = ranker.rank([tail], within).get(tail.id)
    return None if proposal is None else suggested(catalogue, proposal, ranker.name)


def suggested(catalogue: Catalogue, proposal: Proposal, model: str) -> list[SuggestionRow]:
    """A proposal as the catalogue would keep it."""
    candidates, known = proposal
    ids = catalogue.whale_ids([one.whale for one in candidates])
    now = datetime.now(UTC)
    return [
        SuggestionRow(
            ids.get(one.whale), one.whale, one.probability, _number(one.score), one.networks, one.nearest, one.points,
            _tail(one), known, rank, model, now,
        )
        for rank, one in enumerate(candidates, start=1)
    ]  # fmt: skip


def _number(score: float) -> float | None:
    return None if score != score else score


def _tail(candidate: Candidate) -> int | None:
    return int(candidate.photo) if candidate.photo else None
