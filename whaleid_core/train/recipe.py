"""Finds training recipes: TOML files, those that come with the program by name, others by path."""

from __future__ import annotations

import tomllib
from pathlib import Path

from whaleid_core.errors import WhaleIdError

RECIPES = Path(__file__).with_name("recipes")
KINDS = ("detector", "embedding", "classifier", "siamese", "ensemble")


def names() -> list[str]:
    """The recipes that come with the program."""
    return sorted(path.stem for path in RECIPES.glob("*.toml"))


def find(recipe: str) -> Path:
    """The file of a recipe, by name or by path.

    Raises:
        WhaleIdError: there is none.
    """
    for path in (RECIPES / f"{recipe}.toml", Path(recipe)):
        if path.is_file():
            return path
    raise WhaleIdError(f"There is no recipe {recipe!r}.", f"These come with the program: {', '.join(names())}.")


def kind(path: Path) -> str:
    """What a recipe trains: one of `KINDS`.

    Raises:
        WhaleIdError: it isn't TOML, or doesn't say.
    """
    try:
        value = tomllib.loads(path.read_text(encoding="utf-8")).get("kind")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WhaleIdError(f"{path.name} is no recipe: {error}.", "Compare it with those that come along.") from error
    if value not in KINDS:
        hint = f'Write kind = "detector", say; known are {", ".join(KINDS)}.'
        raise WhaleIdError(f"{path.name} doesn't say what it trains.", hint)
    return str(value)


def first_comment(path: Path) -> str:
    """What a recipe says of itself in its first line."""
    return path.read_text(encoding="utf-8").splitlines()[0].removeprefix("#").strip()
