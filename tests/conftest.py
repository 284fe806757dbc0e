"""What holds for every test: no display, no settings of the user's, no thread left behind; and the shared fixtures."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import reliability
from hypothesis import HealthCheck, settings

OUTSIDE = dict(os.environ)
"""The environment as it was before the tests closed themselves off: for tests that call pip."""

_HOME = Path(tempfile.mkdtemp(prefix="whalegui-tests-"))
_FOLDERS = {
    "HOME": "",
    "USERPROFILE": "",
    "APPDATA": "roaming",
    "LOCALAPPDATA": "local",
    "WIN_PD_OVERRIDE_APPDATA": "roaming",
    "WIN_PD_OVERRIDE_LOCAL_APPDATA": "local",
    "XDG_CONFIG_HOME": "config",
    "XDG_CACHE_HOME": "cache",
    "XDG_DATA_HOME": "data",
    "XDG_STATE_HOME": "state",
    "XDG_RUNTIME_DIR": "runtime",
    "MPLCONFIGDIR": "matplotlib",
    "YOLO_CONFIG_DIR": "ultralytics",
}
_THREADS_END_WITHIN_S = 60.0

# A busy machine is no failure.
settings.register_profile("unhurried", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


def _close_off() -> None:
    """Before anything of ours is imported: libraries read these when they are imported."""
    for name, folder in _FOLDERS.items():
        path = _HOME / folder
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.environ[name] = str(path)
    os.environ.pop("WHALEID_PACKAGES", None)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["YOLO_OFFLINE"] = "true"
    import whaleid_core  # noqa: F401 - before NumPy, as in the program: it says how many threads that takes


_close_off()


_status = pytest.StashKey[int]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--reliability", metavar="FILE", help="write there what was tried to break the program")


def pytest_configure(config: pytest.Config) -> None:
    reliability.begin(config)


@pytest.fixture
def tried(request: pytest.FixtureRequest) -> reliability.Tried:
    """Takes what a test tried to break, how often and what came of it."""
    return reliability.tell_of(request)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    session.config.stash[_status] = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(_HOME, ignore_errors=True)
    # All tests are over and told. Qt, torch and OpenVINO loaded together crash while the interpreter is taken down, and
    # so does Qt alone where hundreds of windows were opened and let go in one process. No program of ours does either:
    # the window loads no torch, and is one. So it ends here, with the status of the tests.
    if "PySide6.QtWidgets" in sys.modules:
        config.get_terminal_writer().flush()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(config.stash.get(_status, 1))


@pytest.fixture(autouse=True)
def _own_settings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test begins with settings that nobody has touched."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))


@pytest.fixture(autouse=True)
def _no_thread_left(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A test of the window ends all the work that it began.

    Python knows the workers of Qt's pools only while they run Python, so those are looked for in the pools: the common
    one, and the lanes of every Jobs.
    """
    if "gui" not in request.node.path.parts:
        yield
        return
    from whalegui.jobs import Jobs

    begun: list[weakref.ref[Jobs]] = []
    begin = Jobs.__init__

    def noted(self: Jobs, *arguments: Any, **named: Any) -> None:
        begin(self, *arguments, **named)
        begun.append(weakref.ref(self))

    monkeypatch.setattr(Jobs, "__init__", noted)
    before = set(threading.enumerate())
    yield
    until = time.monotonic() + _THREADS_END_WITHIN_S
    while (left := _left(before, begun)) and time.monotonic() < until:
        time.sleep(0.02)
    assert not left, f"work was left behind: {', '.join(left)}"


def _left(before: set[threading.Thread], begun: list[weakref.ref[Any]]) -> list[str]:
    """What still runs: names of threads and lanes."""
    import shiboken6
    from PySide6.QtCore import QThreadPool

    left = [
        thread.name
        for thread in threading.enumerate()
        if thread not in before and thread.is_alive() and not isinstance(thread, threading._DummyThread)
    ]
    pools = [QThreadPool.globalInstance()]
    for jobs in (reference() for reference in begun):
        if jobs is not None and shiboken6.isValid(jobs):
            pools += jobs.findChildren(QThreadPool)
    return left + ["a worker of a thread pool" for pool in pools if pool.activeThreadCount()]


@pytest.fixture(scope="session")
def outside() -> dict[str, str]:
    """The environment that the tests were started in, e.g. with pip's cache and configuration."""
    return dict(OUTSIDE)


@pytest.fixture(scope="session")
def flukes() -> Path:
    """The folder of real fluke photographs; the test is skipped where there is none."""
    folder = os.environ.get("WHALEID_FLUKES", "")
    if not folder:
        pytest.skip("WHALEID_FLUKES isn't set: no real photographs to test on")
    path = Path(folder)
    if not (path / "photos.csv").is_file():
        pytest.skip(f"WHALEID_FLUKES names {path}, which holds no photos.csv")
    return path
