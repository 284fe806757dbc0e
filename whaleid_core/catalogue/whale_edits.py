"""Edits of whales: renamed, merged, described."""

from __future__ import annotations

from sqlalchemy import func, select

from whaleid_core.catalogue.names import checked_whale_name, photo_title
from whaleid_core.catalogue.recorder import Recorder
from whaleid_core.catalogue.schema import decision, photo, tail, whale
from whaleid_core.catalogue.store import Store
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import Change, Verdict


class WhaleEdits(Store):
    """What can be done to whales."""

    def rename_whale(self, whale_id: int, new_name: str) -> Change:
        """Give a whale another name.

        Raises:
            WhaleIdError: the name is taken, or can't be one.
        """
        with self.edit() as edit:
            old = edit.row(whale, whale_id)["name"]
            new = checked_whale_name(new_name)
            if any(row["id"] != whale_id for row in edit.rows(whale, whale.c.name == new)):
                raise WhaleIdError(
                    f"{new} is another whale of this catalogue.", f"If the two are one animal, merge {old} into {new}."
                )
            edit.label = f"Whale {old} renamed to {new}"
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

    def merge_whales(self, keep: int, gone: int) -> Change:
        """Say that two whales are one: everything of `gone` becomes `keep`'s.

        Raises:
            WhaleIdError: they are the same already, or one photo shows both.
        """
        with self.edit() as edit:
            kept, merged = edit.row(whale, keep), edit.row(whale, gone)
            if keep == gone:
                raise WhaleIdError(f"{kept['name']} can't be merged with itself.", "Choose another whale.")
            _check_apart(edit, keep, gone, f"{kept['name']} and {merged['name']}")
            edit.label = f"Whale {merged['name']} merged into {kept['name']}"
            for table in (tail, decision):
                rows = edit.rows(table, table.c.whale_id == gone)
                # What was new as `gone` is a whale that was seen before.
                edit.update(
                    table,
                    {row["id"]: {"whale_id": keep, "verdict": Verdict.SAME.value} for row in rows},
                )
            edit.set(
                photo, [row["id"] for row in edit.rows(photo, photo.c.known_whale_id == gone)], known_whale_id=keep
            )
            notes = [text for text in (kept["note"], merged["note"]) if text]
            joined = {name: kept[name] or merged[name] for name in ("nickname", "sex")}
            edit.set(whale, [keep], note="\n".join(notes), **joined)
            edit.delete(whale, [gone])
        return edit.change


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
