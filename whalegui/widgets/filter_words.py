"""What is filtered, in words: nobody should wonder where the other photos are."""

from __future__ import annotations

from collections.abc import Mapping

from whalegui.widgets.photo_status import STATUS_LOOKS
from whalegui.widgets.wording import day
from whaleid_core.catalogue.rows import PhotoFilter, Quality

NOBODY = "nobody named"
QUALITY_WORDS = {
    Quality.GOOD: "good: no criterion worse than 2",
    Quality.FAIR: "fair or better: none worse than 3",
    Quality.POOR: "poor: a criterion worse than 3",
    Quality.UNRATED: "not rated yet",
}


def filter_words(which: PhotoFilter, encounters: Mapping[int, str], whales: Mapping[int, str]) -> str:
    """A filter as a person says it: "waiting or to check; Encounter 3; by Ana; with “calf”"; empty where nothing is."""
    parts = [" or ".join(look.word for status, look in STATUS_LOOKS.items() if status in which.statuses), _dates(which)]
    if which.encounter_id is not None:
        parts.append(encounters.get(which.encounter_id, "an encounter"))
    if which.whale_id is not None:
        parts.append(f"of {whales.get(which.whale_id, 'a whale')}")
    if which.photographer is not None:
        parts.append(f"by {which.photographer or NOBODY}")
    if which.quality is not None:
        parts.append(QUALITY_WORDS[which.quality].split(":")[0])
    if text := which.text.strip():
        parts.append(f"with “{text}”")
    return "; ".join(part for part in parts if part)


def _dates(which: PhotoFilter) -> str:
    first, last = which.taken_from, which.taken_to
    if first is not None and last is not None:
        return day(first) if first.date() == last.date() else f"{day(first)} to {day(last)}"
    if first is not None:
        return f"from {day(first)}"
    return f"up to {day(last)}" if last is not None else ""
