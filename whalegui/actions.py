"""One table of what can be done: its words, its keys, its icon."""

from __future__ import annotations

import re
from dataclasses import dataclass

from whalegui.keymap import keymap, readable


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a person can do.

    Attributes:
        id: workspace and verb, e.g. "boxes.accept"; "app." for the window's own.
        text: on the button and in the menu.
        keys: portable key sequences, the first is shown.
        icon: a file of resources/icons; empty for none.
        tip: one sentence, for the tool tip and the search.
        workspaces: where it can be used; empty: everywhere.
        repeat: whether holding the key repeats it; moves do, decisions don't.
    """

    id: str
    text: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    tip: str = ""
    workspaces: tuple[str, ...] = ()
    repeat: bool = False


def _block(workspace: str, *rows: Action) -> tuple[Action, ...]:
    return tuple(
        Action(
            f"{workspace}.{row.id}", row.text, row.keys, row.icon, row.tip, row.workspaces or (workspace,), row.repeat
        )
        for row in rows
    )


APP = tuple(
    Action(f"app.{row.id}", row.text, row.keys, row.icon, row.tip)
    for row in (
        Action("new", "New catalogue...", ("Ctrl+N",), "folder-plus", "Begin a catalogue, empty or from known whales"),
        Action("open", "Open catalogue...", ("Ctrl+O",), "folder-open", "Open a catalogue's folder"),
        Action("add", "Add photographs...", ("Ctrl+I",), "image-plus", "Add photographs to the catalogue"),
        Action(
            "add_folder",
            "Add a folder of photographs...",
            ("Ctrl+Shift+I",),
            "folder",
            "Add a folder and what lies below it",
        ),
        Action("add_known", "Add known whales...", (), "book-open", "Add photographs of whales that are known"),
        Action(
            "import_boxes", "Add boxes from a file...", (), "scan", "Tail boxes as CSV, TSV, YOLO, COCO, Pascal VOC"
        ),
        Action(
            "export",
            "Export...",
            ("Ctrl+E",),
            "file-down",
            "Write answers, sightings or boxes as a file",
        ),
        Action("settings", "Settings...", ("Ctrl+,",), "settings", "Names, colours, text size, thresholds"),
        Action("quit", "Quit", ("Ctrl+Q",), "log-out", "Close WhaleGUI"),
        Action("undo", "Undo", ("Ctrl+Z",), "undo-2", "Take the last edit back"),
        Action("redo", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo-2", "Make the edit again that was taken back"),
        Action("search", "Search...", ("Ctrl+K",), "search", "Commands, whales, photos, encounters, settings"),
        Action("find", "Find here", ("Ctrl+F",), "search", "Go to the find field of this workspace"),
        Action("find_tails", "Find tails", (), "scan", "Look for tails in the photos that weren't searched"),
        Action("match", "Match tails", (), "git-compare", "Compare the waiting tails with the known whales"),
        Action("find_and_match", "Find and match", ("Ctrl+R",), "play", "Find tails in new photos, then match them"),
        Action("show_photos", "Photos", ("Ctrl+1",), "images", "All photos of the catalogue"),
        Action("show_boxes", "Boxes", ("Ctrl+2",), "scan", "Check where the tails are"),
        Action("show_matches", "Matches", ("Ctrl+3",), "git-compare", "Decide which whale each tail is"),
        Action("show_whales", "Whales", ("Ctrl+4",), "fluke", "Each whale with its photos"),
        Action("show_models", "Models", ("Ctrl+5",), "package", "The networks that the program works with"),
        Action("refresh", "Refresh", ("F5",), "refresh-cw", "Read the catalogue again"),
        Action("next_region", "Next region", ("F6",), "", "Move the keyboard to the next part of the window"),
        Action("fold", "Fold side panes", ("F9",), "panel-left", "Leave only the middle"),
        Action("full_screen", "Full screen", ("F11",), "expand", "Fill the screen"),
        Action("keys", "Keys", ("?",), "keyboard", "All keys at a glance"),
        Action("about", "About WhaleGUI", (), "info", "Version, licence, packages"),
    )
)

PHOTOS = _block(
    "photos",
    Action("open", "Open in Boxes", ("Return", "Enter"), "scan", "Open the photo in Boxes"),
    Action("next", "Next photo", ("PgDown",), "chevron-right", repeat=True),
    Action("previous", "Previous photo", ("PgUp",), "chevron-left", repeat=True),
    Action("back", "Back", ("Backspace",), "arrow-left", "To the photo before"),
    Action("large", "Show large", ("Space",), "maximize", "Fill the middle with the photo; again to go back"),
    Action("tick", "Tick", ("Y",), "circle-check", "Tick the photo"),
    Action("tick_all", "Tick all", ("Ctrl+A",), "circle-check", "Tick all photos that are shown"),
    Action("view", "Grid or list", ("V",), "list", "Change between grid and list"),
    Action("note", "Note", ("A",), "sticky-note", "Write a note about the photo"),
    Action("name_encounter", "Name encounter", ("F2",), "pencil", "Give the encounter a name"),
    Action("remove", "Take out of catalogue", ("Del",), "trash-2", "The file itself stays where it is"),
    Action("turn", "Turn right", ("R",), "rotate-cw", "Turn the photo by 90 degrees"),
    Action("turn_left", "Turn left", ("Shift+R",), "rotate-ccw", "Turn the photo back by 90 degrees"),
    Action("join", "Join encounter", ("J",), "merge", "Make one encounter of the ticked photos"),
    Action("split", "Split encounter", ("Shift+J",), "split", "Begin a new encounter at this photo"),
    Action("encounters", "Find encounters...", (), "calendar", "Put photos into encounters by gaps in time and place"),
    Action("photographer", "Taken by...", (), "user", "Write who took the photo, or all ticked ones"),
    Action("time", "Time...", (), "calendar", "Write when a photo was taken that has no time, or another one"),
    Action("clock", "Set a camera's clock...", (), "clock", "Set the times of a camera's photos right afterwards"),
    Action("track", "Places from a GPS track...", (), "map-pin", "Give photos the places that a GPX track has"),
    Action("look_again", "Find tails again", (), "refresh-cw", "See in Boxes what the detector would change"),
    Action("find_again", "Find moved photographs...", (), "folder", "Look in a folder for photographs that were moved"),
)

_WAYS = (("Left", "left"), ("Right", "right"), ("Up", "up"), ("Down", "down"))

BOXES = _block(
    "boxes",
    Action("accept", "Accept", ("Return", "Enter"), "check", "The boxes are right; the next photo opens"),
    Action("no_tail", "No tail", ("X",), "ban", "There is no tail in this photo; the next one opens"),
    Action("next", "Next photo", ("PgDown",), "chevron-right", repeat=True),
    Action("previous", "Previous photo", ("PgUp",), "chevron-left", repeat=True),
    Action("back", "Back", ("Backspace",), "arrow-left", "To the photo before"),
    Action("copy", "Copy boxes", ("C",), "copy", "Take the boxes of the photo before"),
    Action("next_box", "Next box", ("Tab",), "", repeat=True),
    Action("previous_box", "Previous box", ("Shift+Tab",), "", repeat=True),
    Action("delete", "Delete box", ("Del",), "trash-2", "Delete the picked box"),
    *(Action(f"nudge_{way.lower()}", f"Box 1 pixel {how}", (way,), repeat=True) for way, how in _WAYS),
    *(Action(f"shift_{way.lower()}", f"Box 10 pixels {how}", (f"Shift+{way}",), repeat=True) for way, how in _WAYS),
    Action("sheet", "Sheet", ("V",), "grid-3x3", "Check many crops at once"),
    Action("fit_tail", "Fit tail", ("F",), "crosshair", "Zoom to the tail"),
    Action("fit", "Whole photo", ("Shift+F",), "maximize", "Show the whole photo"),
    Action("actual", "100 %", ("Z",), "", "One photo pixel to one screen pixel"),
    Action("zoom_in", "Zoom in", ("+", "="), "zoom-in", repeat=True),
    Action("zoom_out", "Zoom out", ("-",), "zoom-out", repeat=True),
    Action("turn", "Turn right", ("R",), "rotate-cw", "Turn the photo by 90 degrees"),
    Action("turn_left", "Turn left", ("Shift+R",), "rotate-ccw", "Turn the photo back by 90 degrees"),
    Action("look_again", "Find tails again", (), "refresh-cw", "See what would change, or may be a tail"),
    Action("look_through", "Find tails again in this part", (), "refresh-cw", "See what would change"),
    Action("note", "Note", ("A",), "sticky-note", "Write a note about the photo"),
)

MATCHES = _block(
    "matches",
    Action("same", "Same", ("Return", "Enter"), "check", "It is the picked whale; the next tail opens"),
    Action("new", "New", ("N",), "star", "It is a whale that isn't in the catalogue yet"),
    Action("new_named", "New, with another id...", ("Shift+N",), "star", "Choose the id of the new whale"),
    Action("unsure", "Unsure", ("U",), "circle-question-mark", "It can't be told yet"),
    Action("poor", "Poor", ("P",), "slash", "The photo is too poor for anybody to tell"),
    Action("back", "Back", ("Backspace",), "arrow-left", "To the tail before"),
    Action("note", "Note", ("A",), "sticky-note", "Write a note about the photo"),
    Action("next", "Next tail", ("PgDown",), "chevron-right", repeat=True),
    Action("previous", "Previous tail", ("PgUp",), "chevron-left", repeat=True),
    Action("candidate_down", "Next candidate", ("Down",), "", repeat=True),
    Action("candidate_up", "Candidate before", ("Up",), "", repeat=True),
    Action("photo_right", "Its next photo", ("Right",), "", repeat=True),
    Action("photo_left", "Its photo before", ("Left",), "", repeat=True),
    Action("encounter_right", "Next in encounter", ("Shift+Right",), "", repeat=True),
    Action("encounter_left", "Before in encounter", ("Shift+Left",), "", repeat=True),
    *(Action(f"pick_{n}", f"Candidate {n}", (str(n % 10),), "", f"Pick candidate {n}") for n in range(1, 11)),
    Action("blink", "Blink", ("Space",), "blink", "Show the two tails in turn in one place"),
    Action("stack", "Stack", ("S",), "rows-2", "One above the other, so that edges line up"),
    Action("wipe", "Wipe", ("W",), "wipe", "Drag a line between the two"),
    Action("overlay", "Overlay", ("O",), "layers", "One over the other"),
    Action("tick", "Tick", ("Y",), "circle-check", "Tick the tail: one decision holds for all that are ticked"),
    Action("tick_all", "Tick all", ("Ctrl+A",), "circle-check", "Tick all waiting tails of the encounter"),
    Action("searched", "What is searched...", (), "funnel", "Search a part of the gallery: area, years, sex, quality"),
    Action("sheet", "Candidate sheet...", (), "file-down", "Save the tail and its candidates as a page, HTML or PDF"),
    Action("second_reading", "Second reading", (), "users", "Decide what others decided, with their answers hidden"),
    Action("points", "Points", ("T",), "waypoints", "Join the matching points of the two"),
    Action("relevance", "Relevance", ("H",), "sparkles", "Show what made the network find the two alike; needs torch"),
    Action("align", "Align", ("B",), "crosshair", "Align the two by the points that agree, or by their boxes"),
    Action("unlink", "Unlink", ("L",), "unlink", "Zoom and pan each tail by itself"),
    Action("mirror", "Mirror", ("M",), "mirror", "Mirror the new tail"),
    Action("grey", "Grey", ("G",), "contrast", "Without colour"),
    Action("invert", "Invert", ("I",), "moon", "Light for dark"),
    Action("enhance", "Enhance", ("E",), "wand-sparkles", "Even out the contrast (CLAHE)"),
    Action("reset", "Reset", ("Ctrl+0",), "rotate-ccw", "As the camera saw it: light, mirror, turn, zoom"),
    Action("turn_more", "Turn 1 degree right", ("Alt+Right",), "rotate-cw", repeat=True),
    Action("turn_less", "Turn 1 degree left", ("Alt+Left",), "rotate-ccw", repeat=True),
    Action("fit_tail", "Fit tail", ("F",), "crosshair", "Fit both tails"),
    Action("fit", "Whole photo", ("Shift+F",), "maximize", "Show the whole photos"),
    Action("actual", "100 %", ("Z",), "", "One photo pixel to one screen pixel"),
    Action("zoom_in", "Zoom in", ("+", "="), "zoom-in", repeat=True),
    Action("zoom_out", "Zoom out", ("-",), "zoom-out", repeat=True),
)

WHALES = _block(
    "whales",
    Action("open", "Open", ("Return", "Enter"), "images", "Show the whale's photos"),
    Action("next", "Next whale", ("PgDown",), "chevron-right", repeat=True),
    Action("previous", "Whale before", ("PgUp",), "chevron-left", repeat=True),
    Action("back", "Back", ("Backspace",), "arrow-left", "To the whale before"),
    Action("large", "Show large", ("Space",), "maximize", "Fill the middle with the photo; again to go back"),
    Action("tick", "Tick", ("Y",), "circle-check", "Tick the whale"),
    Action("tick_all", "Tick all", ("Ctrl+A",), "circle-check", "Tick all that are shown"),
    Action("view", "Grid or list", ("V",), "list", "Change between grid and list"),
    Action("note", "Note", ("A",), "sticky-note", "Write a note about the whale"),
    Action("rename", "Rename", ("F2",), "pencil", "Give the whale another id"),
    Action("merge", "Merge", (), "merge", "Two ids are one whale"),
    Action("split", "Split", (), "split", "The ticked photos are a whale of their own"),
    Action("move", "Move", (), "move-horizontal", "The ticked photos are another whale of the catalogue"),
    Action("book", "Fluke book...", (), "file-down", "Save the ticked whales, or all, on pages: PDF or HTML"),
)

CHECK = _block(
    "check",
    Action("same", "Same whale", ("Return", "Enter"), "check", "Both are one whale; the next proposal opens"),
    Action("different", "Different", ("D",), "slash", "They are two whales; never proposed again"),
    Action("unsure", "Unsure", ("U",), "circle-question-mark", "It can't be told yet"),
    Action("back", "Back", ("Backspace",), "arrow-left", "To the proposal before"),
    Action("next", "Next proposal", ("PgDown",), "chevron-right", repeat=True),
    Action("previous", "Proposal before", ("PgUp",), "chevron-left", repeat=True),
)
"""Keys of the self-check, a page of Whales."""

READERS = _block(
    "readers",
    Action("first", "The first is right", ("1",), "check", "It is decided as the first person said"),
    Action("second", "The second is right", ("2",), "check", "It is decided as the second person said"),
    Action("unsure", "Unsure", ("U",), "circle-question-mark", "Neither: it can't be told yet"),
    Action("other", "Other answer", ("Down", "Up"), "", "Show the whale that the other person meant"),
    Action("next", "Next reading", ("PgDown",), "chevron-right", repeat=True),
    Action("previous", "Reading before", ("PgUp",), "chevron-left", repeat=True),
)
"""Keys of Readers, a page of Whales."""

ACTIONS: tuple[Action, ...] = APP + PHOTOS + BOXES + MATCHES + WHALES + CHECK + READERS
BY_ID: dict[str, Action] = {action.id: action for action in ACTIONS}


def keys_of(action_id: str) -> tuple[str, ...]:
    """An action's keys: the table's, or those that the person chose."""
    return keymap.keys(action_id, BY_ID[action_id].keys)


def key_of(action_id: str) -> str:
    """An action's first key as a person reads it, for a sentence; its words where it has none."""
    keys = keys_of(action_id)
    return readable(keys[0]) if keys else f'"{BY_ID[action_id].text.rstrip(".")}"'


def with_keys(text: str) -> str:
    """A sentence in which "{boxes.accept}" stands for the key of that action."""
    return re.sub(r"\{([a-z_.]+)\}", lambda found: key_of(found[1]), text)
