"""Cells of Todoist that hold several things, or words."""

import json
import re

from tasks.importing.plan import shortened
from tasks.importing.rules import quoted
from tasks.importing.shapes import dict_of

LONGEST_LABELS = 5000  # characters of all labels of a task
PRIORITIES = {"1": 3, "2": 2, "3": 1, "4": 0}


def take_title(item, content):
    """Take the title, and the labels at its end."""
    whole, labels = content.strip(), []
    end = len(whole)
    start = max(end - LONGEST_LABELS, 0)
    for word in reversed(list(re.finditer(r"\S+", whole[start:]))[1:]):
        if not word[0].startswith("@") or word[0] == "@":
            break
        labels.append(word[0])
        end = start + word.start()
    for name in reversed(labels):
        item.tag(name)
    title = whole[:end].rstrip()
    item.title = title.removeprefix("* ")
    if item.title != title:
        item.leave("In Todoist it can't be completed. Here it can.")


def take_priority(item, value):
    item.priority = PRIORITIES.get(value, 0)
    if value not in PRIORITIES:
        item.leave(f"Its priority is {quoted(value)}, which is taken for none.")


def take_date(item, row, today):
    item.when(
        row["DATE"],
        today,
        row["DATE_LANG"].strip() or "en",
        row["TIMEZONE"].strip(),
    )
    is_sure = "BY" in item.repeat and "INTERVAL" not in item.repeat
    if item.repeat and not is_sure:
        words = f"The file doesn't say when {quoted(row['DATE'])} is next: from {item.due_date} on."
        item.leave(words)


def without_file(content):
    """Return a comment without the file that is attached to it, and the JSON of that file."""
    words, mark, file = content.partition("[[file ")
    if mark and file.endswith("]]"):
        return words, file.removesuffix("]]")
    return content, ""


def name_and_address(said):
    """Return the name and address of an attached file, from the JSON that stands for it."""
    try:
        file = dict_of(json.loads(said))
    except (ValueError, RecursionError):
        return shortened(said), ""
    return file.get("file_name"), file.get("file_url")
