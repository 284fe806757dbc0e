"""Photos that are there as new ones become known: a list that came later says which whale they show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from whaleid_core.catalogue.intake import whale_ids
from whaleid_core.catalogue.names import of_photos
from whaleid_core.catalogue.row_writes import chunks
from whaleid_core.catalogue.schema import photo, tail
from whaleid_core.catalogue.store import Store
from whaleid_core.records import Change, Verdict


class KnownEdits(Store):
    """What a list of known whales does to photos that the catalogue has."""

    def know_photos(self, whales: Mapping[str, str]) -> Change:
        """Make new photos known: content hash -> whale; their surest tail is that whale.

        Photos that are known already, can't be read, or have a tail that a person concluded something about, stay.
        """
        with self.edit() as edit:
            new = (photo.c.role == "new") & (photo.c.known_whale_id.is_(None)) & (photo.c.problem == "")
            rows = {
                row["id"]: row
                for some in chunks(whales)
                for row in edit.rows(photo, new & photo.c.content_hash.in_(some))
            }
            tails: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
            for some in chunks(rows):
                for row in edit.rows(tail, tail.c.photo_id.in_(some)):
                    tails[row["photo_id"]].append(row)
            for key, found in tails.items():
                if any(row["verdict"] is not None for row in found):
                    del rows[key]
            named = whale_ids(edit, {whales[row["content_hash"]] for row in rows.values()})
            whale_of = {key: named[name] for key, row in rows.items() if (name := whales[row["content_hash"]]) in named}
            edit.update(photo, {key: {"role": "known", "known_whale_id": into} for key, into in whale_of.items()})
            best = {key: max(tails[key], key=lambda row: row["confidence"]) for key in whale_of if tails[key]}
            same = Verdict.SAME.value
            edit.update(tail, {row["id"]: {"whale_id": whale_of[key], "verdict": same} for key, row in best.items()})
            edit.label = f"{of_photos([rows[key]['path'] for key in whale_of])} known by a list"
        return edit.change
