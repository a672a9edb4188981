"""What tasks of Vikunja have that goes into the notes, and their reminders."""

from tasks.importing.markup import plain
from tasks.importing.moments import is_nothing
from tasks.importing.shapes import dict_of, dicts, key_of, list_of, number_of

PARTS = {"subtask", "parenttask"}


def text_of(item, html):
    return plain(item.reading.words(html, "note"))


def say_more(item, row):
    for name, label in [("start_date", "Start"), ("end_date", "End")]:
        if not is_nothing(row.get(name)):
            item.say(label, item.in_words(row[name]))
    if done := number_of(row.get("percent_done")):
        item.say(
            "Progress",
            f"{done * 100:.0f} %",
        )
    for person in dicts(row.get("assignees")):
        item.say(
            "Assigned to",
            person.get("name") or person.get("username") or "someone",
        )
    for reminder in dicts(row.get("reminders")):
        before = -number_of(reminder.get("relative_period"))
        if reminder.get("relative_to") == "due_date" and before >= 0 and item.due_time:
            item.remind_before(int(before // 60))
        else:
            item.remind_at(reminder.get("reminder"))
    for moment in list_of(row.get("reminder_dates")):  # of older files
        item.remind_at(moment)
    for attached in dicts(row.get("attachments")):
        item.attach(dict_of(attached.get("file")).get("name"))
    for comment in dicts(row.get("comments")):
        words, author = text_of(item, comment.get("comment")), dict_of(comment.get("author"))
        by = author.get("name") or author.get("username")
        item.comment(words, comment.get("created"), by)


def say_relations(item, row, known):
    """Name related tasks; of parents the first counts, others are named."""
    for kind, others in dict_of(row.get("related_tasks")).items():
        for other in dicts(others):
            key = key_of(other.get("id"))
            title = known.get(key, other).get("title")
            if kind == "parenttask" and key != item.parent:
                item.say("Also part of", title)
            elif kind in PARTS and key not in known and title:
                item.say(f"Not in the file ({kind})", title)
            elif kind not in PARTS:
                item.say(f"Related ({kind})", title)
