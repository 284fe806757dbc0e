"""What is done to whales after a question for a name: renamed, merged, split, photos moved; each one step to undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from whalegui.whale_rows import TailCell
from whalegui.widgets.name_bar import NameBar
from whalegui.widgets.wording import many
from whaleid_core.catalogue.rows import WhaleRow
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import Change

if TYPE_CHECKING:
    from whalegui.session import Session
    from whaleid_core.catalogue import Catalogue

_NO_TAILS = "Tick the photos that show another whale."


class WhaleDeeds:
    """Asks in the name bar, then edits the catalogue."""

    def __init__(self, session: Session, bar: NameBar) -> None:
        self._session = session
        self._bar = bar

    def rename(self, whale: WhaleRow) -> None:
        """Ask for another name of a whale."""
        self._bar.ask(
            f"New id of {whale.name}",
            whale.name,
            "Rename",
            lambda name: self._session.edit(lambda catalogue: catalogue.rename_whale(whale.id, name)),
        )

    def merge(self, gone: Sequence[WhaleRow], then: Callable[[int], object]) -> None:
        """Ask which whale some whales really are; `then` gets its id."""
        if not gone:
            return
        what = gone[0].name if len(gone) == 1 else f"The {many(len(gone), 'ticked whale')}"

        def make(catalogue: Catalogue, name: str) -> Change:
            keep = _resolved(catalogue, name, "Rename instead, or choose one from the list.")
            return catalogue.merge_whales(keep, *(whale.id for whale in gone if whale.id != keep))

        def merged(name: str) -> None:
            kept = self._session.catalogue.resolve_whale(name)
            if kept is not None:
                then(kept)

        self._ask_known(f"{what} {'is' if len(gone) == 1 else 'are'} really", "Merge", make, merged)

    def split(self, whale: WhaleRow, tails: Sequence[TailCell], then: Callable[[], object]) -> None:
        """Ask what the whale is called that some photos of a whale show."""
        if not tails:
            self._session.say(_NO_TAILS)
            return
        keys = [cell.id for cell in tails]
        question = f"{_photos(tails)} of {whale.name} {'shows' if len(tails) == 1 else 'show'} a new whale"
        self._session.query(
            lambda catalogue: catalogue.next_whale_name(),
            lambda free: self._bar.ask(
                question,
                free,
                "Split",
                lambda name: self._session.edit(
                    lambda catalogue: catalogue.split_whale(whale.id, keys, name), lambda change: then()
                ),
            ),
        )

    def move(self, tails: Sequence[TailCell], then: Callable[[], object]) -> None:
        """Ask which whale of the catalogue some photos really show."""
        if not tails:
            self._session.say(_NO_TAILS)
            return
        keys = [cell.id for cell in tails]

        def make(catalogue: Catalogue, name: str) -> Change:
            return catalogue.move_tails(keys, _resolved(catalogue, name, "Split instead, to make it one."))

        question = f"{_photos(tails)} {'shows' if len(tails) == 1 else 'show'} really"
        self._ask_known(question, "Move", make, lambda name: then())

    def _ask_known(
        self,
        question: str,
        deed: str,
        make: Callable[[Catalogue, str], Change],
        then: Callable[[str], object],
    ) -> None:
        """Ask for a whale of the catalogue, then edit."""
        self._session.query(
            lambda catalogue: [row.name for row in catalogue.whales()],
            lambda names: self._bar.ask(
                question,
                "",
                deed,
                lambda name: self._session.edit(lambda catalogue: make(catalogue, name), lambda change: then(name)),
                names,
            ),
        )


def _resolved(catalogue: Catalogue, name: str, hint: str) -> int:
    """The whale that is, or was, called so."""
    found = catalogue.resolve_whale(name)
    if found is None:
        raise WhaleIdError(f"There is no whale {name} in this catalogue.", hint)
    return found


def _photos(tails: Sequence[TailCell]) -> str:
    """Photos as a question names them."""
    return tails[0].photo.title if len(tails) == 1 else many(len(tails), "ticked photo")
