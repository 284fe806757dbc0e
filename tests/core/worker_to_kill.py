"""A process that works on a catalogue, says each thing it has done once that is done, and waits to be killed."""

from __future__ import annotations

import contextlib
import random
import sys
from pathlib import Path

import numpy as np

from whaleid_core import exchange, workflow
from whaleid_core.catalogue import Catalogue, PhotoFilter, is_catalogue
from whaleid_core.catalogue.schema import NEWEST
from whaleid_core.errors import WhaleIdError
from whaleid_core.formats.boxes import FORMATS
from whaleid_core.records import Box, Candidate, Change, Identification, Verdict


def say(what: str) -> None:
    """One line, out of this process at once."""
    print(what, flush=True)


class Worker:
    """Does one thing after the other, by chance."""

    def __init__(self, catalogue: Catalogue, photos: Path, seed: int) -> None:
        self.catalogue = catalogue
        self.photos = photos
        self.random = random.Random(seed)
        self.deeds = (
            self.search, self.search, self.match, self.decide, self.decide, self.undo, self.redo, self.merge,
            self.export, self.export_boxes, self.copy,
        )  # fmt: skip

    def work(self) -> None:
        """Add the photos that aren't there, then go on until the end."""
        added = workflow.add_photos(self.catalogue, [self.photos], tell=self.made)
        say(f"photos {len(self.catalogue.photo_ids()) if added else 0}")
        while True:
            self.random.choice(self.deeds)()

    def made(self, change: Change) -> None:
        """Tell of an edit, which is on the disk now."""
        if change:
            newest = self.catalogue.journal(1)[0]
            say(f"edit {newest.id} {newest.label}")

    def search(self) -> None:
        """What finding tails does with a photo: the next one that wasn't searched."""
        for photo in self.catalogue.photo_ids(PhotoFilter(searched=False))[:1]:
            box = Box(1, 2, self.random.randint(5, 30), self.random.randint(5, 20))
            self.made(self.catalogue.add_boxes(photo, [box], searched_by="a finder 1.0"))

    def match(self) -> None:
        """What comparing does: vectors and candidates of tails that wait, which stand in no journal."""
        waiting = self.catalogue.tails_to_match()[:8]
        self.catalogue.store_embeddings("a network 1.0", {tail: np.ones(64, np.float32) for tail in waiting})
        names = [whale.name for whale in self.catalogue.whales()[:5]]
        candidates = tuple(Candidate(name, 0.5, 0.9 / len(names)) for name in names)
        found = {tail: Identification("", 0, None, candidates, 0.9) for tail in waiting}
        self.catalogue.store_all_suggestions(found, "a network 1.0")
        say(f"matched {len(waiting)}")

    def decide(self) -> None:
        waiting = self.catalogue.tails_to_match()
        if waiting:
            self.made(self.catalogue.decide(self.random.choice(waiting), Verdict.NEW))

    def undo(self) -> None:
        done = self.catalogue.history().done
        if len(done) > 5:
            self.made(self.catalogue.take_back(done[-1].entries))

    def redo(self) -> None:
        undone = self.catalogue.history().undone
        if undone:
            self.made(self.catalogue.take_back(undone[0].entries))

    def merge(self) -> None:
        whales = self.catalogue.whales()
        if len(whales) > 3:
            keep, gone = self.random.sample([whale.id for whale in whales], 2)
            with contextlib.suppress(WhaleIdError):  # both are on one photo
                self.made(self.catalogue.merge_whales(keep, gone))

    def export(self) -> None:
        say(f"exported {workflow.export_kaggle(self.catalogue, self.catalogue.folder / 'out.csv')}")

    def export_boxes(self) -> None:
        if self.catalogue.boxes_by_photo():
            file = self.catalogue.folder / "boxes.csv"
            say(f"boxes {exchange.export_boxes(self.catalogue, file, FORMATS['csv'])}")

    def copy(self) -> None:
        for old in sorted((self.catalogue.folder / "backups").glob(f"*-v{NEWEST}.sqlite"))[:-1]:
            old.unlink()
        say(f"copied {self.catalogue.backup().name}")


def main(folder: Path, photos: Path, seed: int) -> None:
    """Open the catalogue, which may need a migration, or make it, and work."""
    say("begun")
    with Catalogue.open(folder) if is_catalogue(folder) else Catalogue.create(folder, "Fjord") as catalogue:
        say("open")
        Worker(catalogue, photos, seed).work()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
