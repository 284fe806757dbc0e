"""Edits of whales: renamed, merged, split, described; tails moved from one to another."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select

from whaleid_core.catalogue.comparison_edits import record_comparison
from whaleid_core.catalogue.names import checked_whale_name, photo_title
from whaleid_core.catalogue.recorder import Recorder
from whaleid_core.catalogue.row_writes import chunks
from whaleid_core.catalogue.schema import QUALITIES, decision, photo, reading, tail, whale, whale_name
from whaleid_core.catalogue.store import Store
from whaleid_core.catalogue.whale_names import check_free, keep_old_name, next_free_name, take_old_name
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import Change, Verdict

RATED = (*QUALITIES, "distinctiveness")
"""What of a tail can be rated, each 1 to 5."""

_Row = Mapping[str, Any]


class WhaleEdits(Store):
    """What can be done to whales."""

    def rename_whale(self, whale_id: int, new_name: str) -> Change:
        """Give a whale another name; it stays findable under the one that it had.

        Raises:
            WhaleIdError: the name is or was another whale's, or can't be one.
        """
        with self.edit() as edit:
            old = edit.row(whale, whale_id)["name"]
            new = checked_whale_name(new_name)
            if any(row["id"] != whale_id for row in edit.rows(whale, whale.c.name == new)):
                raise WhaleIdError(
                    f"{new} is another whale of this catalogue.", f"If the two are one animal, merge {old} into {new}."
                )
            check_free(edit, new, of=[whale_id])
            edit.label = f"Whale {old} renamed to {new}"
            if new != old:
                take_old_name(edit, new, of=[whale_id])
                keep_old_name(edit, whale_id, old)
            edit.set(whale, [whale_id], name=new)
        return edit.change

    def set_whale(
        self, whale_id: int, *, nickname: str | None = None, sex: str | None = None, note: str | None = None
    ) -> Change:
        """Set what is known of a whale; what isn't given stays."""
        given = {"nickname": nickname, "sex": sex, "note": note}
        with self.edit() as edit:
            edit.label = f"Whale {edit.row(whale, whale_id)['name']} described"
            edit.update(whale, {whale_id: {name: value.strip() for name, value in given.items() if value is not None}})
        return edit.change

    def set_pigmentation(self, whale_id: int, kind: int | None) -> Change:
        """Say how much of a whale's fluke is dark: 1, nearly all white, to 5, nearly all black; None: nobody knows."""
        with self.edit() as edit:
            _check_rating(kind)
            name = edit.row(whale, whale_id)["name"]
            edit.label = f"Whale {name}: pigmentation {kind or 'not known'}"
            edit.set(whale, [whale_id], pigmentation=kind)
        return edit.change

    def rate_tail(self, tail_id: int, **ratings: int | None) -> Change:
        """Rate a tail by the names of `RATED`, each 1 (best, or most distinctive) to 5; None takes a rating back.

        Raises:
            WhaleIdError: no such tail; ValueError: no such name.
        """
        if unknown := set(ratings) - set(RATED):
            raise ValueError(f"a tail isn't rated by {', '.join(sorted(unknown))}")
        with self.edit() as edit:
            title = photo_title(edit.row(photo, edit.row(tail, tail_id)["photo_id"])["path"])
            for value in ratings.values():
                _check_rating(value)
            said = ", ".join(f"{name.replace('_', ' ')} {value or 'open'}" for name, value in ratings.items())
            edit.label = f"{title}: {said}"
            edit.set(tail, [tail_id], **ratings)
        return edit.change

    def merge_whales(self, keep: int, *gone: int) -> Change:
        """Say that whales are one: everything of `gone` becomes `keep`'s, their ids too, as old ones.

        Raises:
            WhaleIdError: they are the same already, or one photo shows two of them.
        """
        with self.edit() as edit:
            kept, merged = edit.row(whale, keep), [edit.row(whale, key) for key in gone]
            if keep in gone or not gone:
                raise WhaleIdError(f"{kept['name']} can't be merged with itself.", "Choose another whale.")
            for row in merged:
                _check_apart(edit, keep, row["id"], f"{kept['name']} and {row['name']}")
                tails = edit.rows(tail, tail.c.whale_id == row["id"])
                edit.update(tail, {item["id"]: {"whale_id": keep, "verdict": Verdict.SAME.value} for item in tails})
                # What was new as `gone` is a whale that was seen before.
                seen = edit.rows(decision, decision.c.whale_id == row["id"])
                edit.update(decision, {item["id"]: {"whale_id": keep, "verdict": Verdict.SAME.value} for item in seen})
                _fold(edit, keep, row)
            what = f"Whale {merged[0]['name']}" if len(merged) == 1 else f"{len(merged)} whales"
            edit.label = f"{what} merged into {kept['name']}"
        return edit.change

    def split_whale(
        self, whale_id: int, tail_ids: Collection[int], name: str | None = None, unlike: int | None = None
    ) -> Change:
        """Say that some tails of a whale are another one, which is new.

        Args:
            name: of the new whale; the next free one if not given. It may be an old id of the whale itself.
            unlike: a tail of the whale that somebody compared the first of these with, and found to be another one.

        Raises:
            WhaleIdError: these aren't tails of the whale, or are all of them; the name is or was another whale's.
        """
        with self.edit() as edit:
            old = edit.row(whale, whale_id)
            rows = _decided(edit, tail_ids)
            if any(row["whale_id"] != whale_id for row in rows):
                raise WhaleIdError(f"Not all of these tails are {old['name']}.", "Press F5 to see which are.")
            if not _left(edit, whale_id, rows):
                raise WhaleIdError(f"These are all tails of {old['name']}.", "Rename it instead.")
            new = next_free_name(edit.connection) if name is None else checked_whale_name(name)
            if edit.rows(whale, whale.c.name == new):
                raise WhaleIdError(f"{new} is a whale of the catalogue already.", "Move the tails to it instead.")
            check_free(edit, new, of=[whale_id])
            take_old_name(edit, new, of=[whale_id])
            key = edit.insert(whale, [{"name": new}])[0]
            self._move(edit, rows, key, first=Verdict.NEW)
            if unlike is not None:
                record_comparison(edit, self.who, (rows[0]["id"], unlike), same=False)
            edit.label = f"{_tails(edit, rows)} of {old['name']} made a whale, {new}"
        return edit.change

    def move_tails(self, tail_ids: Collection[int], to: int) -> Change:
        """Say that decided tails are another whale of the catalogue.

        A whale that has nothing left is merged into the other: its id stays findable.

        Raises:
            WhaleIdError: a tail isn't decided, or another tail of its photo is that whale already.
        """
        with self.edit() as edit:
            target = edit.row(whale, to)
            rows = [row for row in _decided(edit, tail_ids) if row["whale_id"] != to]
            if not rows:
                raise WhaleIdError(f"These tails are {target['name']} already.", "Choose another whale.")
            sources = edit.by_id(whale, sorted({row["whale_id"] for row in rows}))
            _check_photos(edit, rows, target)
            emptied = [row for key, row in sources.items() if not _left(edit, key, rows)]
            self._move(edit, rows, to, first=Verdict.SAME)
            for row in emptied:
                _fold(edit, to, row)
            of = next(iter(sources.values()))["name"] if len(sources) == 1 else f"{len(sources)} whales"
            edit.label = f"{_tails(edit, rows)} of {of} moved to {target['name']}"
        return edit.change

    def _move(self, edit: Recorder, rows: Sequence[_Row], to: int, first: Verdict) -> None:
        """Decide anew on tails; the first of those that came as new gets another verdict than the rest."""
        photos = edit.by_id(photo, {row["photo_id"] for row in rows})
        came_new = [row["id"] for row in rows if photos[row["photo_id"]]["role"] == "new"][:1]
        former = {
            item["tail_id"]: item
            for some in chunks([row["id"] for row in rows])
            for item in edit.rows(decision, decision.c.tail_id.in_(some))
        }
        now = datetime.now(UTC).isoformat()
        made: list[dict[str, Any]] = []
        for row in rows:
            verdict = first if row["id"] in came_new else Verdict.SAME
            edit.set(tail, [row["id"]], whale_id=to, verdict=verdict.value)
            values = {"verdict": verdict.value, "whale_id": to, "who": self.who, "decided_at": now}
            if row["id"] in former:
                edit.update(decision, {former[row["id"]]["id"]: values})
            else:
                made.append({"tail_id": row["id"], **values})
            # What a list said of the photo was about this tail, and is corrected with it.
            if photos[row["photo_id"]]["known_whale_id"] == row["whale_id"]:
                edit.set(photo, [row["photo_id"]], known_whale_id=to)
        if made:
            edit.insert(decision, made)


def _decided(edit: Recorder, tail_ids: Collection[int]) -> list[dict[str, Any]]:
    rows = [edit.row(tail, key) for key in sorted(set(tail_ids))]
    if not rows or any(row["whale_id"] is None for row in rows):
        raise WhaleIdError("Only tails whose whale is known can be moved.", "Decide on the others in Matches.")
    return rows


def _left(edit: Recorder, whale_id: int, without: Sequence[_Row]) -> bool:
    """Whether a whale would have a tail or a listed photo left without these tails."""
    gone, photos = {row["id"] for row in without}, {row["photo_id"] for row in without}
    tails = edit.connection.execute(select(tail.c.id).where(tail.c.whale_id == whale_id)).scalars()
    listed = edit.connection.execute(select(photo.c.id).where(photo.c.known_whale_id == whale_id)).scalars()
    return not gone.issuperset(tails) or not photos.issuperset(listed)


def _fold(edit: Recorder, keep: int, gone: _Row) -> None:
    """Give what is left of a whale, its ids among it, to another, and take it out."""
    key, kept = gone["id"], edit.row(whale, keep)
    for table, column in ((photo, photo.c.known_whale_id), (reading, reading.c.whale_id)):
        edit.set(table, [row["id"] for row in edit.rows(table, column == key)], **{column.name: keep})
    edit.set(whale_name, [row["id"] for row in edit.rows(whale_name, whale_name.c.whale_id == key)], whale_id=keep)
    keep_old_name(edit, keep, gone["name"])
    notes = [text for text in (kept["note"], gone["note"]) if text]
    joined = {name: kept[name] or gone[name] for name in ("nickname", "sex", "pigmentation")}
    edit.set(whale, [keep], note="\n".join(notes), **joined)
    edit.delete(whale, [key])


def _tails(edit: Recorder, rows: Sequence[_Row]) -> str:
    """Tails as a label names them: the one by its photo, several by their number."""
    if len(rows) > 1:
        return f"{len(rows):,} tails"
    return photo_title(edit.row(photo, rows[0]["photo_id"])["path"])


def _check_rating(value: int | None) -> None:
    if value is not None and not 1 <= value <= 5:
        raise WhaleIdError("A rating is 1, 2, 3, 4 or 5.")


def _check_photos(edit: Recorder, rows: Sequence[_Row], target: _Row) -> None:
    """Whether no photo would show the whale twice."""
    photos = [row["photo_id"] for row in rows]
    moved = {row["id"] for row in rows}
    there = [
        row["photo_id"]
        for some in chunks(set(photos))
        for row in edit.rows(tail, tail.c.photo_id.in_(some) & (tail.c.whale_id == target["id"]))
        if row["id"] not in moved
    ]
    for key in photos:
        if (photos + there).count(key) > 1:
            title = photo_title(edit.row(photo, key)["path"])
            raise WhaleIdError(
                f"{title} shows two tails, which can't be one whale.", f"Look which of them is {target['name']}."
            )


def _check_apart(edit: Recorder, keep: int, gone: int, names: str) -> None:
    both = (
        select(photo.c.path)
        .join(tail)
        .where(tail.c.whale_id.in_([keep, gone]))
        .group_by(photo.c.id, photo.c.path)
        .having(func.count(tail.c.whale_id.distinct()) > 1)
        .order_by(photo.c.path)
    )
    path = edit.connection.execute(both).scalars().first()
    if path is not None:
        raise WhaleIdError(f"{photo_title(path)} shows both {names}, which can't be one whale.", "Decide on it first.")
