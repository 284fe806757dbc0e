"""What was identified goes out as tables that other programs read: each cell by hand, and against what they read."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from whaleid_core import cli
from whaleid_core.catalogue import Catalogue
from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.formats.kaggle import read_ids
from whaleid_core.records import Box, Photo, Verdict
from whaleid_core.sighting_files import COLUMNS, FORMS

MORNING = datetime(2024, 8, 12, 9, 5)


def photo(number: int, days: int | None, place: tuple[float, float] | None = None, folder: str = "day") -> Photo:
    taken = None if days is None else MORNING + timedelta(days=days, minutes=number)
    latitude, longitude = place or (None, None)
    path = f"/sea/{folder}/IMG_{number}.jpg"
    return Photo(path, f"{number + len(folder):064x}", 3000, 2000, taken, latitude, longitude, "NIKON Z 9", "Ada")


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    """Two years: a known whale met again, a new one beside it, one unsure, one waiting; and a photo without a time."""
    with Catalogue.create(tmp_path / "fjord") as made:
        made.who = "Ada"
        made.add_photos([photo(1, -400)], "known", {photo(1, -400).content_hash: "HW0007"})
        made.add_photos([photo(2, 0, (69.5, 18.25)), photo(3, 0), photo(4, 0), photo(5, None), photo(1, 0, None, "b")])
        made.make_encounter([2, 3, 4], "Kvænangen 1/2")
        made.set_area([1], "Troms")
        for key in (2, 3, 4, 5, 6):
            made.draw_box(key, Box(100, 100, 900, 500))
        made.draw_box(2, Box(1500, 100, 2300, 500))
        (first, second), (third,), (fourth,), (fifth,) = ([row.id for row in made.tails(key)] for key in (2, 3, 4, 5))
        made.decide(first, Verdict.SAME, "HW0007")
        made.decide(second, Verdict.NEW, "=cmd")
        made.decide(third, Verdict.SAME, "HW0007")
        made.decide(fourth, Verdict.UNSURE)
        made.decide(fifth, Verdict.SAME, "=cmd")
        made.rate_tail(first, sharpness=2, distinctiveness=1)
        made.set_note("photo", 3, "two blows,\nthen dived")
        made.set_whale(made.whale_id("HW0007") or 0, sex="F")
        yield made


def written(catalogue: Catalogue, key: str, folder: Path) -> tuple[int, Path]:
    form = FORMS[key]
    return form.write(catalogue, folder / form.file), folder / form.file


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_table_has_a_row_for_each_tail_that_was_identified(catalogue: Catalogue, tmp_path: Path) -> None:
    count, path = written(catalogue, "sightings", tmp_path)
    rows = table(path)
    assert list(rows[0]) == list(COLUMNS)
    assert count == len(rows) == 6
    told = [(row["image"], row["tail"], row["whale"], row["verdict"], row["decided_by"]) for row in rows]
    assert told == [
        ("IMG_1.jpg", "", "HW0007", "list", ""),
        ("IMG_2.jpg", "0", "HW0007", "same", "Ada"),
        ("IMG_2.jpg", "1", "'=cmd", "new", "Ada"),
        ("IMG_3.jpg", "0", "HW0007", "same", "Ada"),
        ("IMG_4.jpg", "0", "", "unsure", "Ada"),
        ("IMG_5.jpg", "0", "'=cmd", "same", "Ada"),
    ]
    second = rows[1]
    assert second["taken_at"] == "2024-08-12 09:07:00"
    assert (second["latitude"], second["longitude"]) == ("69.5", "18.25")
    assert (second["encounter"], second["area"]) == ("Kvænangen 1/2", "Troms")
    assert (second["camera"], second["photographer"]) == ("NIKON Z 9", "Ada")
    assert (second["sharpness"], second["distinctiveness"], second["exposure"]) == ("2", "1", "")
    assert abs(datetime.fromisoformat(second["decided_at"]).timestamp() - datetime.now().timestamp()) < 600
    assert rows[3]["note"] == "two blows,\nthen dived"
    assert rows[5]["taken_at"] == rows[5]["latitude"] == ""


def test_photos_of_one_name_are_told_apart(catalogue: Catalogue, tmp_path: Path) -> None:
    (tail,) = catalogue.tails(6)
    catalogue.decide(tail.id, Verdict.SAME, "HW0007")
    _, path = written(catalogue, "sightings", tmp_path)
    assert {"day/IMG_1.jpg", "b/IMG_1.jpg", "IMG_2.jpg"} <= {row["image"] for row in table(path)}


def test_the_table_of_known_whales_is_a_list_of_known_whales_again(catalogue: Catalogue, tmp_path: Path) -> None:
    catalogue.delete_box(catalogue.tails(2)[1].id)  # a photo of two whales is no photo of one
    _, path = written(catalogue, "sightings", tmp_path)
    ids = read_ids(path)
    assert ids == {
        "IMG_1.jpg": "HW0007", "IMG_2.jpg": "HW0007", "IMG_3.jpg": "HW0007", "IMG_4.jpg": "", "IMG_5.jpg": "=cmd",
    }  # fmt: skip


def test_wildbook_gets_a_row_a_whale_in_an_encounter(catalogue: Catalogue, tmp_path: Path) -> None:
    count, path = written(catalogue, "wildbook", tmp_path)
    rows = table(path)
    assert count == len(rows) == 4
    names = "MarkedIndividual.individualID", "Encounter.mediaAsset0", "Encounter.mediaAsset1"
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("HW0007", "IMG_1.jpg", ""),
        ("'=cmd", "IMG_2.jpg", ""),
        ("HW0007", "IMG_2.jpg", "IMG_3.jpg"),
        ("'=cmd", "IMG_5.jpg", ""),
    ]
    species = {(row["Encounter.genus"], row["Encounter.specificEpithet"]) for row in rows}
    assert species == {("Megaptera", "novaeangliae")}
    again = rows[2]
    when = [again[f"Encounter.{part}"] for part in ("year", "month", "day", "hour", "minutes")]
    assert when == ["2024", "8", "12", "9", "7"]
    assert (again["Encounter.decimalLatitude"], again["Encounter.decimalLongitude"]) == ("69.5", "18.25")
    assert again["Encounter.verbatimLocality"] == "Troms, Kvænangen 1/2"
    assert again["Encounter.sex"] == "female"
    assert all(re.fullmatch(r"[A-Za-z0-9_-]*", row["Encounter.occurrenceID"]) for row in rows)
    assert [row["Encounter.occurrenceID"] for row in rows] == ["", *["fjord_2024-08-12_Kv_nangen_1_2"] * 2, ""]
    assert "Encounter.patterningCode" not in again, "a column that is empty throughout is refused"


def test_capture_histories_are_as_mark_reads_them(catalogue: Catalogue, tmp_path: Path) -> None:
    count, path = written(catalogue, "mark", tmp_path)
    assert count == 2
    text = path.read_text(encoding="utf-8")
    assert text == "/* Occasions: 2023 2024 */\n/* =cmd */ 01 1;\n/* HW0007 */ 11 1;\n"


def test_no_name_ends_a_comment_of_a_capture_history(catalogue: Catalogue, tmp_path: Path) -> None:
    catalogue.rename_whale(catalogue.whale_id("=cmd") or 0, "a */ 1111 1;")
    _, path = written(catalogue, "mark", tmp_path)
    # What is left without comments is what MARK reads.
    assert re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8")).split("\n") == ["", " 11 1;", " 01 1;", ""]


def test_without_any_time_there_are_no_capture_histories(catalogue: Catalogue, tmp_path: Path) -> None:
    catalogue.set_time(catalogue.photo_ids(), None)
    with pytest.raises(WhaleIdError, match="has a time"):
        written(catalogue, "mark", tmp_path)


@pytest.mark.parametrize("key", FORMS)
def test_without_any_decision_nothing_is_written(tmp_path: Path, key: str) -> None:
    with Catalogue.create(tmp_path / "empty") as empty:
        empty.add_photos([photo(1, 0)])
        empty.draw_box(1, Box(100, 100, 900, 500))
        with pytest.raises(WhaleIdError, match="Nothing was identified yet") as told:
            FORMS[key].write(empty, tmp_path / "out")
    assert told.value.kind is Kind.INPUT
    assert told.value.hint
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("key", FORMS)
def test_the_command_line_writes_them(
    catalogue: Catalogue, tmp_path: Path, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    count, path = written(catalogue, key, tmp_path)
    catalogue.close()
    assert cli.run(["export", str(catalogue.folder), "--format", key, "--out", str(tmp_path / "again")]) == 0
    assert capsys.readouterr().out.startswith(f"{count} {FORMS[key].rows} written to ")
    assert (tmp_path / "again").read_bytes() == path.read_bytes()
