"""Model packages: whatever a package file holds, it is refused within bounds, and none of it is run or left behind."""

from __future__ import annotations

import json
import os
import pickle
import random
import shutil
import struct
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from mutated import changed, memory_within
from onnx import TensorProto, helper
from package_zips import Entry, altered, entries, refusal, zipped
from reliability import Tried

from whaleid_core import cli, resources
from whaleid_core.judge import ANSWERS, FEATURES
from whaleid_core.packages import JUDGE, MANIFEST, ONNX, WEIGHTS, Package, read_package, write_package

pytestmark = [
    pytest.mark.hard,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc to see the memory"),
]

SECONDS, MEGABYTES = 20.0, 600
"""No package file may take longer, or more memory, to be refused."""


class Runs:
    """An object whose pickle makes a folder when it is read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (str(self._folder),)


def packed_with(package: Package, folder: Path, files: dict[str, bytes]) -> Path:
    """A package file like a package, with other content in some of its files, and its hashes right."""
    shutil.copytree(package.folder, folder)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    write_package(folder, package.manifest)
    names = [MANIFEST, *read_package(folder).manifest["files"]]
    return zipped(folder.with_suffix(".zip"), [(name, (folder / name).read_bytes()) for name in names])


def network(nodes: Sequence[onnx.NodeProto], tensors: Sequence[onnx.TensorProto] = ()) -> bytes:
    """An ONNX file that takes what the small package's network takes, and gives what it gives, or says so."""
    takes = helper.make_tensor_value_info("in", TensorProto.FLOAT, ["n", 1, 32, 64])
    gives = helper.make_tensor_value_info("out", TensorProto.FLOAT, None)
    graph = helper.make_graph(list(nodes), "g", [takes], [gives], list(tensors))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    return bytes(model.SerializeToString())


def whole(name: str, values: Sequence[int]) -> onnx.TensorProto:
    return helper.make_tensor(name, TensorProto.INT64, [len(values)], values)


def outside(location: str) -> onnx.TensorProto:
    """A tensor that lies in another file."""
    tensor = onnx.TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[4], data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value=location)
    return tensor


def endless() -> bytes:
    """A network that goes round 10^15 times."""
    nodes = [helper.make_node("Identity", ["go"], ["going"]), helper.make_node("Add", ["x", "x"], ["y"])]
    flags = [helper.make_tensor_value_info(name, TensorProto.BOOL, []) for name in ("go", "going")]
    carried = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("x", "y")]
    turn = helper.make_tensor_value_info("turn", TensorProto.INT64, [])
    body = helper.make_graph(nodes, "b", [turn, flags[0], carried[0]], [flags[1], carried[1]])
    often = helper.make_tensor("often", TensorProto.INT64, [], [10**15])
    begin = helper.make_tensor("begin", TensorProto.BOOL, [], [True])
    return network([helper.make_node("Loop", ["often", "begin", "in"], ["out"], body=body)], [often, begin])


def graphs_in_graphs(depth: int) -> bytes:
    """A network in an attribute of a network, and so on."""
    graph = b""
    for _ in range(depth):
        for field in (6, 5, 1):  # a graph is the attribute of a node, which stands in a graph
            graph = bytes([field << 3 | 2]) + length(graph) + graph
    return b"\x3a" + length(graph) + graph


def length(content: bytes) -> bytes:
    """As protobuf writes it: seven bits a byte."""
    left, made = len(content), []
    while left > 0x7F:
        made.append(left & 0x7F | 0x80)
        left >>= 7
    return bytes([*made, left])


NETWORKS: dict[str, tuple[bytes, str]] = {
    "other files, beside it": (network([helper.make_node("Add", ["in", "w"], ["out"])], [outside("more.bin")]),
                               "wants to read other files"),
    "other files, anywhere": (network([helper.make_node("Add", ["in", "w"], ["out"])], [outside("../../etc/passwd")]),
                              "wants to read other files"),
    "other files, in an attribute": (network([helper.make_node("Constant", [], ["out"], value=outside("/etc/passwd"))]),
                                     "wants to read other files"),
    "400 GB of ones": (network([helper.make_node("ConstantOfShape", ["s"], ["out"])], [whole("s", [10**6, 10**5])]),
                       "more memory than networks do"),
    "400 GB by repeating": (network([helper.make_node("Expand", ["in", "s"], ["out"])],
                                    [whole("s", [50_000_000, 1, 32, 64])]), "more memory than networks do"),
    "400 GB by its padding": (network([helper.make_node("Pad", ["in", "s"], ["out"])],
                                      [whole("s", [0, 0, 160_000, 160_000, 0, 0, 160_000, 160_000])]),
                              "more memory than networks do"),
    "10^15 rounds": (endless(), "more memory than networks do"),
    "nothing": (b"", "is empty"),
    "a pickle": (pickle.dumps({"a": 1}), "is damaged"),
    "text": (b"Dear colleague, the network is on the other card.", "is damaged"),
    "a length beyond the end": (b"\x3a\xff\xff\xff\xff\x7f", "is damaged"),
    "a number without end": (b"\xff" * 100, "is damaged"),
    "graphs in graphs": (graphs_in_graphs(10_000), "is damaged"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "told"), NETWORKS.values(), ids=NETWORKS.keys())
def test_a_network_that_wants_more_than_its_file_is_refused(
    content: bytes, told: str, small_package: Package, home: Path, tmp_path: Path, tried: Tried
) -> None:
    file = packed_with(small_package, tmp_path / "odd", {ONNX: content})
    begun = time.process_time()
    with memory_within(MEGABYTES):
        assert told in refusal(file, home)
    assert time.process_time() - begun < SECONDS
    tried("A package whose ONNX reads other files, wants endless memory or time, or is none", 1, "refused in bounds")


def test_what_runs_when_it_is_read_is_never_read(
    small_package: Package, tail_finder: Package, home: Path, tmp_path: Path, tried: Tried
) -> None:
    ran = tmp_path / "it ran"
    code = pickle.dumps(Runs(ran))
    pickle.loads(code)
    ran.rmdir()  # so it does run
    array = np.array([Runs(ran)], dtype=object)
    np.save(tmp_path / JUDGE, array, allow_pickle=True)
    with zipfile.ZipFile(tmp_path / "torch.pt", "w") as archive:  # how torch packs its pickles
        archive.writestr("archive/data.pkl", code)
    hostile = [
        packed_with(small_package, tmp_path / "pickle", {WEIGHTS: code}),
        packed_with(small_package, tmp_path / "torch", {WEIGHTS: (tmp_path / "torch.pt").read_bytes()}),
        packed_with(small_package, tmp_path / "header", {WEIGHTS: struct.pack("<Q", len(code)) + code}),
        packed_with(tail_finder, tmp_path / "judge", {JUDGE: (tmp_path / JUDGE).read_bytes()}),
    ]
    for file in hostile:
        refusal(file, home)
        assert not ran.exists()
    tried("A pickle in place of weights, or of the judge's numbers", len(hostile), "refused, and not read")


def safetensors(header: object, data: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


@pytest.mark.parametrize("content", [
    b"", b"\x02", struct.pack("<Q", 1 << 62), safetensors([]), safetensors({"w": 1}), safetensors({"w": {}}),
    safetensors({"w": {"data_offsets": [0, 1]}}), safetensors({"w": {"data_offsets": [-1, 0]}}, b"x"),
    safetensors({"w": {"data_offsets": [1, 0]}}, b"x"), safetensors({"w": {"data_offsets": ["0", "1"]}}, b"x"),
    struct.pack("<Q", 9000) + b"[" * 9000, struct.pack("<Q", 2) + b"\xff\xfe",
], ids=range(12))  # fmt: skip
def test_weights_that_are_no_safetensors_are_refused(
    content: bytes, small_package: Package, home: Path, tmp_path: Path
) -> None:
    told = refusal(packed_with(small_package, tmp_path / "odd", {WEIGHTS: content}), home)
    assert f"{WEIGHTS} holds something else than weights" in told


def test_a_judge_that_claims_to_be_huge_is_refused(tail_finder: Package, home: Path, tmp_path: Path) -> None:
    header = {"descr": "<f4", "fortran_order": False, "shape": (10**12, ANSWERS)}
    with (tmp_path / JUDGE).open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        file.write(bytes(4 * ANSWERS * FEATURES))
    told = refusal(packed_with(tail_finder, tmp_path / "odd", {JUDGE: (tmp_path / JUDGE).read_bytes()}), home)
    assert "its judge.npy can't be used" in told


def test_a_table_of_contents_of_a_million_files_is_not_read(home: Path, tmp_path: Path, tried: Tried) -> None:
    """Its lines stand one after the other, 46 bytes and a name each, so that the file itself stays small."""
    count = 400_000
    line = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 16, 16, len(line) * count, 0, 0)
    (tmp_path / "many.zip").write_bytes(line * count + end)
    home.mkdir(parents=True)
    begun = time.process_time()
    with memory_within(100):
        assert "it is no zip file, or a damaged one" in refusal(tmp_path / "many.zip", home)
    assert time.process_time() - begun < SECONDS
    tried("A package file that lists 400,000 files", 1, "refused before the list was read")


ABSURD: dict[str, dict[str, Any]] = {
    "NaN as a size": {"input": {"width": float("nan"), "height": 32, "colour": "grey"}},
    "true as a size": {"input": {"width": True, "height": 32, "colour": "grey"}},
    "true as a length": {"length": True},
    "true as a margin": {"margin": True},
    "endless margin": {"margin": float("inf")},
    "a list as measures": {"metrics": [1]},
    "a confidence in words": {"metrics": {"confidence": "high"}},
    "NaN as a confidence": {"metrics": {"confidence": float("nan")}},
    "a weight of 400 digits": {"calibration": {"nearest": 10**400}},
    "NaN as a weight": {"calibration": {"nearest": float("nan")}},
    "no manifest's depth": {"note": [[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]},
    "a link as a name": {"name": "a/../../b"},
    "a name that a terminal obeys": {"name": "\x1b[2Jsmall"},
    "half a letter": {"name": "\ud800"},
    "a device of Windows' as a file": {"files": {"NUL": "0"}},
    "a task of a list": {"task": ["embed"]},
}


@pytest.mark.parametrize("change", ABSURD.values(), ids=ABSURD.keys())
def test_a_manifest_of_absurd_values_is_refused(
    change: dict[str, Any], small_package: Package, home: Path, tmp_path: Path, tried: Tried
) -> None:
    if "calibration" in change:
        change = {"calibration": {**small_package.manifest["calibration"], **change["calibration"]}}
    folder = altered(small_package, tmp_path / "absurd", **change)
    names = (MANIFEST, ONNX, WEIGHTS)
    told = refusal(zipped(tmp_path / "a.zip", [(name, (folder / name).read_bytes()) for name in names]), home)
    assert told.isprintable()
    tried("A manifest of absurd numbers, kinds and names", 1, "refused in a sentence")


def mutated(own: list[Entry], draw: random.Random, count: int) -> Iterator[list[Entry]]:
    """The files of a package, one of them changed: the manifest in its values, the others in their bytes."""
    manifest = json.loads(own[0][1])
    odd = (None, True, -1, 0, 10**9, 10**400, 1e308, float("nan"), "", "x" * 3000, [], {}, [[]], {"a": {}}, "../a", 0.5)
    for _ in range(count):
        other = json.loads(json.dumps(manifest))
        place = other
        keys = list(place)
        key = draw.choice(keys)
        while isinstance(place[key], dict) and place[key] and draw.random() < 0.6:
            place = place[key]
            key = draw.choice(list(place))
        if draw.random() < 0.2:
            del place[key]
        else:
            place[key] = draw.choice(odd)
        yield [(MANIFEST, json.dumps(other).encode()), *own[1:]]


@pytest.mark.parametrize(("seed", "count"), [(1, 60), pytest.param(2, 3000, marks=pytest.mark.soak)])
def test_mutated_packages(
    seed: int, count: int, packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tried: Tried,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """The command installs a package or refuses it in a sentence; half of the files are damaged as zips."""
    draw, own, refused = random.Random(seed), entries(packed), 0
    whole_file = packed.read_bytes()
    for number, content in enumerate(mutated(own, draw, count)):
        home = tmp_path / str(number)
        monkeypatch.setenv(resources.PACKAGES_VARIABLE, str(home))
        file = tmp_path / "mutated.zip"
        if number % 2:
            file.write_bytes(changed(draw, whole_file, from_end=number % 4 == 1))
        else:
            zipped(file, content)
        status = cli.run(["packages", "install", str(file)])
        told = capsys.readouterr()
        assert status in (0, 1)
        assert "Traceback" not in told.err
        left = list(home.iterdir())
        assert len(left) == (status == 0)
        refused += status
        shutil.rmtree(home)
    assert 0 < refused < count
    tried("Package files with values and bytes changed", count, f"{refused:,} refused in a sentence, the rest whole")
