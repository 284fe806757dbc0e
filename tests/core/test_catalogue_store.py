"""The catalogue on the disk: made, opened, refused, backed up, migrated, shared by threads."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from reliability import Tried

from whaleid_core.catalogue import Catalogue, is_catalogue, migrate, schema, sqlite
from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.records import Box, Photo


def photos(count: int) -> list[Photo]:
    return [Photo(f"/sea/day/IMG_{number:04d}.jpg", f"{number:064x}", 3000, 2000) for number in range(count)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    # Letters, blanks and signs that mean something in the address of a database.
    return tmp_path / "Fjörd 2025 고래 #1?%20"


@pytest.fixture
def catalogue(folder: Path) -> Iterator[Catalogue]:
    with Catalogue.create(folder, "Fjord 2025") as made:
        yield made


def test_a_new_catalogue_is_a_folder_that_opens_again(folder: Path) -> None:
    assert not is_catalogue(folder)
    with Catalogue.create(folder) as made:
        uid = made.uid
        assert made.name == folder.name
        made.add_photos(photos(2))
    assert is_catalogue(folder)
    assert sorted(path.name for path in folder.iterdir()) == ["backups", "catalogue.sqlite", "thumbnails"]
    with Catalogue.open(folder) as again:
        assert (again.uid, again.name, len(again.photo_ids())) == (uid, folder.name, 2)


def test_none_is_made_where_one_is(catalogue: Catalogue) -> None:
    with pytest.raises(WhaleIdError, match="holds a catalogue already"):
        Catalogue.create(catalogue.folder)


def test_none_is_made_where_a_file_is(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(WhaleIdError, match="No catalogue can be made") as caught:
        Catalogue.create(tmp_path / "taken")
    assert caught.value.kind is Kind.ENVIRONMENT


def test_what_a_broken_attempt_left_does_no_harm(folder: Path) -> None:
    folder.mkdir()
    for left in ("", "-wal", "-shm"):
        (folder / f"catalogue.sqlite.part{left}").write_bytes(b"half a file")
    with Catalogue.create(folder) as made:
        made.add_photos(photos(1))
    assert sorted(path.name for path in folder.glob("catalogue*")) == ["catalogue.sqlite"]


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WhaleIdError, match="isn't a catalogue") as caught:
        Catalogue.open(tmp_path)
    assert "catalogue.sqlite" in caught.value.hint


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0 and then nothing of the kind" * 200, b"text" * 1000])
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "catalogue.sqlite").write_bytes(content)
    with pytest.raises(WhaleIdError, match=r"damaged|wasn't written by WhaleGUI") as caught:
        Catalogue.open(tmp_path)
    assert caught.value.hint


def test_a_database_of_something_else_is_refused(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "catalogue.sqlite")
    other.execute("CREATE TABLE recipes(id INTEGER)")
    other.commit()
    other.close()
    with pytest.raises(WhaleIdError, match="wasn't written by WhaleGUI"):
        Catalogue.open(tmp_path)


def test_a_catalogue_cut_in_the_middle_is_told_as_damaged(catalogue: Catalogue) -> None:
    catalogue.add_photos(photos(500))
    catalogue.close()
    file = catalogue.folder / "catalogue.sqlite"
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2 // 4096 * 4096])
    with pytest.raises(WhaleIdError, match="damaged") as caught, Catalogue.open(catalogue.folder) as opened:
        opened.photos(opened.photo_ids())
    assert "backups" in caught.value.hint


@pytest.mark.hard
def test_a_newer_catalogue_is_refused_and_left_alone(catalogue: Catalogue, tried: Tried) -> None:
    catalogue.close()
    set_revision(catalogue.folder, "9999")
    before = (catalogue.folder / "catalogue.sqlite").read_bytes()
    with pytest.raises(WhaleIdError, match="newer WhaleGUI") as caught:
        Catalogue.open(catalogue.folder)
    assert caught.value.hint
    assert (catalogue.folder / "catalogue.sqlite").read_bytes() == before
    assert list((catalogue.folder / "backups").iterdir()) == []
    tried("A catalogue of a newer program", 1, "refused in a sentence, not a byte of it changed")


def set_revision(folder: Path, revision: str) -> None:
    connection = sqlite3.connect(folder / "catalogue.sqlite")
    connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    connection.commit()
    connection.close()


def test_an_older_catalogue_is_copied_before_it_is_brought_up_to_date(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue.add_photos(photos(3))
    catalogue.close()
    # Seen from a program with one migration more, this catalogue is older.
    monkeypatch.setattr(migrate, "NEWEST", "a later one")
    with pytest.raises(WhaleIdError, match="older version") as caught:
        Catalogue.open(catalogue.folder, read_only=True)
    assert caught.value.hint
    with Catalogue.open(catalogue.folder) as opened:
        assert len(opened.photo_ids()) == 3
    [copy] = (catalogue.folder / "backups").iterdir()
    assert copy.name.endswith(f"-v{schema.NEWEST}.sqlite")
    assert copy.read_bytes()[:15] == b"SQLite format 3"


@pytest.mark.parametrize(("version", "edits"), [("0001", 4), ("0002", 4), ("0003", 6), ("0004", 7)])
def test_a_catalogue_of_an_older_version_opens_with_all_that_is_in_it(tmp_path: Path, version: str, edits: int) -> None:
    old = sqlite3.connect(tmp_path / "catalogue.sqlite")
    old.executescript(Path(__file__).with_name(f"catalogue_{version}.sql").read_text(encoding="utf-8"))
    old.close()
    with Catalogue.open(tmp_path) as opened:
        assert (opened.name, opened.counts().photos, len(opened.journal())) == ("Fjord 2025", 2, edits)
        assert opened.embeddings("humpback-lite0 0.1.0")[0].tolist() == [1, 2]
        assert [row.whale for row in opened.suggestions(2)] == ["HW0001", "new_whale"]
        assert opened.tails_without_keypoints("sift") == [1, 2]
        assert opened.store_keypoints("sift", {1: b"points"}) == 1
        with opened.reading() as connection:
            assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
        assert opened.differences() == []
        if version >= "0003":
            assert [row.name for row in opened.whale_names(1)] == ["NA-0712"]
        if version >= "0004":
            assert opened.compared_tails() == {(1, 2): True}
        assert not opened.tails(1)[0].box.disputed
        decided = opened.journal()[0]
        assert opened.apply(opened.journal_change(decided.id).inverse).tables == {"decision", "tail"}
    [copy] = (tmp_path / "backups").iterdir()
    assert copy.name.endswith(f"-v{version}.sqlite")


def test_migrations_end_in_the_tables_that_the_program_uses(catalogue: Catalogue) -> None:
    with catalogue.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
        assert migrate.revision(connection) == schema.NEWEST
    migrations = ScriptDirectory(str(Path(migrate.__file__).with_name("migrations")))
    assert migrations.get_current_head() == schema.NEWEST


def test_an_upgrade_of_what_is_current_changes_nothing(catalogue: Catalogue) -> None:
    catalogue.add_photos(photos(3))
    catalogue.close()
    migrate.upgrade(catalogue.folder / "catalogue.sqlite")
    with Catalogue.open(catalogue.folder) as again:
        assert len(again.photo_ids()) == 3


def test_a_migration_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    file = tmp_path / "half.sqlite"
    sqlite.begin_file(file)
    engine = sqlite.make_engine(file, foreign_keys=False)
    with engine.begin() as connection:
        # In the way of the last table that the first migration makes.
        connection.exec_driver_sql("CREATE TABLE journal(id INTEGER)")
    with pytest.raises(Exception, match="already exists"):
        migrate.upgrade(file)
    with engine.connect() as connection:
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
    engine.dispose()
    assert names == ["journal"]


def test_a_backup_is_a_whole_catalogue_of_that_moment(catalogue: Catalogue, tmp_path: Path) -> None:
    catalogue.add_photos(photos(3))
    copy = catalogue.backup()
    catalogue.add_photos(photos(10))
    assert copy.parent == catalogue.folder / "backups"
    (tmp_path / "restored").mkdir()
    copy.rename(tmp_path / "restored" / "catalogue.sqlite")
    with Catalogue.open(tmp_path / "restored") as restored:
        assert (restored.uid, len(restored.photo_ids())) == (catalogue.uid, 3)


def test_two_backups_have_names_in_order_of_time(catalogue: Catalogue) -> None:
    first, second = catalogue.backup(), catalogue.backup()
    assert first.name < second.name


def test_read_only_shows_everything_and_changes_nothing(catalogue: Catalogue) -> None:
    catalogue.add_photos(photos(3))
    with Catalogue.open(catalogue.folder, read_only=True) as looked_at:
        assert looked_at.counts().photos == 3
        with pytest.raises(WhaleIdError, match="open for reading only"):
            looked_at.accept_boxes(looked_at.photo_ids())
        with pytest.raises(WhaleIdError, match="open for reading only"):
            looked_at.store_embeddings("package", {})
        with pytest.raises(WhaleIdError, match="open for reading only"):
            looked_at.store_keypoints("kind", {})
        catalogue.accept_boxes(catalogue.photo_ids())
        assert looked_at.photo(1).checked


def test_every_connection_holds_to_links_and_to_the_disk(catalogue: Catalogue) -> None:
    with catalogue.reading() as first, catalogue.reading() as second:
        for connection in (first, second):
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_an_edit_that_fails_leaves_nothing(catalogue: Catalogue) -> None:
    catalogue.add_photos(photos(1))

    def write_and_fail() -> None:
        with catalogue.edit("half an edit") as edit:
            edit.set(schema.photo, [1], note="written")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    assert catalogue.photo(1).note == ""
    assert [row.label for row in catalogue.journal()] == ["IMG_0000 added"]


def test_a_row_that_points_nowhere_is_a_bug_and_leaves_nothing(catalogue: Catalogue) -> None:
    corners = {"xmin": 0.0, "ymin": 0.0, "xmax": 1.0, "ymax": 1.0}

    def write_astray() -> None:
        with catalogue.edit("astray") as edit:
            edit.insert(schema.encounter, [{"name": "kept?"}])
            edit.insert(schema.tail, [{"photo_id": 77, **corners, "drawn_by": "person", "confidence": 1.0}])

    with pytest.raises(WhaleIdError) as caught:
        write_astray()
    assert caught.value.kind is Kind.BUG
    assert catalogue.encounters() == []


def test_the_journal_says_who_did_what_newest_first(catalogue: Catalogue) -> None:
    catalogue.who = "Ana"
    added = catalogue.add_photos(photos(12))
    catalogue.who = "Ben"
    catalogue.draw_box(1, Box(10, 10, 500, 300))
    assert not catalogue.add_photos(photos(12))
    rows = catalogue.journal()
    assert [(row.who, row.label) for row in rows] == [("Ben", "Box drawn on IMG_0000"), ("Ana", "12 photos added")]
    assert rows[0].tables == {"tail"}
    assert rows[0].at > rows[1].at
    assert rows[0].at.tzinfo is not None
    assert catalogue.journal_change(rows[1].id) == added
    with pytest.raises(WhaleIdError):
        catalogue.journal_change(99)


def test_threads_write_one_after_the_other_and_read_at_any_time(catalogue: Catalogue) -> None:
    catalogue.add_photos(photos(4))

    def draw(photo_id: int) -> None:
        for number in range(8):
            catalogue.draw_box(photo_id, Box(number * 100, 10, number * 100 + 90, 80))

    def look(photo_id: int) -> int:
        return max(len(catalogue.tails(photo_id)) + catalogue.counts().photos for _ in range(10))

    with ThreadPoolExecutor(6) as pool:
        drawn = [pool.submit(draw, photo_id) for photo_id in (1, 2, 3, 4)]
        looked = [pool.submit(look, photo_id) for photo_id in (1, 2)]
        for job in drawn:
            job.result()
        assert all(4 <= job.result() <= 12 for job in looked)
    assert catalogue.counts().tails == 32
    assert len(catalogue.journal()) == 33


def test_a_second_window_waits_for_the_first_ones_write(catalogue: Catalogue) -> None:
    with Catalogue.open(catalogue.folder) as second, ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(each.add_photos, photos(20)) for each in (catalogue, second)]
        assert sorted(len(job.result().rows) for job in jobs) == [0, 21]
        assert second.counts() == catalogue.counts()
