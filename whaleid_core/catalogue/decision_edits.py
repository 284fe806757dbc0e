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
        self,
        tail_id: int,
        verdict: Verdict,
        whale: str | None = None,
        model: str = "",
        shown: int = 0,
        searched: str = "",
    ) -> Change:
        """Decide on a tail; see `decide_all`."""
        return self.decide_all([tail_id], verdict, whale, model, shown, searched)

    def decide_all(
        self,
        tail_ids: Sequence[int],
        verdict: Verdict,
        whale: str | None = None,
        model: str = "",
        shown: int = 0,
        searched: str = "",
    ) -> Change:
        """Decide on tails that show one whale, as one step; decisions that were there are replaced.

        Args:
            verdict: SAME needs a whale of the catalogue; NEW makes one, and the other tails are the same as it.
            whale: its name; for NEW the next free one if not given.
            model: the model whose candidates were seen.
            shown: how many candidates were seen.
            searched: what they were chosen from, in words, where that wasn't everything.

        Raises:
            WhaleIdError: no such tail or whale, a new whale's name is taken, or another of a photo's tails is it.
        """
        with self.edit() as edit:
            self._decide(edit, tail_ids, verdict, whale, model, shown, searched)
        return edit.change

    def _decide(
        self,
        edit: Recorder,
        tail_ids: Sequence[int],
        verdict: Verdict,
        whale: str | None = None,
        model: str = "",
        shown: int = 0,
        searched: str = "",
    ) -> None:
        told = {"model": model, "shown": shown, "searched": searched}
        title, name = self._decide_one(edit, tail_ids[0], verdict, whale, told)
        others = Verdict.SAME if verdict is Verdict.NEW else verdict
        for tail_id in tail_ids[1:]:
            self._decide_one(edit, tail_id, others, name or whale, told)
        what, is_ = (title, "is") if len(tail_ids) == 1 else (f"{len(tail_ids)} tails", "are")
        edit.label = {
            Verdict.SAME: f"{what} {is_} {name}",
            Verdict.NEW: f"{what} {is_} a new whale, {name}",
            Verdict.UNSURE: f"{what} {is_} unsure",
            Verdict.POOR: f"{what} {is_} too poor to tell",
        }[verdict]

    def _decide_one(
        self, edit: Recorder, tail_id: int, verdict: Verdict, whale: str | None, told: Mapping[str, Any]
    ) -> tuple[str, str]:
        """Decide on one tail; gives its photo's title and the whale's name."""
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
            **told,
        }
        if former:
            edit.update(decision, {former[0]["id"]: values})
        else:
            edit.insert(decision, [{"tail_id": tail_id, **values}])
        edit.set(tail, [tail_id], whale_id=whale_id, verdict=verdict.value)
        drop_unfounded(edit, former)
        return title, name

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
