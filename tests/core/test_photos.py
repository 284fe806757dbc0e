"""Photos are read upright at any size, whatever wrote them; what can't be read is said in one sentence."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from whaleid_core.boxes import turned
from whaleid_core.errors import Kind, WhaleIdError
from whaleid_core.photos import PHOTO_SUFFIXES, crop, photo_files, read_photo, read_pixels, read_view, thumbnail
from whaleid_core.records import Box

ROTATE, MODEL = 0x112, 0x110


def scene(width: int = 90, height: int = 60) -> np.ndarray:
    """A smooth photo of which no two corners are alike."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    return np.stack([x * 255 / width, y * 255 / height, 255 - x * 200 / width], axis=-1).astype(np.uint8)


def save(path: Path, pixels: np.ndarray | None = None, exif: Image.Exif | None = None, **options: object) -> Path:
    image = Image.fromarray(scene() if pixels is None else pixels)
    image.save(path, exif=Image.Exif() if exif is None else exif, **options)
    return path


def oracle(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(ImageOps.exif_transpose(image).convert("RGB"))


def difference(a: np.ndarray, b: np.ndarray) -> float:
    assert a.shape == b.shape
    return float(np.abs(a.astype(float) - b.astype(float)).mean())


def sentence(path: Path) -> str:
    """What both readers say of a photo that can't be read."""
    said = set()
    for read in (read_photo, read_pixels):
        with pytest.raises(WhaleIdError) as caught:
            read(path)
        assert path.name in caught.value.sentence
        assert caught.value.sentence.endswith(".")
        assert "\n" not in str(caught.value)
        assert caught.value.kind is not Kind.BUG
        said.add(caught.value.sentence)
    assert len(said) == 1
    return said.pop()


# --- upright -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_upright(tmp_path: Path, orientation: int, suffix: str) -> None:
    exif = Image.Exif()
    exif[ROTATE] = orientation
    path = save(tmp_path / f"고래 꼬리 {orientation}{suffix}", exif=exif)
    wanted = oracle(path)
    pixels, photo = read_pixels(path), read_photo(path)
    assert np.array_equal(pixels, wanted)
    assert (photo.height, photo.width) == wanted.shape[:2]
    assert pixels.flags.c_contiguous
    assert pixels.flags.writeable
    small = read_pixels(path, max_side=45)
    assert max(small.shape) == 45
    assert difference(small, cv2.resize(wanted, small.shape[1::-1], interpolation=cv2.INTER_AREA)) < 2


@pytest.mark.parametrize("orientation", [0, 9, 300])
def test_orientation_out_of_range_is_none(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[ROTATE] = orientation
    path = save(tmp_path / "a.jpg", exif=exif)
    assert read_pixels(path).shape == (60, 90, 3)
    assert read_photo(path).width == 90


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_turned_clockwise_after_exif_as_boxes_are(tmp_path: Path, degrees: int) -> None:
    pixels = np.zeros((60, 90, 3), np.uint8)
    pixels[10:30, 5:45] = 255
    exif = Image.Exif()
    exif[ROTATE] = 6
    path = save(tmp_path / "a.png", pixels, exif)
    photo, result = read_photo(path), read_pixels(path, turned=degrees)
    upright = turned(Box(5, 10, 45, 30), 90, 60, 90)
    box = turned(upright, photo.width, photo.height, degrees)
    inside = result[int(box.ymin) : int(box.ymax), int(box.xmin) : int(box.xmax)]
    assert inside.min() == 255
    assert (result > 0).sum() == inside.size


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_view_is_the_pixels_and_the_photos_own_size_so_turned(tmp_path: Path, degrees: int) -> None:
    exif = Image.Exif()
    exif[ROTATE] = 6
    path = save(tmp_path / "a.jpg", scene(320, 160), exif)
    pixels, size = read_view(path, 80, degrees)
    assert size == ((320, 160) if degrees % 180 else (160, 320))
    assert np.array_equal(pixels, read_pixels(path, 80, turned=degrees))


def test_turning_by_anything_but_quarters_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="quarters"):
        read_pixels(save(tmp_path / "a.png"), turned=45)


# --- size --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("max_side", [1, 33, 128, 400, 801, 1603])
def test_longer_side_is_as_asked_and_the_picture_the_same(tmp_path: Path, max_side: int) -> None:
    path = save(tmp_path / "a.jpg", scene(1603, 1001), quality=95)
    pixels = read_pixels(path, max_side=max_side)
    assert pixels.shape[1] == max_side
    assert pixels.shape[0] == max(1, round(1001 * max_side / 1603))
    wanted = cv2.resize(oracle(path), pixels.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert difference(pixels, wanted) < 2


def test_never_enlarged(tmp_path: Path) -> None:
    assert read_pixels(save(tmp_path / "a.jpg"), max_side=4000).shape == (60, 90, 3)
    assert thumbnail(tmp_path / "a.jpg", 4000).shape == (60, 90, 3)


def test_thumbnail_fits_its_square(tmp_path: Path) -> None:
    path = save(tmp_path / "a.jpg", scene(900, 600))
    assert thumbnail(path, 64).shape == (43, 64, 3)
    assert thumbnail(path, 64, turned=90).shape == (64, 43, 3)


# --- kinds of files ----------------------------------------------------------------------------------------------


KINDS = {
    ".tif": ["L", "1", "P", "RGBA", "LA", "CMYK", "YCbCr"],
    ".png": ["L", "1", "P", "RGBA", "LA"],
    ".jpg": ["L", "CMYK", "YCbCr"],
    ".bmp": ["L", "1", "P", "RGBA"],
}


@pytest.mark.parametrize(("suffix", "mode"), [(suffix, mode) for suffix, modes in KINDS.items() for mode in modes])
def test_every_kind_of_colour_is_rgb(tmp_path: Path, suffix: str, mode: str) -> None:
    path = tmp_path / f"a{suffix}"
    Image.fromarray(scene()).convert(mode).save(path)
    pixels, grey = read_pixels(path), read_pixels(path, grey=True)
    assert pixels.dtype == grey.dtype == np.uint8
    assert grey.shape == (60, 90)
    assert difference(pixels, oracle(path)) <= 1
    assert difference(grey, cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)) <= 1


def test_palette_with_transparency_is_read_without_a_warning(tmp_path: Path) -> None:
    image = Image.fromarray(scene()).quantize(16)
    image.save(tmp_path / "a.png", transparency=bytes(range(16)))
    assert read_pixels(tmp_path / "a.png").shape == (60, 90, 3)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("grey", [False, True])
def test_sixteen_bits_are_scaled_to_eight(tmp_path: Path, suffix: str, grey: bool) -> None:
    wanted = scene()
    deep = (wanted[..., 0] if grey else wanted[..., ::-1]).astype(np.uint16) * 257
    (tmp_path / f"a{suffix}").write_bytes(cv2.imencode(suffix, deep)[1].tobytes())
    pixels = read_pixels(tmp_path / f"a{suffix}")
    assert difference(pixels, np.stack([wanted[..., 0]] * 3, axis=-1) if grey else wanted) <= 0.5


def test_floats_are_scaled_too(tmp_path: Path) -> None:
    Image.fromarray(scene()[..., 0].astype(np.float32) / 255).save(tmp_path / "a.tif")
    assert difference(read_pixels(tmp_path / "a.tif", grey=True), scene()[..., 0]) <= 0.5


@pytest.mark.parametrize("name", ["a.heic", "shared by a telephone.jpg"])
def test_heic_by_its_content(tmp_path: Path, name: str) -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    exif = Image.Exif()
    exif[ROTATE] = 6
    pillow_heif.register_heif_opener()
    Image.fromarray(scene(96, 64)).save(tmp_path / "a.heic", exif=exif.tobytes(), quality=95)
    (tmp_path / "a.heic").rename(tmp_path / name)
    photo, pixels = read_photo(tmp_path / name), read_pixels(tmp_path / name)
    assert (photo.width, photo.height) == (64, 96)
    assert difference(pixels, np.rot90(scene(96, 64), -1)) < 6


# --- what can't be read ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
@pytest.mark.parametrize("kept", [0.5, 0.9, 0.999])
def test_file_that_ends_early_is_said_to(tmp_path: Path, suffix: str, kept: float) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (200, 300, 3), np.uint8)
    path = save(tmp_path / f"IMG_0203{suffix}", noise)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])
    assert sentence(path) == f"IMG_0203{suffix} ends early, so it can't be searched."


def test_end_of_the_thumbnail_in_the_header_is_not_the_end_of_the_photo(tmp_path: Path) -> None:
    small = io.BytesIO()
    Image.fromarray(scene()).save(small, "JPEG")
    exif = Image.Exif()
    exif[MODEL] = small.getvalue()
    path = save(tmp_path / "a.jpg", exif=exif)
    data = path.read_bytes()
    assert data.count(b"\xff\xd9") == 2
    assert read_pixels(path).shape == (60, 90, 3)
    path.write_bytes(data[:-2])
    assert "ends early" in sentence(path)


def test_bytes_behind_the_end_are_no_matter(tmp_path: Path) -> None:
    path = save(tmp_path / "a.jpg")
    path.write_bytes(path.read_bytes() + b"\0" * 5000)
    assert read_pixels(path).shape == (60, 90, 3)


def test_tiff_that_ends_early(tmp_path: Path) -> None:
    path = save(tmp_path / "a.tif", np.random.default_rng(1).integers(0, 255, (200, 300, 3), np.uint8))
    path.write_bytes(path.read_bytes()[:90000])
    with pytest.raises(WhaleIdError, match=r"a\.tif (ends early|is damaged), so it can't be searched"):
        read_pixels(path)


def test_empty_text_folder_and_absence(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").write_bytes(b"")
    (tmp_path / "text.jpg").write_text("no photo at all")
    (tmp_path / "folder.jpg").mkdir()
    assert sentence(tmp_path / "empty.jpg") == "empty.jpg is empty, so it can't be searched."
    assert sentence(tmp_path / "text.jpg") == "text.jpg can't be read: it isn't a photo of a kind known here."
    assert sentence(tmp_path / "folder.jpg") == "folder.jpg is a folder, not a photo."
    assert "any more" in sentence(tmp_path / "gone.jpg")


@pytest.mark.parametrize("name", ["a.dng", "a.cr2", "a.heic", "a.tif", "a.webp", "a.bmp", "a.png"])
def test_noise_under_any_name_is_one_sentence(tmp_path: Path, name: str) -> None:
    heads = {
        ".heic": b"\0\0\0\x18ftypheic",
        ".tif": b"II*\0\x08\0\0\0",
        ".webp": b"RIFF\x10\0\0\0WEBPVP8 ",
        ".bmp": b"BM",
    }
    noise = np.random.default_rng(2).integers(0, 255, 2000, np.uint8).tobytes()
    (tmp_path / name).write_bytes(heads.get(Path(name).suffix, b"") + noise)
    sentence(tmp_path / name)


def test_corrupt_png_is_damaged(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", scene(900, 600))
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 100] = bytes(100)
    path.write_bytes(bytes(data))
    assert sentence(path) == "a.png is damaged, so it can't be searched."


def test_bomb_is_not_opened(tmp_path: Path) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    (tmp_path / "bomb.png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)
    assert "60000 x 60000" in sentence(tmp_path / "bomb.png")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_forbidden_file_is_the_disks_affair(tmp_path: Path) -> None:
    path = save(tmp_path / "a.jpg")
    path.chmod(0)
    with pytest.raises(WhaleIdError, match="can't be read") as caught:
        read_photo(path)
    assert caught.value.kind is Kind.ENVIRONMENT


def test_broken_files_leave_stderr_alone(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = save(tmp_path / "a.jpg", np.random.default_rng(1).integers(0, 255, (200, 300, 3), np.uint8))
    data = path.read_bytes()
    middle = len(data) // 2
    path.write_bytes(data[:middle] + bytes(range(200)) + data[middle + 200 :])
    read_pixels(path)
    path.write_bytes(data[:middle])
    sentence(path)
    assert capfd.readouterr() == ("", "")


# --- folders, crops ----------------------------------------------------------------------------------------------


def test_photo_files_by_name_and_suffix(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / ".trash").mkdir()
    (tmp_path / "folder.jpg").mkdir()
    names = ["b.JPG", "a.jpeg", "고래 1.png", "._b.JPG", "train.csv", "c.CR2", "inner/d.tif", ".trash/e.jpg"]
    for name in names:
        (tmp_path / name).touch()
    assert [path.name for path in photo_files(tmp_path)] == ["a.jpeg", "b.JPG", "c.CR2", "고래 1.png"]
    everything = [path.relative_to(tmp_path).as_posix() for path in photo_files(tmp_path, recursive=True)]
    assert everything == ["a.jpeg", "b.JPG", "c.CR2", "inner/d.tif", "고래 1.png"]
    assert {".jpg", ".heic", ".nef"} <= PHOTO_SUFFIXES


def test_photo_files_of_no_folder(tmp_path: Path) -> None:
    with pytest.raises(WhaleIdError, match="no folder"):
        photo_files(tmp_path / "gone")


def test_links_in_circles_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a.jpg").touch()
    (tmp_path / "inner" / "up").symlink_to(tmp_path, target_is_directory=True)
    assert len(photo_files(tmp_path, recursive=True)) == 1


def test_crop_is_the_box_at_the_size_asked_for() -> None:
    pixels = np.zeros((100, 200, 3), np.uint8)
    pixels[20:60, 50:150] = (10, 20, 30)
    part = crop(pixels, Box(50, 20, 150, 60), 32, 16, margin=0)
    assert part.shape == (16, 32, 3)
    assert (part == (10, 20, 30)).all()
    wider = crop(pixels, Box(50, 20, 150, 60), 32, 16, margin=0.25)
    assert (wider[:2] == 0).all()
    assert (wider[8, 16] == (10, 20, 30)).all()
    assert crop(pixels[..., 0], Box(50, 20, 150, 60), 32, 16).shape == (16, 32)


@pytest.mark.parametrize(("enough", "side"), [(None, 1600), (1200, 1200), (1201, 1600), (700, 1200), (600, 600)])
def test_pixels_that_are_enough_are_taken_as_they_are_decoded(tmp_path: Path, enough: int | None, side: int) -> None:
    path = save(tmp_path / "large.jpg", scene(2400, 1500), quality=95)
    seen = read_pixels(path, max_side=1600, enough=enough)
    assert max(seen.shape) == side
    assert difference(seen, cv2.resize(oracle(path), seen.shape[1::-1], interpolation=cv2.INTER_AREA)) < 2
    assert max(read_pixels(save(tmp_path / "same.png", scene(2400, 1500)), 1600, enough=enough).shape) == 1600


def test_crop_from_a_smaller_decoding_shows_the_same() -> None:
    pixels = scene(800, 400)
    small = cv2.resize(pixels, (400, 200), interpolation=cv2.INTER_AREA)
    box = Box(100, 60, 500, 300)
    assert difference(crop(pixels, box, 64, 32), crop(small, box, 64, 32, scale=0.5)) < 2


def test_crop_beyond_the_photo_repeats_its_edge() -> None:
    pixels = np.zeros((10, 10), np.uint8)
    pixels[:, -1] = 200
    assert (crop(pixels, Box(9, 0, 29, 10), 20, 10, margin=0) == 200).all()
    assert (crop(pixels, Box(50, 50, 60, 60), 4, 4) == 200).all()
    assert crop(pixels, Box(3, 3, 3.1, 3.1), 4, 4).shape == (4, 4)


def test_opencv_does_not_lead_qt_to_its_own_plugins() -> None:
    code = "import os, whaleid_core.photos; print(*(k for k in os.environ if k.startswith('QT_QPA')))"
    clean = {key: value for key, value in os.environ.items() if not key.startswith("QT_QPA")}
    for before, after in (({}, ""), ({"QT_QPA_FONTDIR": "/fonts"}, "QT_QPA_FONTDIR")):
        ran = subprocess.run(
            [sys.executable, "-c", code], env=clean | before, capture_output=True, text=True, check=True
        )
        assert ran.stdout.strip() == after
