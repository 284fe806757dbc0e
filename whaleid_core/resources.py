"""Where the bundled files are, in a wheel, in an editable install and in a source tree alike, and where a user's go."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_data_path

from whaleid_core.errors import Kind, WhaleIdError

PACKAGES_VARIABLE = "WHALEID_PACKAGES"
"""The environment variable that names another folder for the model packages that a user installs."""

_PACKAGE = Path(__file__).resolve().parent
# A wheel carries the folder inside the package. An editable install doesn't, and `importlib.resources` wouldn't find
# it there: it lies where the repository keeps it.
_PLACES = (_PACKAGE / "_resources", _PACKAGE.parent / "resources")


def resource(*parts: str) -> Path:
    """A bundled file or folder, e.g. `resource("icons", "fluke.svg")`; no parts give the folder of all.

    Raises:
        WhaleIdError: it isn't there (environment), for then the installation is damaged.
    """
    for place in _PLACES:
        found = place.joinpath(*parts)
        if found.exists():
            return found
    raise WhaleIdError(
        f"The installation is incomplete: {'/'.join(('resources', *parts))} is missing.",
        "Install WhaleGUI again.",
        Kind.ENVIRONMENT,
    )


def packages_folder() -> Path:
    """The folder of the bundled model packages, one folder each.

    Raises:
        WhaleIdError: it isn't there.
    """
    return resource("packages")


def user_packages_folder() -> Path:
    """The folder of the model packages that the user installed, one folder each; it need not be there."""
    named = os.environ.get(PACKAGES_VARIABLE, "")
    return Path(named) if named else user_data_path("WhaleGUI", appauthor=False) / "packages"
