"""Left alone: the main job opens no network connection, writes to no photograph and over nothing that it reads."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from reliability import Tried

from whaleid_core import cli
from whaleid_core.sample import Survey

pytestmark = pytest.mark.hard

ROOT = Path(__file__).parents[2]
WATCHED = """
import socket, sys
seen = []
def hook(event, arguments):
    if event in ("socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        seen.append((event, arguments))
        raise PermissionError(f"no network: {event} {arguments}")
sys.addaudithook(hook)
try:
    socket.create_connection(("127.0.0.1", 9))
except PermissionError:
    seen.clear()
else:
    sys.exit("the guard lets connections through")
from whaleid_core import cli
for line in sys.stdin.read().splitlines():
    if cli.run(line.split("\\t")):
        sys.exit(f"failed: {line}")
if seen:
    sys.exit(f"reached for the network: {seen}")
print("alone")
"""


def state(folder: Path) -> dict[str, tuple[str, int, int]]:
    """Of each file: hash, time of the last write and rights."""
    return {
        path.relative_to(folder).as_posix(): (
            hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns, path.stat().st_mode
        )
        for path in folder.rglob("*") if path.is_file()
    }  # fmt: skip


def test_the_main_job_without_a_network_leaves_each_photograph_as_it_is(
    survey: Survey, tmp_path: Path, tried: Tried
) -> None:
    photos = tmp_path / "photos"
    shutil.copytree(survey.folder, photos)
    before = state(photos)
    known, old, new = (photos / path.relative_to(survey.folder) for path in (
        survey.train_csv, survey.known_dir, survey.new_dir))  # fmt: skip
    catalogue, out = tmp_path / "catalogue", tmp_path / "out.csv"
    commands = [
        ["new", catalogue, "--known-csv", known, "--known-photos", old],
        ["add", catalogue, new],
        ["find-tails", catalogue, "--device", "cpu"],
        ["match", catalogue, "--device", "cpu"],
        ["export", catalogue, "--out", out],
        ["identify", "--known", known, "--known-photos", old, "--new-photos", new, "--out", out, "--device", "cpu"],
    ]
    lines = "\n".join("\t".join(map(str, command)) for command in commands)
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", WATCHED], input=lines, capture_output=True, text=True, encoding="utf-8",
        env={**os.environ, "PYTHONPATH": paths, "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip().endswith("alone")
    assert state(photos) == before
    tried("The main job with an audit hook that forbids sockets", len(commands), "no connection was tried")
    tried("Photographs before and after the main job: bytes, times, rights", len(before), "all as they were")


@pytest.mark.parametrize("option", ["--out", "--details"])
def test_a_list_of_known_whales_is_not_written_over(
    survey: Survey, tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    known = tmp_path / "train.csv"
    shutil.copy(survey.train_csv, known)
    (tmp_path / "inner").mkdir()
    same = tmp_path / "inner" / ".." / "train.csv"
    outs = ["--out", same] if option == "--out" else ["--out", tmp_path / "out.csv", "--details", same]
    folders = ["--known", known, "--known-photos", survey.known_dir, "--new-photos", survey.new_dir]
    assert cli.run([str(part) for part in ["identify", *folders, *outs]]) == 1
    assert "would be written over" in capsys.readouterr().err
    assert known.read_bytes() == survey.train_csv.read_bytes()
    assert not (tmp_path / "out.csv").exists()


def test_boxes_of_photos_that_are_not_there_are_told(
    survey: Survey, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    boxes = tmp_path / "boxes.csv"
    there = min(path.name for path in survey.new_dir.iterdir())
    rows = ["gone_1.jpg,1,2,30,40", "gone_2.jpg,1,2,30,40", "gone_1.jpg,5,5,30,40", f"{there},1,2,30,40"]
    boxes.write_text("\n".join(["image,xmin,ymin,xmax,ymax", *rows]), encoding="utf-8")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    folders = ["--known", survey.train_csv, "--known-photos", survey.known_dir, "--new-photos", survey.new_dir]
    # On a device that isn't there, so that it ends before the work.
    more = ["--out", tmp_path / "out.csv", "--new-boxes", boxes, "--device", "mps"]
    cli.run([str(part) for part in ["identify", *folders, *more]])
    assert "boxes.csv has boxes of 2 photos that aren't among those read, gone_1.jpg first" in capsys.readouterr().err
