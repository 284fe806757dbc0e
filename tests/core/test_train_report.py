"""Figures in words: cells, tables, where rows come from, and figures of the tail finder with or without an interval."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest

from whaleid_core.packages import Package
from whaleid_core.train.evaluation import Curve
from whaleid_core.train.measures import Figure
from whaleid_core.train.report import Table, cell
from whaleid_core.train.results import Results, detector_figures, origin, this_machine, write_csv, write_json


def figure(value: float, low: float = math.nan, high: float = math.nan) -> Figure:
    return Figure("one", "closed", "", "map5", value, low, high, 10)


def test_a_figure_is_shown_with_its_interval_where_it_has_one() -> None:
    assert cell(figure(0.65432, 0.61, 0.7)) == "0.654 (0.610 to 0.700)"
    assert cell(figure(0.65432)) == "0.654"


def test_a_table_is_aligned_for_a_terminal_and_piped_for_a_page() -> None:
    table = Table("Whales", [["name", "n"], ["longer name", "1"], ["a|b", "22"]], ["A note."])
    assert table.text() == "Whales\nname         n\nlonger name  1\na|b          22\nA note."
    assert table.markdown() == (
        "### Whales\n\n| name | n |\n|---|---|\n| longer name | 1 |\n| a/b | 22 |\n\nA note."
    )  # a pipe in a cell would begin another


def package(**manifest: object) -> Package:
    return Package(Path(), {"name": "one", "version": "1", **manifest})


def test_a_row_of_several_networks_says_each_thing_once_and_adds_their_minutes() -> None:
    first = package(training_data="whales", metrics={"minutes": 90.5, "machine": "a"}, held_out={"seed": 1})
    second = package(training_data="whales", metrics={"minutes": 10, "machine": "b"}, held_out={"seed": 1})
    both = origin([first, second, package()])
    assert both.recipe == "one 1 + one 1 + one 1"
    assert (both.training_data, both.seed, both.machine, both.minutes) == ("whales", "1", "a; b", 100.5)
    assert origin([package()]).minutes == 0


def test_the_tail_finders_figures_take_their_intervals_from_the_names_beside_them() -> None:
    measured = {"photos": 20.0, "recall_50": 0.9, "recall_50_low": 0.8, "recall_50_high": 0.95, "milliseconds": 30.0}
    recall, time = detector_figures(measured)
    assert (recall.name, recall.value, recall.low, recall.high, recall.count) == ("recall_50", 0.9, 0.8, 0.95, 20)
    assert time.name == "milliseconds"
    assert math.isnan(time.low)
    assert detector_figures({}) == []


def test_this_machine_is_named_with_its_cores() -> None:
    assert " cores of " in this_machine()


def test_what_is_no_number_is_empty_in_csv_and_null_in_json(tmp_path: Path) -> None:
    curve = Curve(np.array([0.0, 1.0]), np.array([0.5, 1.0]))
    whence = {"one": origin([package()])}
    found = Results([figure(0.5), figure(0.25, 0.1, 0.4)], {"known": curve}, {"test": 10}, whence, "this", None, 1.5)
    write_csv(tmp_path / "results.csv", found)
    write_json(tmp_path / "results.json", found)
    with (tmp_path / "results.csv").open(newline="", encoding="utf-8") as file:
        bare, with_ends = csv.DictReader(file)
    assert (bare["value"], bare["low"], bare["high"]) == ("0.5", "", "")
    assert (with_ends["value"], with_ends["low"], with_ends["high"]) == ("0.25", "0.1", "0.4")
    kept = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert kept["figures"][0]["low"] is None
    assert kept["figures"][1]["high"] == pytest.approx(0.4)
    assert kept["curves"] == {"known": {"x": [0.0, 1.0], "y": [0.5, 1.0]}}
    assert kept["quick"] is None
