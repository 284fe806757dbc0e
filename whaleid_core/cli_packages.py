"""The part of the `whaleid` command for model packages: list, install, remove, pack."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from whaleid_core.console import say, say_table
from whaleid_core.errors import WhaleIdError
from whaleid_core.packages import Found
from whaleid_core.resources import PACKAGES_VARIABLE, user_packages_folder

HELP = f"""Model packages: those that came with the program, and your own.

Yours lie in your data folder; the environment variable {PACKAGES_VARIABLE} names another one."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    packages = typer.Typer(help=HELP, no_args_is_help=True)
    packages.command("list")(list_packages)
    packages.command("install")(install)
    packages.command("remove")(remove)
    packages.command("pack")(pack)
    app.add_typer(packages, name="packages")


def list_packages() -> None:
    """List the packages, where each comes from, and whether it is used."""
    from whaleid_core.packages import found

    everything = found()
    unused = _unused(everything)
    rows = [("NAME", "VERSION", "TASK", "MB", "FROM", "USED")]
    rows += [_row(one, why) for one, why in zip(everything, unused, strict=True)]
    say_table(rows)
    say(f"Those of yours lie in {user_packages_folder()}.")


def _row(one: Found, unused: str) -> tuple[str, str, str, str, str, str]:
    size = sum(path.stat().st_size for path in one.folder.glob("*") if path.is_file())
    source = "the program" if one.bundled else "you"
    name, version, task = one.folder.name, "?", "?"
    if one.package is not None:
        name, version, task = one.package.name, one.package.version, one.package.task
    return name, version, task, f"{size / 1e6:.1f}", source, f"no: {unused}" if unused else "yes"


def _unused(everything: Sequence[Found]) -> list[str]:
    """Why each package isn't used, as a sentence; empty where it is."""
    from whaleid_core.engine import voting

    left = [one.package for one in everything if one.package is not None and not one.problem]
    used = {package.label for package in left if package.task == "detect"}
    try:
        calibrated, members = voting(left)
        used |= {calibrated.label, *(member.label for member in members)}
    except WhaleIdError:
        pass  # there is none to compare tails with, so none of those votes
    return [
        one.problem
        or ("" if one.package is not None and one.package.label in used else "The ensemble doesn't name it.")
        for one in everything
    ]


def install(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A package file, made by `whaleid packages pack`.")],
) -> None:
    """Check a package file and install it; nothing in it is run but its network."""
    from whaleid_core import package_files
    from whaleid_core.packages import found

    package = package_files.install(file)
    say(f"{package.label} installed in {package.folder}.")
    everything = found()
    for one, unused in zip(everything, _unused(everything), strict=True):
        if one.folder == package.folder and unused:
            say(f"It isn't used: {unused}")


def remove(name: Annotated[str, typer.Argument(metavar="NAME", help="As `whaleid packages list` names it.")]) -> None:
    """Remove a package of yours; those that came with the program stay."""
    from whaleid_core import package_files

    for one in package_files.remove(name):
        say(f"{one.package.label if one.package is not None else one.folder.name} removed.")


def pack(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A package's folder, e.g. what training made.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The package file, ending with .zip as a rule.")],
) -> None:
    """Make a package file of a package's folder, to install it on another computer."""
    from whaleid_core import package_files

    package = package_files.pack(folder, file)
    say(f"{package.label} packed into {file}, {file.stat().st_size / 1e6:.1f} MB.")
