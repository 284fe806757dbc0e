"""The measures of a computer: each step and network is there, and the faster precision is chosen, told and kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from platformdirs import user_cache_path

from whaleid_core import runtime, speed
from whaleid_core.cli import run
from whaleid_core.packages import Package
from whaleid_core.runtime import choose_precision, chosen_precision, open_runner, processor_precisions
from whaleid_core.speed import Measure, Speed, best_precision, measure_speed

CHOICE = user_cache_path("whalegui") / "precision.json"


@pytest.fixture(autouse=True)
def _nothing_chosen() -> Iterator[None]:
    CHOICE.unlink(missing_ok=True)
    yield
    CHOICE.unlink(missing_ok=True)


def test_each_step_is_measured_and_the_choice_is_what_the_program_then_runs_in(
    small_program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("SIZE", (1200, 800)), ("TAILS", 60), ("TURNS", 1), ("PHOTOS", 2)):
        monkeypatch.setattr(speed, name, value)
    found = measure_speed("cpu")
    for precision in processor_precisions():
        measured = " ".join(one.what for one in found.measures if one.precision == precision)
        assert "small" in measured
        assert "tail-finder" in measured
    assert all(one.ms > 0 for one in found.measures)
    assert "whole way" in found.measures[-1].what
    assert found.precision == chosen_precision()
    assert found.precision in found.why


def networks(fp32: float, bf16: float) -> list[Measure]:
    return [
        Measure("a", fp32, "fp32"),
        Measure("a", bf16, "bf16"),
        Measure("b", 1.0, "fp32"),
        Measure("b", 1.0, "bf16"),
    ]


@pytest.mark.parametrize(("fp32", "bf16", "best"), [(9, 4, "bf16"), (9, 8.5, "fp32"), (9, 20, "fp32")])
def test_the_less_exact_precision_has_to_pay(fp32: float, bf16: float, best: str) -> None:
    chosen, why = best_precision(networks(fp32, bf16))
    assert chosen == best
    assert f"{bf16 + 1:.0f} ms in bf16 and {fp32 + 1:.0f} ms in fp32" in why


def test_a_processor_with_one_precision_has_no_choice() -> None:
    assert best_precision([Measure("a", 9.0, "fp32")]) == ("fp32", "This processor computes in fp32 alone.")


def test_a_chosen_precision_is_taken_but_where_a_network_must_be_exact(
    small_package: Package, tail_finder: Package
) -> None:
    for precision in processor_precisions():
        choose_precision(precision)
        assert open_runner(tail_finder, "cpu").precision == precision
        assert open_runner(small_package, "cpu").precision == "fp32"
    for precision in processor_precisions():
        assert open_runner(small_package, "cpu", precision).precision == precision


@pytest.mark.parametrize("kept", ["", "[]", "{}", '{"processor": 1, "precision": "fp32"}', "\x00"])
def test_a_choice_that_is_damaged_or_another_processors_is_none(kept: str) -> None:
    CHOICE.parent.mkdir(parents=True, exist_ok=True)
    CHOICE.write_text(kept, encoding="utf-8")
    assert chosen_precision() == "auto"


def test_a_precision_of_another_version_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    choose_precision("fp32")
    assert chosen_precision() == "fp32"
    monkeypatch.setattr(runtime, "PRECISIONS", ("auto", "bf16"))
    assert chosen_precision() == "auto"


def test_the_command_tells_a_person_and_a_program(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    measures = Measure("network small 1", 4.04, "bf16"), Measure("a photo on its whole way", 150.0)
    monkeypatch.setattr(speed, "measure_speed", lambda device: Speed(device, "bf16", "It is faster.", measures))
    assert run(["bench", "--device", "cpu"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[1].split() == ["network", "small", "1", "bf16", "4.0"]
    assert shown[2].split()[-1] == "150.0"
    assert shown[3:] == ["A thousand photos take about 2 minutes here.", "It is faster."]
    assert run(["bench", "--device", "cpu", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["device"], told["why"], told["thousand_photos_minutes"]) == ("cpu", "It is faster.", 2.5)
    assert told["measures"][0] == {"what": "network small 1", "ms": 4.04, "precision": "bf16"}
