"""What tasks of Vikunja have that goes into the notes, and their reminders."""

from tasks.importing.markup import plain
from tasks.importing.moments import is_nothing
from tasks.importing.shapes import dict_in, dicts, dicts_in, first_in, key_in, list_in, number_in

PARTS = {"subtask", "parenttask"}


def text_of(item, html):
    """Return notes or a comment as plain text."""
    words = item.reading.words(html, "note")
    return plain(words)


def say_more(item, row):
    """Take the reminders of a task, and put into the notes what has no place."""
    say_moment(item, "Start", row.get("start_date"))
    say_moment(item, "End", row.get("end_date"))
    if done := number_in(row, "percent_done"):
        item.say("Progress", f"{done * 100:.0f} %")
    for person in dicts_in(row, "assignees"):
        item.say("Assigned to", name_of(person) or "someone")
    for reminder in dicts_in(row, "reminders"):
        remind(item, reminder)
    for moment in list_in(row, "reminder_dates"):  # of older files
        item.remind_at(moment)
    for attached in dicts_in(row, "attachments"):
        file = dict_in(attached, "file")
        item.attach(file.get("name"))
    for comment in dicts_in(row, "comments"):
        add_comment(item, comment)


def say_moment(item, label, value):
    if not is_nothing(value):
        item.say(label, item.in_words(value))


def name_of(person):
    return first_in(person, "name", "username")


def remind(item, reminder):
    """Take a reminder before a task is due, or at a moment."""
    before = -number_in(reminder, "relative_period")
    is_relative = reminder.get("relative_to") == "due_date"
    if is_relative and before >= 0 and item.due_time:
        minutes = int(before // 60)
        item.remind_before(minutes)
    else:
        item.remind_at(reminder.get("reminder"))


def add_comment(item, comment):
    """Put a comment, with its author, into the notes."""
    author = dict_in(comment, "author")
    item.comment(
        text_of(item, comment.get("comment")),
        comment.get("created"),
        name_of(author),
    )


def say_relations(item, row, known):
    """Name related tasks; of parents the first counts, others are named."""
    for kind, others in dict_in(row, "related_tasks").items():
        for other in dicts(others):
            say_relation(item, kind, other, known)


def say_relation(item, kind, other, known):
    """Name a related task, unless it stands with this one: as its parent, or a part of it."""
    key = key_in(other, "id")
    title = known.get(key, other).get("title")
    if kind == "parenttask" and key != item.parent:
        item.say("Also part of", title)
    elif kind in PARTS and key not in known and title:
        item.say(f"Not in the file ({kind})", title)
    elif kind not in PARTS:
        item.say(f"Related ({kind})", title)
