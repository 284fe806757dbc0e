"""Trains the study's ensemble: its networks one after the other, and the package that lets them vote together."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

from whaleid_core.errors import WhaleIdError
from whaleid_core.packages import MANIFEST, Package, read_package
from whaleid_core.train import recipe as recipes
from whaleid_core.train.calibrating import UNFITTED
from whaleid_core.train.ensemble import write_ensemble
from whaleid_core.train.sitting import Standing, Watch
from whaleid_core.train.study_photos import FOUND
from whaleid_core.train.study_recipe import StudyRecipe
from whaleid_core.train.study_run import How, Sources, train_study

VOTES = ("outputs", "probabilities")
"""What is averaged: the networks' raw outputs, as in the study, or their probabilities."""


@dataclass(frozen=True, slots=True)
class EnsembleRecipe:
    """Which networks an ensemble is made of.

    Attributes:
        members: recipes of classifiers, by name, or by the path of a file beside this one.
        vote: one of `VOTES`.
    """

    name: str
    version: str
    members: tuple[str, ...]
    vote: str

    @classmethod
    def read(cls, path: Path) -> EnsembleRecipe:
        """Read from a TOML file.

        Raises:
            WhaleIdError: it isn't TOML, lacks something, or holds something that can't be.
        """
        hint = "Compare it with whaleid_core/train/recipes/study-ensemble.toml."
        try:
            raw = tomllib.loads(path.read_text(encoding="utf-8"))
            members = tuple(str(member) for member in raw["members"])
            recipe = cls(str(raw["name"]), str(raw["version"]), members, str(raw["vote"]))
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise WhaleIdError(f"{path.name} is no recipe for an ensemble: {error}.", hint) from error
        if recipe.vote not in VOTES or len(set(members)) < 2:
            raise WhaleIdError(f"{path.name} doesn't name two members, and how they vote.", hint)
        return recipe

    def networks(self, beside: Path) -> dict[str, StudyRecipe]:
        """The recipe of each member, by what its package's folder is called.

        Raises:
            WhaleIdError: there is no such recipe, or it trains something else.
        """
        found = {}
        for member in self.members:
            near = beside / member
            path = near if near.is_file() else recipes.find(member)
            if recipes.kind(path) != "classifier":
                raise WhaleIdError(f"{path.name} trains no classifier.", "Only classifiers can be in this ensemble.")
            found[path.stem] = StudyRecipe.read(path)
        return found


class _Part:
    """Tells a watch of one network of several as a part of the whole."""

    def __init__(self, watch: Watch, number: int, of: int) -> None:
        self._watch, self._number, self._of = watch, number, of

    def _whole(self, standing: Standing) -> Standing:
        return replace(standing, done=(self._number + standing.done) / self._of)

    def step(self, standing: Standing) -> None:
        self._watch.step(self._whole(standing))

    def checkpoint(self, standing: Standing) -> None:
        self._watch.checkpoint(self._whole(standing))

    def cancel(self) -> bool:
        return self._watch.cancel()


def train_ensemble(path: Path, sources: Sources, work: Path, out: Path, watch: Watch, how: How) -> Package:
    """Train the networks of a recipe into folders of `work`, those that aren't there already, and make the package.

    The members' packages lie in `work`/packages. Given minutes are shared among them.

    Raises:
        WhaleIdError: see `study_run.train_study`.
        Cancelled: the watch asked for it; what is trained stays.
    """
    if how.start is not None:
        sentence = "The networks of an ensemble can't all start from one file of weights."
        raise WhaleIdError(sentence, "Train each with its own recipe, and join them with: whaleid ensemble.")
    recipe = EnsembleRecipe.read(path)
    networks = recipe.networks(path.parent)
    share = None if how.minutes is None else how.minutes / len(networks)
    members = []
    for number, (name, network) in enumerate(networks.items()):
        package = work / "packages" / name
        if (package / MANIFEST).is_file():
            members.append(read_package(package))
            continue
        part = _Part(watch, number, len(networks))
        members.append(train_study(network, sources, work / name, package, part, replace(how, minutes=share)))
        if (found := work / name / FOUND).is_file():
            sources = replace(sources, boxes=found)
    minutes = round(sum(float(member.manifest["metrics"]["minutes"]) for member in members), 1)
    said = {
        "name": recipe.name, "version": recipe.version, "vote": recipe.vote, "calibration": UNFITTED.as_dict(),
        "metrics": {"minutes": minutes, "machine": how.machine},
    }  # fmt: skip
    return write_ensemble(members, out, said)
