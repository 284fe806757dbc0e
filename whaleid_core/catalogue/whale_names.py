"""A whale's other ids: those that it had before, and those that other catalogues give it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select, union

from whaleid_core.catalogue import names
from whaleid_core.catalogue.names import checked_whale_name
from whaleid_core.catalogue.recorder import Recorder
from whaleid_core.catalogue.row_writes import chunks
from whaleid_core.catalogue.rows import NameRow
from whaleid_core.catalogue.schema import whale, whale_name
from whaleid_core.catalogue.store import Store
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import Change

OLD, OTHER = "old", "other"


class WhaleNames(Store):
    """What whales were called before, and are called elsewhere."""

    def whale_names(self, whale_id: int) -> list[NameRow]:
        """A whale's other ids, those that it had here first."""
        query = select(whale_name).where(whale_name.c.whale_id == whale_id)
        query = query.order_by(whale_name.c.kind != OLD, whale_name.c.id)
        with self.reading() as connection:
            return [NameRow(**row) for row in connection.execute(query).mappings()]

    def resolve_whale(self, name: str) -> int | None:
        """The whale that is called so, was called so, or is called so in one other catalogue; None where that is none
        or several."""
        name = name.strip()
        with self.reading() as connection:
            found = connection.execute(select(whale.c.id).where(whale.c.name == name)).scalar()
            for kind in (OLD, OTHER):
                if found is None:
                    query = select(whale_name.c.whale_id).where(whale_name.c.name == name, whale_name.c.kind == kind)
                    ids = set(connection.execute(query).scalars())
                    found = ids.pop() if len(ids) == 1 else None
        return found

    def next_whale_name(self) -> str:
        """The next free id of the catalogue's own scheme; an id that a whale once had isn't free."""
        with self.reading() as connection:
            return next_free_name(connection)

    def add_other_name(self, whale_id: int, name: str, catalogue: str = "") -> Change:
        """Say what a whale is called in another catalogue."""
        with self.edit() as edit:
            row = edit.row(whale, whale_id)
            name = checked_whale_name(name)
            edit.label = f"Whale {row['name']} is {name}{_in(catalogue)}"
            values = {"whale_id": whale_id, "name": name, "kind": OTHER, "catalogue": catalogue.strip()}
            if not edit.rows(whale_name, _like(values)):
                edit.insert(whale_name, [values])
        return edit.change

    def set_other_name(self, name_id: int, name: str, catalogue: str) -> Change:
        """Correct what a whale is called in another catalogue.

        Raises:
            WhaleIdError: it is an id that the whale had here, which stays.
        """
        with self.edit() as edit:
            of = edit.row(whale, _other(edit, name_id)["whale_id"])["name"]
            name = checked_whale_name(name)
            edit.label = f"Whale {of} is {name}{_in(catalogue)}"
            edit.set(whale_name, [name_id], name=name, catalogue=catalogue.strip())
        return edit.change

    def delete_other_name(self, name_id: int) -> Change:
        """Take out what a whale was said to be called in another catalogue.

        Raises:
            WhaleIdError: it is an id that the whale had here, which stays.
        """
        with self.edit() as edit:
            row = _other(edit, name_id)
            edit.label = f"{row['name']} taken from whale {edit.row(whale, row['whale_id'])['name']}"
            edit.delete(whale_name, [name_id])
        return edit.change


def next_free_name(connection: Connection) -> str:
    """The next free id of the catalogue's own scheme."""
    taken = union(select(whale.c.name), select(whale_name.c.name).where(whale_name.c.kind == OLD))
    return names.next_whale_name(connection.execute(taken).scalars())


def by_old_name(connection: Connection, names: Collection[str]) -> dict[str, int]:
    """The whales that were called so, by the id that they had."""
    query = select(whale_name.c.name, whale_name.c.whale_id).where(whale_name.c.kind == OLD)
    return {
        name: key
        for some in chunks(names)
        for name, key in connection.execute(query.where(whale_name.c.name.in_(some)))
    }


def check_free(edit: Recorder, name: str, of: Collection[int] = ()) -> None:
    """Whether a whale can be called so.

    Args:
        of: whales whose own old id it may be.

    Raises:
        WhaleIdError: another whale is, or was, called so.
    """
    for row in edit.rows(whale_name, (whale_name.c.name == name) & (whale_name.c.kind == OLD)):
        if row["whale_id"] not in of:
            now = edit.row(whale, row["whale_id"])["name"]
            raise WhaleIdError(f"{name} is an old id of {now}.", "Choose another one, so that both stay findable.")


def take_old_name(edit: Recorder, name: str, of: Collection[int]) -> None:
    """An old id of these whales is in use again."""
    for some in chunks(of):
        own = whale_name.c.whale_id.in_(some) & (whale_name.c.name == name) & (whale_name.c.kind == OLD)
        edit.delete(whale_name, [row["id"] for row in edit.rows(whale_name, own)])


def keep_old_name(edit: Recorder, whale_id: int, name: str) -> None:
    """Let a whale be found under an id that it had."""
    values = {"whale_id": whale_id, "name": name, "kind": OLD, "catalogue": ""}
    if not edit.rows(whale_name, _like(values)):
        edit.insert(whale_name, [values])


def called(text: str) -> ColumnElement[bool]:
    """Whether a whale's row is called something that holds a text, here, before or elsewhere."""
    elsewhere = select(whale_name.c.whale_id).where(whale_name.c.name.icontains(text, autoescape=True))
    here = (column.icontains(text, autoescape=True) for column in (whale.c.name, whale.c.nickname))
    return or_(*here, whale.c.id.in_(elsewhere))


def titles(connection: Connection, text: str, found: Collection[Any]) -> list[tuple[int, str]]:
    """Found whales, (id, name, nickname), as a search lists them: with the id that the text is part of, where that is
    another one."""
    matching = (
        select(whale_name.c.whale_id, whale_name.c.name)
        .where(
            whale_name.c.whale_id.in_([key for key, _, _ in found]), whale_name.c.name.icontains(text, autoescape=True)
        )
        .order_by(whale_name.c.id)
    )
    others = {key: name for key, name in connection.execute(matching)}
    told = []
    for key, name, nickname in found:
        direct = any(text.casefold() in word.casefold() for word in (name, nickname))
        told.append((key, name if direct or key not in others else f"{name} ({others[key]})"))
    return told


def _like(values: dict[str, Any]) -> ColumnElement[bool]:
    same: ColumnElement[bool] = whale_name.c.whale_id == values["whale_id"]
    for column in ("name", "kind", "catalogue"):
        same &= whale_name.c[column] == values[column]
    return same


def _other(edit: Recorder, name_id: int) -> dict[str, Any]:
    row = edit.row(whale_name, name_id)
    if row["kind"] != OTHER:
        raise WhaleIdError(f"{row['name']} is an id that this whale had here: it stays, so that it can be found.")
    return row


def _in(catalogue: str) -> str:
    return f" in {catalogue.strip()}" if catalogue.strip() else " elsewhere"
