"""Where a catalogue lies: a share without a write-ahead log, a full disk, a clock set back, a second program."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import strange_photos as strange
from reliability import Tried

from whaleid_core import workflow
from whaleid_core.catalogue import Catalogue, store
from whaleid_core.catalogue.claim import FILE, Claim
from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.records import Photo

pytestmark = pytest.mark.hard

HOLDS = "import sys; from pathlib import Path; from whaleid_core.catalogue.claim import Claim\n" \
    "claim = Claim(Path(sys.argv[1])); print(claim.take('Ana'), flush=True); sys.stdin.read()"  # fmt: skip


def photos(count: int, first: int = 0) -> list[Photo]:
    numbers = range(first, first + count)
    return [Photo(f"/sea/IMG_{number:04d}.jpg", f"{number:064x}", 3000, 2000) for number in numbers]


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue.create(tmp_path / "Fjord") as made:
        yield made


def mode(folder: Path) -> str:
    connection = sqlite3.connect(folder / "catalogue.sqlite")
    try:
        return str(connection.execute("PRAGMA journal_mode").fetchone()[0])
    finally:
        connection.close()


def test_where_no_log_can_be_kept_a_rollback_journal_is_used_and_said(catalogue: Catalogue, tried: Tried) -> None:
    catalogue.add_photos(photos(3))
    catalogue.close()
    # A folder of this name keeps SQLite from sharing memory, as a network share does.
    (catalogue.folder / "catalogue.sqlite-shm").mkdir()
    with Catalogue.open(catalogue.folder) as opened:
        assert "one program at a time" in opened.notice
        opened.add_photos(photos(3, 3))
        assert len(opened.photo_ids()) == 6
    assert mode(catalogue.folder) == "delete"
    with Catalogue.open(catalogue.folder) as again:
        assert again.notice
        assert again.counts().photos == 6
    tried("A catalogue where WAL can't be used", 1, "journal mode DELETE, said in a sentence, nothing lost")


def test_as_a_rule_the_log_is_kept_and_nothing_is_said(catalogue: Catalogue) -> None:
    catalogue.close()
    with Catalogue.open(catalogue.folder) as opened:
        assert opened.notice == ""
    assert mode(catalogue.folder) == "wal"


def test_a_full_disk_is_a_sentence_and_work_goes_on_when_there_is_room(catalogue: Catalogue, tried: Tried) -> None:
    catalogue.add_photos(photos(10))
    with catalogue.reading() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    with pytest.raises(WhaleIdError, match="is full, so nothing was changed") as caught:
        catalogue.add_photos(photos(2000, 10))
    assert caught.value.kind is Kind.ENVIRONMENT
    assert caught.value.hint
    assert len(catalogue.photo_ids()) == 10
    with catalogue.reading() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1073741823")
    catalogue.add_photos(photos(2000, 10))
    assert len(catalogue.photo_ids()) == 2010
    tried("Disk full during an edit", 1, "a sentence, nothing changed; the same edit works once there is room")


def test_a_card_pulled_out_keeps_what_was_read(catalogue: Catalogue, tmp_path: Path, tried: Tried) -> None:
    card = tmp_path / "card"
    card.mkdir()
    count = 80
    for number in range(count):
        (card / f"{number:03d}.png").write_bytes(strange.bytes_of("png", strange.scene(8, 8, number)))
    away = tmp_path / "pocket"

    def tell(change: object) -> None:
        if card.is_dir():
            card.rename(away)

    with pytest.raises(WhaleIdError, match="pulled out") as caught:
        workflow.add_photos(catalogue, [card], tell=tell)
    assert caught.value.hint
    safe = catalogue.counts().photos
    assert 0 < safe < count
    away.rename(card)
    workflow.add_photos(catalogue, [card])
    counts = catalogue.counts()
    assert (counts.photos, counts.problems) == (count, 0)
    tried("A card pulled out during an import and put back", 1, "what was read was safe, the rest came afterwards")


def test_a_clock_set_back_mixes_nothing_up(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, tried: Tried) -> None:
    catalogue.add_photos(photos(1))

    class SetBack(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime(1999, 12, 31, tzinfo=UTC)

    monkeypatch.setattr(store, "datetime", SetBack)
    catalogue.add_photos(photos(1, 1))
    first, second = reversed(catalogue.journal())
    assert second.id > first.id
    assert second.at < first.at
    steps = catalogue.history().done
    catalogue.take_back(steps[-1].entries)
    assert [row.name for row in catalogue.photos(catalogue.photo_ids())] == ["IMG_0000.jpg"]
    tried("A clock set back between two edits", 1, "undo and journal keep the order of the edits")


def test_another_program_is_told_who_has_it_until_that_ends(catalogue: Catalogue, tried: Tried) -> None:
    roots = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(catalogue.folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": roots},
    ) as other:  # fmt: skip
        assert other.stdout is not None
        assert other.stdout.readline().strip() == "None"
        holder = catalogue.claim("Ben")
        assert holder is not None
        assert (holder.who, holder.pid) == ("Ana", other.pid)
        assert str(holder).startswith("Ana on ")
        other.kill()
    # What it left is no obstacle: the lock went with it.
    assert (catalogue.folder / FILE).stat().st_size > 0
    assert catalogue.claim("Ben") is None
    assert catalogue.claim("Ben") is None
    again = Claim(catalogue.folder)
    assert str(again.take("Ana")).startswith("Ben on ")
    catalogue.close()
    assert again.take("Ana") is None
    again.release()
    tried("A catalogue opened by a second program", 3, "who has it is said; a lock whose program was killed is none")


def test_where_nothing_can_be_locked_nobody_is_kept_out(tmp_path: Path) -> None:
    assert Claim(tmp_path / "no such folder").take("Ana") is None
