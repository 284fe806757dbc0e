"""The catalogue: photos, tails, whales, encounters and decisions on the disk. The only SQL in the project."""

from __future__ import annotations

from whaleid_core.catalogue.box_checks import BoxChecks
from whaleid_core.catalogue.box_edits import BoxEdits
from whaleid_core.catalogue.box_exchange import BoxExchange
from whaleid_core.catalogue.comparison_edits import ComparisonEdits
from whaleid_core.catalogue.derived import Derived
from whaleid_core.catalogue.encounter_edits import EncounterEdits
from whaleid_core.catalogue.gallery_queries import GalleryQueries
from whaleid_core.catalogue.history import Histories, History, Step
from whaleid_core.catalogue.known_edits import KnownEdits
from whaleid_core.catalogue.looks import LookRow, Looks
from whaleid_core.catalogue.photo_edits import PhotoEdits
from whaleid_core.catalogue.photo_queries import PhotoQueries
from whaleid_core.catalogue.reading_edits import ReadingEdits, ReadingRow
from whaleid_core.catalogue.recorder import Overtaken
from whaleid_core.catalogue.rows import (
    CheckReason,
    Counts,
    DecisionRow,
    EncounterPlan,
    EncounterRow,
    Found,
    Gallery,
    JournalRow,
    PhotoFilter,
    PhotoRow,
    PhotoSort,
    PhotoStatus,
    Quality,
    RootRow,
    ShotRow,
    SourceRow,
    SuggestionRow,
    TailRow,
    WhaleRow,
)
from whaleid_core.catalogue.search_filters import Choices, Reach, SearchFilter, SearchFilters
from whaleid_core.catalogue.shot_edits import ShotEdits
from whaleid_core.catalogue.shot_queries import ShotQueries
from whaleid_core.catalogue.sighting_queries import SightingQueries
from whaleid_core.catalogue.status import BORDER, SHAPES, SURE
from whaleid_core.catalogue.store import is_catalogue
from whaleid_core.catalogue.tail_queries import TailQueries
from whaleid_core.catalogue.whale_edits import WhaleEdits
from whaleid_core.catalogue.whale_names import WhaleNames
from whaleid_core.catalogue.whale_queries import WhaleQueries

__all__ = [
    "BORDER",
    "SHAPES",
    "SURE",
    "Catalogue",
    "CheckReason",
    "Choices",
    "Counts",
    "DecisionRow",
    "EncounterPlan",
    "EncounterRow",
    "Found",
    "Gallery",
    "History",
    "JournalRow",
    "LookRow",
    "Overtaken",
    "PhotoFilter",
    "PhotoRow",
    "PhotoSort",
    "PhotoStatus",
    "Quality",
    "Reach",
    "ReadingRow",
    "RootRow",
    "SearchFilter",
    "ShotRow",
    "SourceRow",
    "Step",
    "SuggestionRow",
    "TailRow",
    "WhaleRow",
    "is_catalogue",
]


class Catalogue(
    PhotoEdits,
    ShotEdits,
    KnownEdits,
    BoxEdits,
    BoxChecks,
    BoxExchange,
    ReadingEdits,
    WhaleEdits,
    WhaleNames,
    ComparisonEdits,
    EncounterEdits,
    PhotoQueries,
    ShotQueries,
    TailQueries,
    WhaleQueries,
    SightingQueries,
    GalleryQueries,
    SearchFilters,
    Looks,
    Histories,
    Derived,
):
    """A folder with everything that is known of a set of photos.

    Made by `create` or `open`. An edit is one transaction: it returns a Change, whose inverse `apply` undoes it, and
    leaves a line in the journal. Queries give frozen rows. What is derived is stored without either.
    """
