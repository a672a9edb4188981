"""Cells of Todoist that hold several things, or words."""

import json
import re

from tasks.importing.date_words import DateWords
from tasks.importing.plan import shortened
from tasks.importing.rules import quoted
from tasks.importing.shapes import dict_of

LONGEST_LABELS = 5000  # characters of all labels of a task
PRIORITIES = {"1": 3, "2": 2, "3": 1, "4": 0}


def take_title(item, content):
    """Take the title, and the labels at its end."""
    title, labels = parted(content.strip())
    for name in labels:
        item.tag(name)
    item.title = title.removeprefix("* ")
    if item.title != title:
        item.leave("In Todoist it can't be completed. Here it can.")


def parted(whole):
    """Return a title, which has a word at least, and the labels after it."""
    end = len(whole)
    start = max(end - LONGEST_LABELS, 0)
    words = list(re.finditer(r"\S+", whole[start:]))
    labels = []
    for word in reversed(words[1:]):
        if not word[0].startswith("@") or word[0] == "@":
            break
        labels.insert(0, word[0])
        end = start + word.start()
    return whole[:end].rstrip(), labels


def take_date(item, row):
    """Take the date, and say which one was taken for a repeat that begins on any day."""
    date = DateWords(
        item,
        row["DATE"],
        language=row["DATE_LANG"].strip() or "en",
        zone=row["TIMEZONE"].strip(),
    )
    date.take()
    is_sure = "BY" in item.repeat and "INTERVAL" not in item.repeat
    if item.repeat and not is_sure:
        words = quoted(row["DATE"])
        item.leave(f"The file doesn't say when {words} is next: from {item.due_date} on.")


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
