"""The `whaleid` command: whole jobs on a small survey, and every way to use it wrongly, in a sentence."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from whaleid_core import cli
from whaleid_core.catalogue import Catalogue
from whaleid_core.catalogue.rows import PhotoFilter
from whaleid_core.formats.boxes_csv import read_boxes, write_boxes
from whaleid_core.formats.kaggle import read_ids, read_submission
from whaleid_core.records import NEW_WHALE, Box, Verdict
from whaleid_core.sample import Survey

KOREAN = "고래 꼬리.jpg"
BOX = Box(100, 60, 380, 260)

Capture = pytest.CaptureFixture[str]


def run(*arguments: object) -> int:
    return cli.run([str(argument) for argument in arguments])


def identify(survey: Survey, out: Path, *more: object) -> int:
    folders = ("--known", survey.train_csv, "--known-photos", survey.known_dir, "--new-photos", survey.new_dir)
    return run("identify", *folders, "--out", out, "--device", "cpu", *more)


def broken(survey: Survey) -> str:
    return min(survey.new_dir.iterdir(), key=lambda path: path.stat().st_size).name


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def whales(survey: Survey) -> set[str]:
    return set(read_ids(survey.train_csv).values())


def refused(capsys: Capture, status: int, *arguments: object) -> str:
    """What standard error says of a command that ends with this status; no traceback, no file."""
    capsys.readouterr()
    assert run(*arguments) == status
    told = capsys.readouterr()
    assert "Traceback" not in told.out + told.err
    assert told.err.strip()
    if status == 1:
        sentence, *hint = told.err.strip().splitlines()
        assert len(hint) <= 1
        assert sentence.endswith(".")
    return told.err


def test_the_main_job_with_what_ships(survey: Survey, whales: set[str], tmp_path: Path, capsys: Capture) -> None:
    """A subfolder, a text file and the photos of no whale in the list are passed over."""
    new = tmp_path / "new"
    shutil.copytree(survey.new_dir, new)
    (new / "deeper").mkdir()
    shutil.copy(new / KOREAN, new / "deeper" / "IMG_9999.jpg")
    (new / "notes.txt").write_text("rain")
    known = tmp_path / "known.csv"
    one = next(iter(read_ids(survey.train_csv)))
    known.write_text(survey.train_csv.read_text(encoding="utf-8") + "gone.jpg,w_gone\n", encoding="utf-8")
    known.write_text(
        "\n".join(
            f"{one},new_whale" if line.startswith(one) else line
            for line in known.read_text(encoding="utf-8").splitlines()
        ),
        encoding="utf-8",
    )
    out, details = tmp_path / "submission.csv", tmp_path / "details.csv"

    status = run(
        "identify", "--known", known, "--known-photos", survey.known_dir, "--new-photos", new, "--out", out,
        "--details", details,
    )  # fmt: skip

    told = capsys.readouterr()
    assert status == 0, told.err
    assert told.out.strip() == f"10 rows written to {out}."
    assert "gone.jpg is in known.csv, but not in" in told.err
    assert f"{broken(survey)} ends early" in told.err
    assert out.read_text(encoding="utf-8").splitlines()[0] == "Image,Id"
    rows = read_submission(out)
    assert [name for name, _ in rows] == sorted(path.name for path in survey.new_dir.iterdir())
    left = {whale for name, whale in read_ids(survey.train_csv).items() if name != one}
    for name, ids in rows:
        assert 1 <= len(set(ids)) == len(ids) <= 5
        assert set(ids) <= left | {NEW_WHALE}
        if len(ids) == 1:
            assert ids == [NEW_WHALE]
            assert name in told.err
    assert dict(rows)[broken(survey)] == [NEW_WHALE]
    check_details(details, dict(rows), left)


def check_details(path: Path, rows: dict[str, list[str]], whales: set[str]) -> None:
    lines = table(path)
    assert list(lines[0]) == ["Image", "tail", "rank", "Id", "score", "probability"]
    tails = {(line["Image"], line["tail"]) for line in lines}
    assert {name for name, _ in tails} == {name for name, ids in rows.items() if len(ids) > 1}
    for name, tail in tails:
        own = [line for line in lines if (line["Image"], line["tail"]) == (name, tail)]
        assert [line["rank"] for line in own] == [str(rank) for rank in range(1, len(own) + 1)]
        assert {line["Id"] for line in own} == whales | {NEW_WHALE}
        chances = [float(line["probability"]) for line in own]
        assert chances == sorted(chances, reverse=True)
        assert sum(chances) == pytest.approx(1, abs=1e-4)
        assert [line["score"] == "" for line in own] == [line["Id"] == NEW_WHALE for line in own]
    for name, ids in rows.items():
        best = Counter[str]()
        for line in (line for line in lines if line["Image"] == name):
            best[line["Id"]] = max(best[line["Id"]], float(line["probability"]))
        if best:
            assert [best[whale] for whale in ids] == sorted(best.values(), reverse=True)[:5]


def test_given_boxes_and_no_new_whale(
    survey: Survey, whales: set[str], small_program: Path, tmp_path: Path, capsys: Capture
) -> None:
    known, new, details = tmp_path / "known.csv", tmp_path / "new.csv", tmp_path / "details.csv"
    names = sorted(path.name for path in survey.new_dir.iterdir())
    write_boxes(known, {path.name: [BOX] for path in survey.known_dir.glob("*.jpg")})
    write_boxes(new, {name: [BOX, Box(0, 0, 60, 40), Box(9, 9, 99, 99)] for name in names if name != KOREAN})
    with new.open("a", encoding="utf-8") as file:
        file.write(f"{KOREAN},,,,,\n")
    out = tmp_path / "out.csv"
    status = identify(survey, out, "--known-boxes", known, "--new-boxes", new, "--no-new-whale", "--details", details)
    told = capsys.readouterr()
    assert status == 0, told.err
    tails = Counter(name for name, _ in {(line["Image"], line["tail"]) for line in table(details)})
    assert tails == {name: 3 for name in names if name not in (KOREAN, broken(survey))}
    rows = dict(read_submission(out))
    counts = Counter(read_ids(survey.train_csv).values())
    often = sorted(counts, key=lambda whale: (-counts[whale], whale))[:5]
    assert rows[KOREAN] == rows[broken(survey)] == often
    assert all(set(ids) <= whales and len(ids) == 5 for ids in rows.values())
    assert f"{KOREAN} shows no tail." in told.err
    assert f"{broken(survey)} ends early" in told.err


def test_twelve_whales_give_ten_candidates(small_program: Path, tmp_path: Path) -> None:
    assert run("sample", tmp_path, "--whales", 12, "--known", 12, "--new", 2, "--size", "160X120", "--seed", 3) == 0
    boxes = tmp_path / "boxes.csv"
    photos = [*(tmp_path / "known").glob("*.jpg"), *(tmp_path / "new").iterdir()]
    write_boxes(boxes, {photo.name: [Box(20, 20, 140, 100)] for photo in photos})
    status = run(
        "identify", "--known", tmp_path / "known" / "train.csv", "--known-photos", tmp_path / "known",
        "--new-photos", tmp_path / "new", "--known-boxes", boxes, "--new-boxes", boxes,
        "--out", tmp_path / "out.csv", "--details", tmp_path / "details.csv",
    )  # fmt: skip
    assert status == 0
    lines = table(tmp_path / "details.csv")
    assert len(lines) == 20
    assert Counter(line["Id"] for line in lines)[NEW_WHALE] == 2


def test_detect_writes_boxes_of_each_photo(
    survey: Survey, small_program: Path, tmp_path: Path, capsys: Capture
) -> None:
    out = tmp_path / "boxes.csv"
    assert run("detect", survey.new_dir, "--out", out) == 0
    told = capsys.readouterr()
    assert out.read_text(encoding="utf-8").splitlines()[0] == "image,xmin,ymin,xmax,ymax,confidence"
    boxes = read_boxes(out)
    assert set(boxes) <= {path.name for path in survey.new_dir.iterdir()} - {broken(survey)}
    assert told.out.strip() == f"{sum(map(len, boxes.values()))} tails found in 9 photos, written to {out}."
    assert broken(survey) in told.err
    # What detect found is what identify finds: its boxes can be corrected and given back.
    assert all(0 < box.confidence <= 1 for own in boxes.values() for box in own)


def test_the_sample_is_drawn_as_asked(tmp_path: Path, capsys: Capture) -> None:
    arguments = ("--whales", 2, "--known", 3, "--new", 1, "--size", "160x120")
    assert run("sample", tmp_path / "a", *arguments) == 0
    assert capsys.readouterr().out.strip() == f"4 photos drawn in {tmp_path / 'a'}."
    assert run("sample", tmp_path / "b", *arguments, "--seed", 2) == 0
    assert len(list((tmp_path / "a" / "known").glob("*.jpg"))) == 3
    first, second = (sorted(path.read_bytes() for path in (tmp_path / k / "new").iterdir()) for k in "ab")
    assert first != second


def test_a_catalogue_from_beginning_to_end(
    survey: Survey, whales: set[str], small_program: Path, tmp_path: Path, capsys: Capture
) -> None:
    folder, out = tmp_path / "Fjord", tmp_path / "out.csv"
    known = ("--known-csv", survey.train_csv, "--known-photos", survey.known_dir)
    assert run("new", folder, "--name", "Fjord 2025", *known) == 0
    assert capsys.readouterr().out.splitlines() == ["8 photos added.", f"Catalogue made in {folder}."]
    assert run("add", folder, survey.new_dir) == 0
    told = capsys.readouterr()
    assert told.out.strip() == "9 photos added."
    assert broken(survey) in told.err
    assert run("add", folder, survey.new_dir / KOREAN) == 0
    assert "0 photos added, 1 were there already." in capsys.readouterr().out
    assert run("find-tails", folder) == 0
    assert "tails found in 17 photos." in capsys.readouterr().out
    assert run("match", folder, "--device", "cpu") == 0
    with Catalogue.open(folder) as catalogue:
        assert catalogue.name == "Fjord 2025"
        waiting = catalogue.tails_to_match()
        assert f"{len(waiting)} tails matched." in capsys.readouterr().out
        assert {whale.name for whale in catalogue.whales()} == whales
        last, name = decide_on_the_least_likely(catalogue)
    assert run("export", folder, "--out", out) == 0
    assert capsys.readouterr().out.strip() == f"10 rows written to {out}."
    rows = read_submission(out)
    assert [row for row, _ in rows] == sorted(path.name for path in survey.new_dir.iterdir())
    assert dict(rows)[name][0] == last
    assert dict(rows)[broken(survey)] == [NEW_WHALE]
    assert run("export", folder, "--out", out, "--no-new-whale") == 0
    assert all(NEW_WHALE not in ids for _, ids in read_submission(out))


def decide_on_the_least_likely(catalogue: Catalogue) -> tuple[str, str]:
    """Decide that a photo's only tail is the whale that is proposed last; gives the whale and the photo."""
    new = catalogue.photos(catalogue.photo_ids(PhotoFilter(role="new")))
    photo = next(row for row in new if row.tails == 1)
    (tail,) = catalogue.tails(photo.id)
    last = [row.whale for row in catalogue.suggestions(tail.id) if row.whale != NEW_WHALE][-1]
    catalogue.decide(tail.id, Verdict.SAME, last)
    return last, photo.name


@pytest.mark.parametrize("way", ["folders", "pattern"])
def test_a_catalogue_from_folders_or_a_pattern(survey: Survey, tmp_path: Path, way: str) -> None:
    ids = read_ids(survey.train_csv)
    photos = tmp_path / "photos"
    for name, whale in ids.items():
        to = photos / whale / name if way == "folders" else photos / f"{whale}-{name}"
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(survey.known_dir / name, to)
    shutil.copy(survey.new_dir / KOREAN, photos / "unnamed.jpg")
    how = ("--known-folders", photos)
    if way == "pattern":
        how = ("--known-photos", photos, "--known-pattern", "{whale}-IMG_*.jpg")
    assert run("new", tmp_path / "catalogue", *how) == 0
    with Catalogue.open(tmp_path / "catalogue") as catalogue:
        rows = catalogue.photos(catalogue.photo_ids(PhotoFilter(role="known")))
        named = {row.name.rpartition("-")[2]: row.known_whale for row in rows if row.name != "unnamed.jpg"}
        assert {name: whale for name, whale in named.items() if whale} == ids


def test_an_empty_catalogue_can_be_worked_on(small_program: Path, tmp_path: Path, capsys: Capture) -> None:
    folder, out = tmp_path / "empty", tmp_path / "out.csv"
    for arguments in (("new", folder), ("find-tails", folder), ("match", folder), ("export", folder, "--out", out)):
        assert run(*arguments) == 0
    assert out.read_text(encoding="utf-8") == "Image,Id\n"
    assert capsys.readouterr().err == ""


WRONG = [
    ("no command", ("swim",), 2, "swim"),
    ("no argument", ("identify",), 2, "--known"),
    ("no folder", ("detect",), 2, "DIR"),
    ("unknown option", ("doctor", "--fast"), 2, "--fast"),
    ("size", ("sample", "{tmp}/s", "--size", "large"), 2, "is no size"),
    ("half a size", ("sample", "{tmp}/s", "--size", "3000"), 2, "is no size"),
    ("three sizes", ("sample", "{tmp}/s", "--size", "1x2x3"), 2, "is no size"),
    ("size of nothing", ("sample", "{tmp}/s", "--size", "0x0"), 1, "can't be drawn"),
    ("backwards", ("sample", "{tmp}/s", "--size", "-300x200"), 1, "can't be drawn"),
    ("words for numbers", ("sample", "{tmp}/s", "--whales", "many"), 2, "--whales"),
    ("one whale", ("sample", "{tmp}/s", "--whales", "1"), 1, "can't be drawn"),
    ("sample in use", ("sample", "{survey}"), 1, "already holds files"),
    ("sample in a file", ("sample", "{tmp}/file.csv"), 1, "can't be written"),
    ("device", ("detect", "{survey}/new", "--out", "{tmp}/o.csv", "--device", "quantum"), 2, "quantum"),
    ("device of a catalogue", ("match", "{tmp}/cat", "--device", "gpu"), 2, "gpu"),
    ("gpu", ("detect", "{survey}/new", "--out", "{tmp}/o.csv", "--device", "mps"), 1, "No mps GPU"),
    ("folder missing", ("detect", "{tmp}/nowhere", "--out", "{tmp}/o.csv"), 1, "There is no folder"),
    ("folder is a file", ("detect", "{tmp}/file.csv", "--out", "{tmp}/o.csv"), 1, "There is no folder"),
    ("folder empty", ("detect", "{tmp}/empty", "--out", "{tmp}/o.csv"), 1, "There are no photos"),
    ("output folder missing", ("detect", "{survey}/new", "--out", "{tmp}/no/o.csv"), 1, "There is no folder"),
    ("output is a folder", ("detect", "{survey}/new", "--out", "{tmp}/empty"), 1, "is a folder"),
    ("catalogue missing", ("match", "{tmp}/nowhere"), 1, "isn't a catalogue"),
    ("no catalogue", ("export", "{survey}", "--out", "{tmp}/o.csv"), 1, "isn't a catalogue"),
    ("damaged catalogue", ("find-tails", "{tmp}/bad"), 1, "."),
    ("catalogue twice", ("new", "{tmp}/cat"), 1, "holds a catalogue already"),
    ("catalogue in a file", ("new", "{tmp}/file.csv"), 1, "No catalogue can be made"),
    ("nothing to add", ("add", "{tmp}/cat"), 2, "PATH"),
    ("add what isn't there", ("add", "{tmp}/cat", "{tmp}/nowhere.jpg"), 1, "There is no file or folder"),
    ("export to nowhere", ("export", "{tmp}/cat", "--out", "{tmp}/no/o.csv"), 1, "couldn't be written"),
    ("known photos alone", ("new", "{tmp}/n", "--known-photos", "{survey}/known"), 2, "--known-pattern"),
    ("known list alone", ("new", "{tmp}/n", "--known-csv", "{survey}/known/train.csv"), 2, "--known-photos"),
    ("no such folders", ("new", "{tmp}/n", "--known-folders", "{tmp}/nowhere"), 1, "There is no folder"),
    ("pattern without whale", ("new", "{tmp}/n", "--known-photos", "{survey}", "--known-pattern", "*.jpg"), 1, "whale"),
    ("unknown recipe", ("train", "nothing", "--photos", "{tmp}", "--out", "{tmp}/p"), 1, "There is no recipe"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "status", "told"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_wrong_use_is_told(
    survey: Survey, small_program: Path, tmp_path: Path, capsys: Capture,
    arguments: tuple[str, ...], status: int, told: str,
) -> None:  # fmt: skip
    for folder in ("empty", "bad"):
        (tmp_path / folder).mkdir()
    (tmp_path / "file.csv").write_text("a,b\n1,2\n")
    (tmp_path / "bad" / "catalogue.sqlite").write_bytes(b"no database at all" * 100)
    if any(argument == "{tmp}/cat" for argument in arguments):
        Catalogue.create(tmp_path / "cat").close()
    filled = [
        argument.format_map({"tmp": tmp_path, "survey": survey.folder, "whale": "{whale}"}) for argument in arguments
    ]
    # Typer breaks what it says into the lines of a frame.
    assert told in " ".join(refused(capsys, status, *filled).replace("│", " ").split())
    assert not (tmp_path / "n").exists()
    assert not (tmp_path / "o.csv").exists()


BAD_INPUTS = [
    ("--known", "a,b\n1,2\n", "has no column Image and Id"),
    ("--known", "", "is empty"),
    ("--known", "Image,Id\n", "No known photo has a whale"),
    ("--known", "Image,Id\nIMG_0001.jpg,new_whale\n", "No known photo has a whale"),
    ("--known", "Image,Id\nx.jpg,w1\nx.jpg,w2\n", "line 3"),
    ("--known-boxes", "image,xmin\nx,1\n", "has no column"),
    ("--new-boxes", "image,xmin,ymin,xmax,ymax\nx,1,2,three,4\n", "line 2"),
    ("--new-boxes", "image,xmin,ymin,xmax,ymax\nx,9,9,1,1\n", "no area"),
]


@pytest.mark.parametrize(("option", "content", "told"), BAD_INPUTS)
def test_a_wrong_list_is_told_and_nothing_is_written(
    survey: Survey, small_program: Path, tmp_path: Path, capsys: Capture, option: str, content: str, told: str
) -> None:
    (tmp_path / "list.csv").write_text(content)
    given = {"--known": survey.train_csv, option: tmp_path / "list.csv"}
    arguments = [part for pair in given.items() for part in pair]
    folders = ("--known-photos", survey.known_dir, "--new-photos", survey.new_dir)
    assert told in refused(capsys, 1, "identify", *arguments, *folders, "--out", tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("option", ["--known", "--known-photos", "--new-photos", "--new-boxes"])
def test_what_is_missing_is_told(survey: Survey, tmp_path: Path, capsys: Capture, option: str) -> None:
    given = {"--known": survey.train_csv, "--known-photos": survey.known_dir, "--new-photos": survey.new_dir}
    arguments = [part for pair in (given | {option: tmp_path / "nowhere"}).items() for part in pair]
    assert "There is no" in refused(capsys, 1, "identify", *arguments, "--out", tmp_path / "out.csv")


def test_the_output_is_refused_before_the_work(survey: Survey, tmp_path: Path, capsys: Capture) -> None:
    for name in ("--out", "--details"):
        given = {"--out": tmp_path / "out.csv", name: tmp_path / "no" / "x.csv"}
        arguments = [part for pair in given.items() for part in pair]
        folders = ("--known-photos", tmp_path / "nowhere", "--new-photos", tmp_path / "nowhere")
        told = refused(capsys, 1, "identify", "--known", survey.train_csv, *folders, *arguments)
        assert told.startswith(f"There is no folder {tmp_path / 'no'} for x.csv.")


def test_the_doctor_says_each_thing(small_program: Path, tmp_path: Path, capsys: Capture) -> None:
    status = run("doctor", tmp_path)
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert [line[5:].split(":")[0] for line in lines] == ["Packages", "GPU", "Disk", "Networks"]
    assert (status == 0) == all(line.startswith("ok ") for line in lines)
    assert (told.err == "") == (status == 0)


def test_a_damaged_package_ends_the_doctor_with_1(small_program: Path, tmp_path: Path, capsys: Capture) -> None:
    (small_program / "small" / "model.onnx").write_bytes(b"")
    told = refused(capsys, 1, "doctor", tmp_path)
    assert told.startswith("This computer isn't ready for sea.")


def test_the_recipes_are_listed(capsys: Capture) -> None:
    assert run("recipes") == 0
    lines = capsys.readouterr().out.splitlines()
    assert {"detector", "humpback-lite0"} <= {line.split(":")[0] for line in lines}


def test_help_is_no_error(capsys: Capture) -> None:
    for arguments in (["--help"], ["identify", "--help"]):
        assert run(*arguments) == 0
        assert "--help" in capsys.readouterr().out


def test_a_fault_of_ours_is_a_sentence_and_a_log(
    survey: Survey, small_program: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong: here, the memory ends while a folder is listed."""

    def out_of_memory(folder: Path) -> list[Path]:
        raise MemoryError("no more")

    monkeypatch.setattr("whaleid_core.submission.photos_in", out_of_memory)
    told = refused(capsys, 1, "detect", survey.new_dir, "--out", tmp_path / "o.csv")
    assert told.startswith("Something went wrong in the program.")
    log = Path(told.split("Please report it with ")[1].strip().rstrip("."))
    assert "MemoryError: no more" in log.read_text(encoding="utf-8")


def test_a_name_that_the_terminal_cannot_show_does_not_end_the_run(tmp_path: Path) -> None:
    """As on a Windows console, or in a log file of an old one."""
    command = [sys.executable, "-m", "whaleid_core.cli", "sample", str(tmp_path / "고래 :whale: [b]")]
    arguments = ["--whales", "2", "--known", "2", "--new", "0", "--size", "160x120"]
    ended = subprocess.run(
        command + arguments, env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True, timeout=300
    )
    assert ended.returncode == 0, ended.stderr
    assert rb"\uace0\ub798 :whale: [b]." in ended.stdout
    assert ended.stderr == b""
