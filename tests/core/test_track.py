"""Where photos were taken, by a GPS track; and GPX files, good and hostile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whaleid_core.errors import WhaleIdError
from whaleid_core.formats.gpx import read_track
from whaleid_core.track import Track

BEGAN = datetime(2025, 8, 12, 7, 0)
TWO_HOURS, TEN_MINUTES = timedelta(hours=2), timedelta(minutes=10)
HEAD = '<gpx version="1.1" creator="receiver" xmlns="http://www.topografix.com/GPX/1/1">'


def fixes(*steps: tuple[float, float, float]) -> Track:
    """(minutes after the beginning, latitude, longitude)"""
    return Track.of([(BEGAN + timedelta(minutes=at), north, east) for at, north, east in steps])


def gpx(path: Path, *steps: tuple[float, float, float], zone: str = "Z") -> Path:
    points = "".join(
        f'<trkpt lat="{north}" lon="{east}"><time>{(BEGAN + timedelta(minutes=at)).isoformat()}{zone}</time></trkpt>'
        for at, north, east in steps
    )
    path.write_text(f'<?xml version="1.0" encoding="UTF-8"?>{HEAD}<trk><trkseg>{points}</trkseg></trk></gpx>')
    return path


def local(minutes: float) -> datetime:
    """So long after the beginning, by a camera at UTC+2."""
    return BEGAN + TWO_HOURS + timedelta(minutes=minutes)


class TestPlaces:
    def test_between_two_fixes_by_time(self) -> None:
        track = fixes((0, 69.0, 18.0), (8, 70.0, 20.0))
        [place] = track.places([local(2)], TWO_HOURS, TEN_MINUTES)
        assert place == pytest.approx((69.25, 18.5))

    def test_none_outside_in_a_large_gap_and_without_a_time(self) -> None:
        track = fixes((0, 69.0, 18.0), (8, 70.0, 20.0), (60, 71.0, 21.0))
        times = [local(-1), local(0), local(8), local(9), local(60), local(61), None]
        found = track.places(times, TWO_HOURS, TEN_MINUTES)
        assert [place is not None for place in found] == [False, True, True, False, True, False, False]
        assert found[1] == (69.0, 18.0)
        assert found[4] == (71.0, 21.0)

    def test_a_wrong_zone_places_nothing_here(self) -> None:
        assert fixes((0, 69.0, 18.0), (8, 70.0, 20.0)).places([local(2)], timedelta(0), TEN_MINUTES) == [None]

    def test_the_short_way_over_the_date_line(self) -> None:
        [place] = fixes((0, -16.0, 179.9), (8, -16.0, -179.9)).places([local(6)], TWO_HOURS, TEN_MINUTES)
        assert place == pytest.approx((-16.0, -179.95))

    def test_fixes_come_in_any_order_and_twice(self) -> None:
        track = fixes((8, 70.0, 20.0), (0, 69.0, 18.0), (8, 70.0, 20.0))
        assert len(track) == 2
        assert track.span == (BEGAN.replace(tzinfo=UTC), (BEGAN + timedelta(minutes=8)).replace(tzinfo=UTC))

    def test_an_empty_track_places_nothing(self) -> None:
        assert Track.of([]).places([local(0), None], TWO_HOURS, TEN_MINUTES) == [None, None]
        assert Track.of([]).span is None

    def test_the_zone_can_be_guessed(self) -> None:
        track = fixes(*((minute, 69.0, 18.0) for minute in range(0, 181, 5)))
        times = [local(minute) for minute in (1, 60, 90, 179)]
        assert track.likely_clock(times, TEN_MINUTES) == TWO_HOURS
        assert track.likely_clock([None], TEN_MINUTES, usual=timedelta(hours=9)) == timedelta(hours=9)


@given(
    st.lists(st.tuples(st.integers(0, 500), st.floats(-80, 80), st.floats(-170, 170)), min_size=2, max_size=20),
    st.lists(st.integers(-10, 510), min_size=1, max_size=20),
    st.integers(0, 300),
)
def test_between_fixes_as_numpy_interpolates(
    steps: list[tuple[float, float, float]], minutes: list[int], gap: int
) -> None:
    track = fixes(*steps)
    found = track.places([local(minute) for minute in minutes], TWO_HOURS, timedelta(minutes=gap))
    known = np.array([(BEGAN.replace(tzinfo=UTC) + timedelta(minutes=minute)).timestamp() for minute in minutes])
    oracle = np.interp(known, track.times, track.latitudes)
    for at, place, latitude in zip(known, found, oracle, strict=True):
        before, after = track.times[track.times <= at], track.times[track.times >= at]
        near = len(before) > 0 and len(after) > 0 and after[0] - before[-1] <= gap * 60
        assert (place is not None) == near
        if place is not None:
            assert place[0] == pytest.approx(latitude, abs=1e-9)
            assert -180 <= place[1] <= 180


class TestGpx:
    def test_tracks_of_all_files(self, tmp_path: Path) -> None:
        morning = gpx(tmp_path / "m.gpx", (0, 69.0, 18.0), (5, 69.1, 18.1))
        noon = gpx(tmp_path / "정오.gpx", (420, 70.0, 19.0), zone="+02:00")
        track = read_track([noon, morning])
        assert track.latitudes.tolist() == [69.0, 69.1, 70.0]
        assert track.span == (datetime(2025, 8, 12, 7, 0, tzinfo=UTC), datetime(2025, 8, 12, 12, 0, tzinfo=UTC))

    def test_utf_16_is_read(self, tmp_path: Path) -> None:
        file = gpx(tmp_path / "a.gpx", (0, 69.0, 18.0))
        file.write_bytes(file.read_text().replace("UTF-8", "UTF-16").encode("utf-16"))
        assert len(read_track([file])) == 1

    def test_fixes_off_the_earth_or_without_a_time_are_left_out(self, tmp_path: Path) -> None:
        point = '<trkpt lat="{}" lon="18"><time>2025-08-12T07:00:00Z</time></trkpt>'
        points = point.format(91) + point.format("NaN") + point.format(69) + '<trkpt lat="1" lon="1"/>'
        (tmp_path / "a.gpx").write_text(f"{HEAD}<trk><trkseg>{points}</trkseg></trk></gpx>")
        assert read_track([tmp_path / "a.gpx"]).latitudes.tolist() == [69.0]

    def test_the_poles_and_the_date_line_are_on_earth(self, tmp_path: Path) -> None:
        point = '<trkpt lat="{}" lon="{}"><time>2025-08-12T07:0{}:00Z</time></trkpt>'
        places = [(90, 0), (-90, 0), (0, 180), (0, -180), (90.1, 0), (0, 180.5), (1, "NaN"), ("inf", 1)]
        points = "".join(point.format(*place, minute) for minute, place in enumerate(places))
        (tmp_path / "a.gpx").write_text(f"{HEAD}<trk><trkseg>{points}</trkseg></trk></gpx>")
        track = read_track([tmp_path / "a.gpx"])
        assert track.latitudes.tolist() == [90, -90, 0, 0]
        assert track.longitudes.tolist()[2:] in ([180, -180], [180, 180])

    def test_files_without_fixes_are_named_together(self, tmp_path: Path) -> None:
        for name in "ab":
            (tmp_path / f"{name}.gpx").write_text(HEAD + "</gpx>")
        for files, named in (([], "Nothing"), ([tmp_path / "a.gpx", tmp_path / "b.gpx"], "a.gpx and b.gpx")):
            with pytest.raises(WhaleIdError) as caught:
                read_track(files)
            assert caught.value.sentence == f"{named} has no track points with times, so it can't place photos."
            assert caught.value.hint == "Save the track itself with its times: routes and way points have none."

    def test_entities_are_not_let_in(self, tmp_path: Path) -> None:
        (tmp_path / "secret.txt").write_text("69")
        laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
        for number, subset in enumerate((f'<!ENTITY l0 "69">{laughs}', '<!ENTITY x SYSTEM "secret.txt">', "")):
            file = tmp_path / f"{number}.gpx"
            body = '<trk><trkseg><trkpt lat="69" lon="18"><name>&l9;</name></trkpt></trkseg></trk>'
            file.write_text(f'<?xml version="1.0"?><!DOCTYPE gpx [{subset}]>{HEAD}{body}</gpx>')
            wide = tmp_path / f"{number}w.gpx"
            wide.write_bytes(file.read_text().encode("utf-16-le"))  # no mark that says how wide it is
            for hostile in (file, wide):
                with pytest.raises(WhaleIdError) as caught:
                    read_track([hostile])
                assert caught.value.hint.startswith("Export ")

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "not xml",
            "<gpx>",
            "<html/>",
            HEAD + "</gpx>",
            HEAD + '<trk><trkseg><trkpt lat="a"/></trkseg></trk></gpx>',
        ],
    )
    def test_what_is_no_track_is_refused_in_a_sentence(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "a.gpx").write_text(text)
        with pytest.raises(WhaleIdError, match=r"a\.gpx"):
            read_track([tmp_path / "a.gpx"])

    def test_a_missing_file_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(WhaleIdError, match=r"gone\.gpx can't be read"):
            read_track([tmp_path / "gone.gpx"])
