"""Thumbnails: what was kept is found again, also where the photos were moved, or are gone."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QImage, QPixmapCache
from PySide6.QtWidgets import QApplication
from reliability import Tried

from whalegui.session import Session
from whaleid_core.catalogue import Catalogue
from whaleid_core.photos import read_photo
from whaleid_core.records import Box


@pytest.fixture
def session(qapp: QApplication, tmp_path: Path) -> Iterator[Session]:
    """One photo, blue with a red tail."""
    folder = tmp_path / "card"
    folder.mkdir()
    pixels = np.full((200, 300, 3), (200, 0, 0), np.uint8)
    pixels[50:110, 60:220] = (0, 0, 200)
    (folder / "IMG_1.png").write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
    catalogue = Catalogue.create(tmp_path / "catalogue", "Fjord")
    catalogue.add_photos([read_photo(folder / "IMG_1.png")])
    catalogue.draw_box(catalogue.photo_ids()[0], Box(60, 50, 220, 110))
    QPixmapCache.clear()
    made = Session(catalogue)
    yield made
    made.close()


def ask(session: Session) -> tuple[QImage | None, QImage | None]:
    """The photo's thumbnail and its tail's, after what is coming has come."""
    (key,) = session.catalogue.photo_ids()
    photo, (tail,) = session.catalogue.photo(key), session.catalogue.tails(key)
    for _ in range(2):
        found = session.thumbnails.photo(photo, 320), session.thumbnails.tail(tail, photo, 96, 48)
        session.settle()
    return tuple(pixmap.toImage() if pixmap is not None else None for pixmap in found)  # type: ignore[return-value]


def test_a_photo_and_its_tail_come_in_the_sizes_asked_for(session: Session) -> None:
    photo, tail = ask(session)
    assert photo is not None
    assert tail is not None
    assert (photo.width(), photo.height()) == (300, 200)
    assert (tail.width(), tail.height()) == (96, 48)
    assert tail.pixelColor(48, 24).red() > 150 > 50 > tail.pixelColor(48, 24).blue()


@pytest.mark.hard
def test_a_full_disk_costs_what_is_kept_and_not_what_is_seen(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tried: Tried
) -> None:
    """The disk is full while the file is written, and again when it takes its place."""
    real = Path.replace

    def full(*_arguments: object, **_named: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    for owner, name in ((Image.Image, "save"), (Path, "replace")):
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, full)
            assert None not in ask(session)
        assert list((tmp_path / "catalogue" / "thumbnails").rglob("*.*")) == []
        QPixmapCache.clear()
    assert Path.replace is real
    assert None not in ask(session)
    assert len(list((tmp_path / "catalogue" / "thumbnails").rglob("*.jpg"))) == 2
    tried("Thumbnails on a full disk", 2, "seen, and kept once there is room")


def test_what_was_kept_is_found_again_after_the_photos_were_moved(session: Session, tmp_path: Path) -> None:
    ask(session)
    kept = sorted((tmp_path / "catalogue" / "thumbnails").rglob("*.jpg"))
    assert len(kept) == 2
    (key,) = session.catalogue.photo_ids()
    shutil.rmtree(tmp_path / "card")
    session.catalogue.move_root(session.catalogue.photo(key).root_id, tmp_path / "disk 2")
    assert session.catalogue.photo(key).path.parent == tmp_path / "disk 2"
    QPixmapCache.clear()

    photo, tail = ask(session)

    assert photo is not None
    assert tail is not None
    assert tail.pixelColor(48, 24).red() > 150
    assert sorted((tmp_path / "catalogue" / "thumbnails").rglob("*.jpg")) == kept


def test_a_moved_box_and_a_turned_photo_are_cut_anew(session: Session, tmp_path: Path) -> None:
    ask(session)
    (key,) = session.catalogue.photo_ids()
    (tail,) = session.catalogue.tails(key)
    session.catalogue.move_box(tail.id, Box(230, 120, 290, 150))
    _, moved = ask(session)
    assert moved is not None
    assert moved.pixelColor(48, 24).blue() > 150
    session.catalogue.turn_photo(key, 90)
    turned, _ = ask(session)
    assert turned is not None
    assert (turned.width(), turned.height()) == (200, 300)


def test_what_can_not_be_made_is_said_in_a_sentence(session: Session, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "card")
    (key,) = session.catalogue.photo_ids()
    assert ask(session) == (None, None)
    assert "IMG_1.png" in session.thumbnails.problem(session.thumbnails.key_photo(key, 320))
    session.thumbnails.forget_problems()
    assert session.thumbnails.problem(session.thumbnails.key_photo(key, 320)) == ""
