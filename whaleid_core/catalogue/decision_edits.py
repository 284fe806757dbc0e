"""Edits that are decisions: which whale a tail is, concluded by a person, and taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from whaleid_core.catalogue.names import checked_whale_name, photo_title
from whaleid_core.catalogue.recorder import Recorder
from whaleid_core.catalogue.schema import decision, photo, tail, whale
from whaleid_core.catalogue.store import Store
from whaleid_core.catalogue.tail_boxes import drop_unfounded
from whaleid_core.catalogue.whale_names import check_free, next_free_name
from whaleid_core.errors import WhaleIdError
from whaleid_core.records import Change, Verdict


class DecisionEdits(Store):
    """What a person can conclude about a tail."""

    def decide(
        self, tail_id: int, verdict: Verdict, whale: str | None = None, model: str = "", shown: int = 0
    ) -> Change:
        """Decide on a tail; a decision that was there is replaced.

        Args:
            verdict: SAME needs a whale of the catalogue; NEW makes one.
            whale: its name; for NEW the next free one if not given.
            model: the model whose candidates were seen.
            shown: how many candidates were seen.

        Raises:
            WhaleIdError: no such tail or whale, a new whale's name is taken, or another of the photo's tails is it.
        """
        with self.edit() as edit:
            row = edit.row(tail, tail_id)
            title = photo_title(edit.row(photo, row["photo_id"])["path"])
            former = edit.rows(decision, decision.c.tail_id == tail_id)
            whale_id, name = _new_before(edit, verdict, whale, former) or _whale_for(edit, verdict, whale)
            _check_other_tails(edit, row, whale_id, title)
            values = {
                "verdict": verdict.value,
                "whale_id": whale_id,
                "who": self.who,
                "decided_at": datetime.now(UTC).isoformat(),
                "model": model,
                "shown": shown,
            }
            if former:
                edit.update(decision, {former[0]["id"]: values})
            else:
                edit.insert(decision, [{"tail_id": tail_id, **values}])
            edit.set(tail, [tail_id], whale_id=whale_id, verdict=verdict.value)
            drop_unfounded(edit, former)
            edit.label = {
                Verdict.SAME: f"{title} is {name}",
                Verdict.NEW: f"{title} is a new whale, {name}",
                Verdict.UNSURE: f"{title} is unsure",
                Verdict.POOR: f"{title} is too poor to tell",
            }[verdict]
        return edit.change

    def clear_decision(self, tail_id: int) -> Change:
        """Take the decision on a tail back: it waits again."""
        with self.edit() as edit:
            row = edit.row(tail, tail_id)
            edit.label = f"Decision on {photo_title(edit.row(photo, row['photo_id'])['path'])} taken back"
            former = edit.rows(decision, decision.c.tail_id == tail_id)
            edit.delete(decision, [item["id"] for item in former])
            edit.set(tail, [tail_id], whale_id=None, verdict=None)
            drop_unfounded(edit, former)
        return edit.change


def _whale_for(edit: Recorder, verdict: Verdict, name: str | None) -> tuple[int | None, str]:
    """The whale that a verdict is about, made if it is new; None where it is about none."""
    if verdict in (Verdict.UNSURE, Verdict.POOR):
        return None, ""
    if verdict is Verdict.NEW and name is None:
        name = next_free_name(edit.connection)
    name = checked_whale_name(name or "")
    found = edit.rows(whale, whale.c.name == name)
    if verdict is Verdict.SAME:
        if not found:
            raise WhaleIdError(f"There is no whale {name} in the catalogue.", "Name it as a new whale.")
        return found[0]["id"], name
    if found:
        raise WhaleIdError(f"{name} is a whale of the catalogue already.", "Give the new one another name.")
    check_free(edit, name)
    return edit.insert(whale, [{"name": name}])[0], name


def _new_before(
    edit: Recorder, verdict: Verdict, name: str | None, former: Sequence[Mapping[str, Any]]
) -> tuple[int, str] | None:
    """The whale that the same decision made before, so that to repeat it changes nothing."""
    if verdict is Verdict.NEW and former and former[0]["verdict"] == Verdict.NEW.value:
        row = edit.row(whale, former[0]["whale_id"])
        if name is None or name.strip() == row["name"]:
            return row["id"], row["name"]
    return None


def _check_other_tails(edit: Recorder, row: Mapping[str, Any], whale_id: int | None, title: str) -> None:
    if whale_id is None:
        return
    others = (tail.c.photo_id == row["photo_id"]) & (tail.c.id != row["id"]) & (tail.c.whale_id == whale_id)
    if edit.rows(tail, others):
        raise WhaleIdError(
            f"{title} shows two tails, which can't be one whale.", "Choose another whale for one of them."
        )
