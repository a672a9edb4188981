"""Cells of Todoist that hold several things, or words."""

import json
import re

from tasks.importing.plan import shortened
from tasks.importing.rules import quoted
from tasks.importing.shapes import dict_of

PRIORITIES = {"1": 3, "2": 2, "3": 1, "4": 0}
LABEL = re.compile(r"(?s)(.*\S)\s+@(\S+)")


def take_title(item, content):
    """Take the title, and the labels at its end."""
    title, labels = content.strip(), []
    while label := LABEL.fullmatch(title):
        title = label[1]
        labels.insert(0, label[2])
    for name in labels:
        item.tag(name)
    item.title = title.removeprefix("* ")
    if item.title != title:
        item.leave("In Todoist it can't be completed. Here it can.")


def take_priority(item, value):
    item.priority = PRIORITIES.get(value, 0)
    if value not in PRIORITIES:
        item.leave(f"Its priority is {quoted(value)}, which is taken for none.")


def take_date(item, row, today):
    item.when(row["DATE"], today, row["DATE_LANG"].strip() or "en", row["TIMEZONE"].strip())
    is_sure = "BY" in item.repeat and "INTERVAL" not in item.repeat
    if item.repeat and not is_sure:
        words = f"The file doesn't say when {quoted(row['DATE'])} is next: from {item.due_date} on."
        item.leave(words)


def name_and_address(said):
    """Return the name and address of an attached file, from the JSON that stands for it."""
    try:
        file = dict_of(json.loads(said))
    except (ValueError, RecursionError):
        return shortened(said), ""
    return file.get("file_name"), file.get("file_url")
