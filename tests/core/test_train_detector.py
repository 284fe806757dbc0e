"""The tail detector's training: recipes, resuming, the package that comes out, and how it is measured."""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from whaleid_core.errors import Cancelled, WhaleIdError
from whaleid_core.packages import JUDGE, MANIFEST, ONNX, WEIGHTS
from whaleid_core.records import Box
from whaleid_core.train import detector, detector_measure, detector_package
from whaleid_core.train.detector_recipe import DetectorRecipe, Stage, anchor_strides, build_network
from whaleid_core.train.scenes import Scene
from whaleid_core.train.sitting import CURVE, PICTURE, Standing, Unwatched
from whaleid_core.train.tail_photos import TailPhoto, draw_tails, read_tails, split_by_whale

RECIPE = Path(detector.__file__).parent / "recipes" / "detector.toml"


@pytest.fixture(scope="module")
def recipe() -> DetectorRecipe:
    small = {
        "depth": 0.33,
        "width": 0.0625,
        "max_channels": 256,
        "samples": 8,
        "sketches": 2,
        "warmup": 2,
        "held_out": 2,
    }
    return replace(DetectorRecipe.read(RECIPE), input_size=96, stages=(Stage(0.5, 64, 2), Stage(0.5, 96, 2)), **small)


@pytest.fixture(scope="module")
def flukes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder laid out like the fluke photographs, with drawn ones in it."""
    folder = tmp_path_factory.mktemp("flukes")
    (folder / "photos").mkdir()
    header = "image,whale,split,width,height,xmin,ymin,xmax,ymax"
    rows, by_hand = [header], ["image,xmin,ymin,xmax,ymax"]
    for number, sketch in enumerate(draw_tails(8, 6)):
        name = f"{number}.jpg"
        (folder / "photos" / name).write_bytes(sketch.encoded)
        corners = ",".join(str(v) for v in sketch.box)
        split = "train" if number < 6 else "test"
        rows.append(f"{name},w_{number // 2},{split},480,320,{corners if number else '0,0,5,5'}")
        if number in {0, 6, 7}:
            by_hand.append(f"{name},{corners}")
    (folder / "photos.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "hand_boxes.csv").write_text("\n".join(by_hand) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def trained(recipe: DetectorRecipe, flukes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return detector.train_detector(recipe, flukes, tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def package(recipe: DetectorRecipe, trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packages") / "tail-finder"
    detector_package.export(trained, recipe, folder)
    return folder


class Stop(Unwatched):
    """Stops after a number of updates."""

    def __init__(self, after: int) -> None:
        self.after = after
        self.heard: list[Standing] = []

    def step(self, standing: Standing) -> None:
        self.heard.append(standing)

    def cancel(self) -> bool:
        return self.heard[-1].step >= self.after


def test_every_recipe_that_ships_is_read():
    assert {DetectorRecipe.read(path).name for path in RECIPE.parent.glob("detector*.toml")} == {"tail-finder"}


def test_the_recipe_of_the_detector_is_read_whole():
    recipe = DetectorRecipe.read(RECIPE)
    table = tomllib.loads(RECIPE.read_text(encoding="utf-8"))
    assert recipe.width == table["network"]["width"]
    assert recipe.learning_rate == table["optimiser"]["learning_rate"]
    assert [stage.size for stage in recipe.stages] == [stage["size"] for stage in table["stages"]]
    assert recipe.stage(0.0) == recipe.stages[0]
    assert recipe.stage(1.0) == recipe.stages[-1]


@pytest.mark.parametrize("text", ["name = 1", "stages = [{ share = 1 }]\n[network]\n[optimiser]", "= nothing"])
def test_a_file_that_is_no_recipe_is_refused_in_words(tmp_path: Path, text: str):
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    with pytest.raises(WhaleIdError, match=r"mine\.toml is no recipe"):
        DetectorRecipe.read(tmp_path / "mine.toml")


def test_hand_drawn_boxes_take_precedence_and_splits_are_kept_apart(flukes: Path):
    tails = read_tails(flukes, ("train",))
    assert [image for image, _, _ in tails] == [f"{n}.jpg" for n in range(6)]
    assert tails[0][2].box != (0.0, 0.0, 5.0, 5.0)
    learn, held = split_by_whale(tails, 2, 1)
    assert (len(learn), len(held)) == (4, 2)
    assert not {photo.box for photo in learn} & {photo.box for photo in held}


def test_a_folder_without_photographs_is_refused_in_words(tmp_path: Path):
    with pytest.raises(WhaleIdError, match=r"photos\.csv"):
        read_tails(tmp_path, ("train",))


def test_a_batch_holds_centres_and_sizes_as_shares_of_the_side():
    empty = Scene(np.zeros((64, 64, 3), np.uint8), np.zeros((0, 4), np.float32))
    tail = Scene(np.full((64, 64, 3), 255, np.uint8), np.array([[16, 8, 48, 24]], np.float32))
    batch = detector.as_batch([empty, tail])
    assert batch["img"].shape == (2, 3, 64, 64)
    assert float(batch["img"][1].min()) == 1.0
    assert batch["batch_idx"].tolist() == [1.0]
    assert batch["bboxes"].tolist() == [[0.5, 0.25, 0.5, 0.25]]


def test_training_writes_weights_and_a_log_of_its_loss(recipe, trained: Path):
    weights = torch.load(trained, weights_only=True)
    assert all(torch.isfinite(value.float()).all() for value in weights.values())
    state = torch.load(trained.parent / detector.CHECKPOINT, weights_only=True)
    assert state["counts"]["samples"] == recipe.samples


def test_a_training_that_was_stopped_goes_on_to_the_same_weights(recipe, flukes: Path, trained: Path, tmp_path: Path):
    stop = Stop(2)
    with pytest.raises(Cancelled):
        detector.train_detector(recipe, flukes, tmp_path, watch=stop)
    assert [standing.done for standing in stop.heard] == [0.0, 0.25, 0.5]
    assert [list(standing.losses) for standing in stop.heard] == [[], ["loss"], ["loss"]]
    resumed = detector.train_detector(recipe, flukes, tmp_path, resume=True)
    whole, parts = (torch.load(path, weights_only=True) for path in (trained, resumed))
    assert all(torch.allclose(whole[name].float(), parts[name].float(), atol=1e-4) for name in whole)
    head, *rows = (tmp_path / CURVE).read_text(encoding="utf-8").splitlines()
    assert head == "step,done,seconds,loss"
    assert [row.split(",")[0] for row in rows] == ["2", "4"]
    assert (tmp_path / PICTURE).read_bytes().startswith(b"\x89PNG")


def test_weights_and_checkpoints_that_are_none_are_refused(recipe, flukes: Path, trained: Path, tmp_path: Path):
    (tmp_path / "bad.pt").write_bytes(b"no weights")
    other = replace(recipe, width=0.125)
    for own, start in ((recipe, tmp_path / "bad.pt"), (recipe, tmp_path / "gone.pt"), (other, trained)):
        with pytest.raises(WhaleIdError, match="can't go on from"):
            detector.train_detector(own, flukes, tmp_path / "out", start=start)
    (tmp_path / "out" / detector.CHECKPOINT).write_bytes(b"cut short")
    with pytest.raises(WhaleIdError, match="can't go on from"):
        detector.train_detector(recipe, flukes, tmp_path / "out", resume=True)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA GPU here")
def test_a_gpu_that_is_not_there_is_refused(recipe, flukes: Path, tmp_path: Path):
    with pytest.raises(WhaleIdError, match="No cuda GPU"):
        detector.train_detector(recipe, flukes, tmp_path, device="cuda")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA GPU here")
def test_a_gpu_learns_like_the_processor(recipe):
    exact = replace(recipe, learning_rate=1e-4)
    scenes = detector.DetectorTraining(exact, draw_tails(2, 9), None).compose()
    losses = [
        detector.DetectorTraining(exact, draw_tails(2, 9), None, device=device).learn(scenes)
        for device in ("cpu", "cuda")
    ]
    assert losses[1] == pytest.approx(losses[0], rel=0.05)


def test_anchors_know_their_strides():
    from ultralytics.utils.tal import make_anchors

    levels = [torch.zeros(1, 1, side, side) for side in (8, 4, 2)]
    points, strides = make_anchors(levels, torch.tensor([8.0, 16.0, 32.0]), 0.5)
    assert torch.equal(anchor_strides(points * strides), strides[:, 0])


@pytest.mark.parametrize(("side", "finest"), [(200, True), (300, False)])
def test_only_levels_that_reach_a_tails_edges_answer_for_it(recipe, side: int, finest: bool):
    from ultralytics.utils.tal import make_anchors

    assigner = build_network(recipe).criterion.assigner
    levels = [torch.zeros(1, 1, 320 // stride, 320 // stride) for stride in (8, 16, 32)]
    points, strides = make_anchors(levels, torch.tensor([8.0, 16.0, 32.0]), 0.5)
    box = torch.tensor([[[10.0, 100.0, 10.0 + side, 180.0]]])
    chosen = assigner.select_candidates_in_gts(points * strides, box, torch.ones(1, 1, 1))[0, 0]
    assert bool(chosen[strides[:, 0] == 8].any()) == finest
    assert chosen[strides[:, 0] == 16].any()
    centre = (points * strides)[chosen]
    reach = torch.maximum(centre - box[0, 0, :2], box[0, 0, 2:] - centre).amax(1)
    assert (reach <= 15 * strides[chosen, 0]).all()


def slow_answering(centres: list[list[float]], strides: list[float], box: list[float]) -> list[bool]:
    """Anchor by anchor: inside the box, and no edge farther than 15 strides; all inside where none reaches."""
    inside, reached = [], []
    for (x, y), stride in zip(centres, strides, strict=True):
        edges = [x - box[0], y - box[1], box[2] - x, box[3] - y]
        inside.append(min(edges) > 0)
        reached.append(min(edges) > 0 and max(edges) <= 15 * stride)
    return reached if any(reached) else inside


@pytest.mark.parametrize("seed", range(6))
def test_the_anchors_that_answer_are_those_that_a_loop_finds(recipe, seed: int):
    from ultralytics.utils.tal import make_anchors

    assigner = build_network(recipe).criterion.assigner
    levels = [torch.zeros(1, 1, 640 // stride, 640 // stride) for stride in (8, 16, 32)]
    points, strides = make_anchors(levels, torch.tensor([8.0, 16.0, 32.0]), 0.5)
    rng = np.random.default_rng(seed)
    low = rng.uniform(0, 300, 2)
    box = np.concatenate([low, low + rng.uniform(50, 330, 2)]).round(1) + 0.03
    centres = points * strides
    tensor = torch.tensor(box, dtype=torch.float32)[None, None]
    chosen = assigner.select_candidates_in_gts(centres, tensor, torch.ones(1, 1, 1))[0, 0].bool()
    assert chosen.tolist() == slow_answering(centres.tolist(), strides[:, 0].tolist(), box.tolist())


def test_a_training_can_start_from_weights_and_leave_layers_as_they_are(recipe, trained: Path):
    frozen = replace(recipe, frozen=3)
    training = detector.DetectorTraining(frozen, draw_tails(1, 9), None, start=trained)
    before = {name: value.clone() for name, value in training.network.state_dict().items()}
    training.learn(training.compose())
    after = training.network.state_dict()
    still = {name for name in before if int(name.split(".")[1]) < 3}
    assert all(torch.equal(before[name], after[name]) for name in still)
    assert not all(torch.equal(before[name], after[name]) for name in set(before) - still)


def test_learning_from_the_same_scenes_again_and_again_lowers_their_loss(recipe):
    long = replace(recipe, warmup=1, learning_rate=0.005, samples=4000, scenes={"plain": 1.0})
    training = detector.DetectorTraining(long, draw_tails(2, 9), None)
    scenes = training.compose()
    # It rises first, when the network begins to answer for tails at all.
    losses = [training.learn(scenes) for _ in range(60)]
    assert np.mean(losses[-4:]) < 0.8 * np.mean(losses[:4])


def test_the_package_holds_what_its_manifest_says(recipe, package: Path):
    manifest = json.loads((package / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["task"] == "detect"
    assert manifest["input"] == {"width": 96, "height": 96, "colour": "rgb", "mean": [0, 0, 0], "std": [1, 1, 1]}
    assert manifest["architecture"] == "yolo11-0.33-0.0625-256"
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((package / name).read_bytes()).hexdigest() == digest


def test_onnx_and_torch_agree_for_any_number_of_photos(recipe, package: Path):
    openvino = pytest.importorskip("openvino")
    from safetensors.torch import load_file

    network = build_network(recipe)
    network.load_state_dict(load_file(package / "weights.safetensors"))
    core = openvino.Core()
    compiled = core.compile_model(core.read_model(package / "model.onnx"), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    for count in (1, 3):
        pixels = np.random.default_rng(count).random((count, 3, 96, 96), np.float32)
        with torch.no_grad():
            expected = network.eval()(torch.from_numpy(pixels))[0].numpy()
        found = compiled(pixels)[0]
        assert found.shape == (count, 5, 12 * 12 + 6 * 6 + 3 * 3)
        assert np.allclose(found, expected, atol=2e-3)


def test_exporting_again_replaces_the_package(recipe, trained: Path, tmp_path: Path):
    folder = tmp_path / "mine"
    detector_package.export(trained, recipe, folder)
    detector_package.record_metrics(folder, {"confidence": 0.5})
    (folder / JUDGE).write_text("of the one before")
    (folder / "IMG_0001.jpg").write_text("somebody's")
    detector_package.export(trained, recipe, folder, size=64)
    assert sorted(path.name for path in folder.iterdir()) == ["IMG_0001.jpg", MANIFEST, ONNX, WEIGHTS]
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["input"]["width"], manifest["metrics"]) == (64, {})
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_measures_count_what_was_found_and_what_was_not():
    tail = Box(0, 0, 10, 10)
    sure, half = replace(tail, confidence=0.9), Box(0, 0, 10, 5, confidence=0.4)
    sights = [
        detector_measure.Sight(tail, (sure,)),
        detector_measure.Sight(tail, (half,)),
        detector_measure.Sight(tail, ()),
        detector_measure.Sight(None, (half, half)),
    ]
    assert detector_measure.overlaps(sights).tolist() == [1.0, 0.5, 0.0]
    assert detector_measure.false_boxes(sights[3:]) == 200.0
    assert detector_measure.false_boxes([]) == 0.0


def test_the_confidence_is_chosen_to_find_tails_and_leave_empty_frames_empty():
    pixels = np.zeros((60, 90, 3), np.uint8)
    _, coded = cv2.imencode(".png", pixels)
    photo = TailPhoto(coded.tobytes(), (10.0, 20.0, 60.0, 50.0))

    def looks(shown: np.ndarray) -> list[list[Box]]:
        is_photo = np.array_equal(shown, pixels)
        return [[], [Box(10, 20, 60, 50, confidence=0.62) if is_photo else Box(0, 0, 9, 9, confidence=0.33)]]

    chosen = detector_measure.choose_confidence(looks, [photo], 1, count=2)
    assert 0.33 < chosen <= 0.62


def test_pictures_show_what_they_say(flukes: Path):
    photos = [photo for _, _, photo in read_tails(flukes, ("train",))]
    for pixels, box in detector_measure.far_pictures(photos, 0.1, 3, 1):
        assert max(pixels.shape) == detector_measure.FRAME
        assert box.width == pytest.approx(0.1 * pixels.shape[1], rel=0.1)
    assert [truth for _, truth in detector_measure.empty_pictures(photos, 2, 1)] == [None, None]
    sights = detector_measure.seen(lambda _: [], detector_measure.plain_pictures(photos))
    assert [(sight.truth.corners, sight.found) for sight in sights] == [(photo.box, ()) for photo in photos]


def test_a_package_is_measured_from_end_to_end(package: Path, flukes: Path):
    pytest.importorskip("openvino")
    hand = detector_measure.hand_photos(flukes, ("train",))
    result = detector_measure.evaluate_detector(package, flukes, count=2, splits=("test",), drawn=2)
    assert result["photos"] == 2
    assert 0 <= result["recall_at_10"] <= 1
    assert result["false_per_100_empty"] >= 0
    assert result["milliseconds"] > 0
    assert result["wrongly_turned"] == 0  # for the package has no judge
    chosen = detector_measure.evaluate_detector(package, flukes, hand[:1], count=2, splits=("test",), drawn=2)
    assert chosen["confidence"] in detector_measure.THRESHOLDS
