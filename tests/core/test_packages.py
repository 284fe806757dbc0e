"""Model packages: whole ones are read back as written; each way to be damaged is refused in one sentence."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.packages import LONGEST, MANIFEST, ONNX, WEIGHTS, Package, installed, read_package, write_package

Manifest = dict[str, Any]

EMBED: Manifest = {
    "name": "tiny", "version": "0.3", "task": "embed", "architecture": "any", "length": 8, "margin": 0.1,
    "input": {"width": 64, "height": 32, "colour": "grey", "mean": [0.5], "std": [0.25]},
}  # fmt: skip
DETECT: Manifest = {**EMBED, "task": "detect", "input": {"width": 96, "height": 96, "colour": "rgb"}}


def made(folder: Path, manifest: Manifest) -> Path:
    folder.mkdir(parents=True)
    (folder / ONNX).write_bytes(b"a network")
    (folder / WEIGHTS).write_bytes(b"its weights")
    write_package(folder, manifest)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return made(tmp_path / "tiny-0.3", EMBED)


def rewrite(folder: Path, change: Callable[[Manifest], Any]) -> None:
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    change(manifest)
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


def refusal(folder: Path) -> str:
    with pytest.raises(WhaleIdError) as refused:
        read_package(folder)
    assert refused.value.kind is Kind.ENVIRONMENT
    assert refused.value.hint
    sentence = refused.value.sentence
    assert sentence.startswith("The model package ")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


def test_a_package_says_what_its_manifest_says(folder: Path) -> None:
    package = read_package(folder)
    assert package.label == "tiny 0.3"
    assert (package.task, package.width, package.height, package.grey) == ("embed", 64, 32, True)
    assert (package.margin, package.length) == (0.1, 8)
    assert set(package.manifest["files"]) == {ONNX, WEIGHTS}


def test_a_detector_has_no_length_and_the_usual_margin(tmp_path: Path) -> None:
    manifest = {key: value for key, value in DETECT.items() if key not in ("length", "margin")}
    package = read_package(made(tmp_path / "finder", manifest))
    assert (package.length, package.margin, package.grey) == (0, 0.05, False)


def test_an_ensemble_names_its_members_and_has_no_network(tmp_path: Path) -> None:
    label = {"name": "all", "version": "2", "task": "ensemble", "members": ["tiny 0.3", "other 1"]}
    package = write_package(tmp_path, label)
    assert (package.label, package.members, package.length) == ("all 2", ("tiny 0.3", "other 1"), 0)
    assert package.manifest["files"] == {}
    assert read_package(tmp_path).manifest == package.manifest


def test_a_package_can_lack_the_weights_for_torch(folder: Path) -> None:
    (folder / WEIGHTS).unlink()
    package = write_package(folder, read_without_check(folder))
    assert set(package.manifest["files"]) == {ONNX}


def read_without_check(folder: Path) -> Manifest:
    manifest: Manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return manifest


def test_a_renamed_folder_is_the_same_package(folder: Path, tmp_path: Path) -> None:
    shutil.move(folder, tmp_path / "꼬리 1")
    assert read_package(tmp_path / "꼬리 1").label == "tiny 0.3"


def test_one_changed_byte_is_refused(folder: Path) -> None:
    (folder / ONNX).write_bytes(b"a netwOrk")
    assert refusal(folder) == f"The model package tiny was refused: {ONNX} doesn't match its manifest."


@pytest.mark.parametrize("name", [ONNX, WEIGHTS])
def test_a_missing_file_is_refused_by_name(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert f"{name} is missing" in refusal(folder)


@pytest.mark.parametrize("name", ["../secret", "/etc/hostname", "..", ".", "", "sub/model.onnx"])
def test_a_file_outside_of_the_package_is_refused(folder: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_bytes(b"a network")
    (folder / "sub").mkdir()
    (folder / "sub" / "model.onnx").write_bytes(b"a network")
    rewrite(folder, lambda manifest: manifest["files"].update({name: manifest["files"][ONNX]}))
    assert "is missing" in refusal(folder)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe{}", b"[" * 100_000, b'{"a":' * 50_000],
    ids=["empty", "cut short", "list", "null", "text", "no UTF-8", "deep list", "deep object"],
)
def test_a_manifest_that_is_none_is_refused(folder: Path, content: bytes) -> None:
    (folder / MANIFEST).write_bytes(content)
    assert "manifest" in refusal(folder)


def test_a_folder_without_manifest_and_no_folder_are_refused(folder: Path, tmp_path: Path) -> None:
    (folder / MANIFEST).unlink()
    assert "no readable manifest" in refusal(folder)
    assert "no readable manifest" in refusal(tmp_path / "nowhere")
    (folder / MANIFEST).mkdir()
    assert "no readable manifest" in refusal(folder)


@pytest.mark.parametrize("key", ["name", "version", "task", "architecture", "input", "files"])
def test_what_a_manifest_lacks_is_named(folder: Path, key: str) -> None:
    rewrite(folder, lambda manifest: manifest.pop(key))
    assert f"lacks '{key}'" in refusal(folder)


def test_an_unknown_task_is_refused(folder: Path) -> None:
    rewrite(folder, lambda manifest: manifest.update(task="segment"))
    assert "'segment' is not known" in refusal(folder)


@pytest.mark.parametrize("classes", [None, [], "w1", ["w1", "w1"], ["w1", ""], ["w1", 2]])
def test_a_trained_head_names_its_whales(folder: Path, classes: object) -> None:
    rewrite(folder, lambda manifest: manifest.update(task="classify", classes=classes))
    assert "which whales it was trained on" in refusal(folder)
    rewrite(folder, lambda manifest: manifest.update(task="classify", classes=["w1", "new_whale"]))
    assert read_package(folder).classes == ("w1", "new_whale")


IMPOSSIBLE: list[tuple[str, Callable[[Manifest], Any], str]] = [
    ("huge", lambda m: m["input"].update(width=100_000), "size of its input"),
    ("nothing", lambda m: m["input"].update(height=0), "size of its input"),
    ("negative", lambda m: m["input"].update(height=-32), "size of its input"),
    ("a fraction", lambda m: m["input"].update(width=64.5), "size of its input"),
    ("text", lambda m: m["input"].update(width="64"), "size of its input"),
    ("no size", lambda m: m["input"].pop("width"), "size of its input"),
    ("no input", lambda m: m.update(input=[64, 32]), "grey or rgb"),
    ("infrared", lambda m: m["input"].update(colour="infrared"), "grey or rgb"),
    ("files as list", lambda m: m.update(files=[ONNX]), "names no files"),
    ("no network", lambda m: m["files"].pop(ONNX), f"names no {ONNX}"),
    ("three means", lambda m: m["input"].update(mean=[0.1, 0.2, 0.3]), "the mean"),
    ("mean as text", lambda m: m["input"].update(mean="0.5"), "the mean"),
    ("no deviation", lambda m: m["input"].update(std=[0.0]), "the std"),
    ("not a number", lambda m: m["input"].update(std=[math.nan]), "the std"),
    ("too large", lambda m: m["input"].update(mean=[10**400]), "the mean"),
    ("margin as text", lambda m: m.update(margin="wide"), "margin"),
    ("wide margin", lambda m: m.update(margin=50), "margin"),
    ("no length", lambda m: m.pop("length"), "length of its embeddings"),
    ("length 0", lambda m: m.update(length=0), "length of its embeddings"),
    ("endless", lambda m: m.update(length=LONGEST + 1), "length of its embeddings"),
    ("nobody votes", lambda m: m.update(task="ensemble"), "names no members"),
    ("an empty vote", lambda m: m.update(task="ensemble", members=[]), "names no members"),
    ("numbers vote", lambda m: m.update(task="ensemble", members=[1, 2]), "names no members"),
    ("oblong finder", lambda m: m.update(task="detect"), "square in colour"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "told"), [row[1:] for row in IMPOSSIBLE], ids=[row[0] for row in IMPOSSIBLE])
def test_what_cannot_be_computed_with_is_refused(folder: Path, change: Callable[[Manifest], Any], told: str) -> None:
    rewrite(folder, change)
    assert told in refusal(folder)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(key=st.sampled_from([*EMBED, "files"]), inner=st.sampled_from([None, *EMBED["input"]]), value=JSON)
def test_whatever_stands_in_a_manifest_it_is_read_or_refused(
    key: str, inner: str | None, value: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = made(tmp_path_factory.mktemp("any") / "tiny", EMBED)
    rewrite(folder, lambda m: m["input"].update({inner: value}) if inner else m.update({key: value}))
    try:
        package = read_package(folder)
    except WhaleIdError:
        return
    assert isinstance(package, Package)
    assert 0 < package.width <= 4096
    assert 0 < package.length <= LONGEST or package.task == "detect"
    assert 0 <= package.margin <= 1
    assert package.label


def test_the_packages_that_ship_find_and_embed() -> None:
    packages = installed()
    assert {package.task for package in packages} == {"detect", "embed", "ensemble"}
    assert [package.name for package in packages] == sorted(package.name for package in packages)


def test_a_damaged_package_of_the_program_is_told(small_program: Path) -> None:
    assert len(installed()) == 2
    (small_program / "small" / ONNX).write_bytes(b"")
    with pytest.raises(WhaleIdError, match="small was refused"):
        installed()
