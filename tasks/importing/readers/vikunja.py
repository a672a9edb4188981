"""Vikunja: the ZIP file of an export, or the data.json in it.

Projects stand beside each other with the id of their parent, in older files within each other
(child_projects; lists, of namespaces). Notes and comments are HTML. A repeat is a number of
seconds, or a month. Tasks refer to others by half-empty copies, of which only the id counts.
"""

from tasks.importing.items import Items
from tasks.importing.markup import plain
from tasks.importing.moments import is_nothing
from tasks.importing.readers.vikunja_projects import projects_in
from tasks.importing.rules import place, quoted
from tasks.importing.shapes import by_id, dict_of, dicts, key_of, number_of

NAME = "Vikunja"
NEEDED = ('"tasks"', '"title"', '"hex_color"')
PRIORITIES = {0: 0, 1: 1, 2: 2, 3: 3, 4: 3, 5: 3}
DAY, HOUR = 86_400, 3600  # seconds
FROM_DUE, MONTHLY, FROM_COMPLETION = 0, 1, 2
PARTS = {"subtask", "parenttask"}
LEFT_OUT = (
    "Saved filters, teams, views, favorites, reactions, backgrounds, the colors of tasks and labels"
    " and the contents of attached files stay in Vikunja."
)


def find(file):
    """Return the projects of a file, or of data.json in a ZIP file, and the other files in it."""
    for part in file.parts:
        is_list = part.text.lstrip()[:1] == "["
        if is_list and all(name in part.text for name in NEEDED) and isinstance(part.json, list):
            return part.json, [other.name for other in file.parts if other is not part]
    return None


def read(found, plan, today):
    items, rows = Items(plan, today), []
    plan.leave("The file", LEFT_OUT)
    found, others = found
    if files := [name for name in others if name.startswith("files/")]:
        plan.leave("The ZIP file", f"Attached files aren't imported. It holds {len(files)}.")
    for project in projects_in(found, plan):
        first, *below = project.path
        kind = {"is_archived": project.is_archived, "color": project.color}
        home = items.home(first, " / ".join(below), key=project.number, **kind)
        for row in dicts(project.said.get("tasks")):
            rows.append((project, home, row))
    known = by_id([row for _, _, row in rows])
    parents = parents_of(row for _, _, row in rows)
    for nth, (project, home, row) in enumerate(rows, 1):
        key = key_of(row.get("id"))
        item = items.add(place(f"task {nth}", row.get("title")), key, parents.get(key))
        item.home = home
        item.order = (project.number, number_of(row.get("position")))
        read_task(item, row)
        say_relations(item, row, known)
        bucket = project.bucket_of(row)
        if bucket:
            item.say("Bucket", bucket)
    items.land()


def parents_of(rows):
    """Return the parents that tasks have by themselves or their parents, {id: id}."""
    parents = {}
    for row in rows:
        key, relations = key_of(row.get("id")), dict_of(row.get("related_tasks"))
        for parent in dicts(relations.get("parenttask")):
            parents.setdefault(key, key_of(parent.get("id")))
        for child in dicts(relations.get("subtask")):
            parents.setdefault(key_of(child.get("id")), key)
    parents.pop(None, None)
    return parents


def read_task(item, row):
    item.title, item.body = row.get("title"), text_of(item, row.get("description"))
    item.created_at = item.moment_of(row.get("created"), "moment of creation")
    item.updated_at = item.moment_of(row.get("updated"), "moment of the last change")
    item.due(row.get("due_date"))
    if row.get("done") is True:
        item.complete(row.get("done_at"), row.get("updated"))
    priority = row.get("priority")
    item.priority = PRIORITIES.get(number_of(priority), 0)
    if number_of(priority) not in PRIORITIES:
        item.leave(f"Its priority is {quoted(priority)}, which is taken for none.")
    for label in dicts(row.get("labels")):
        item.tag(label.get("title"))
    repeat(item, row)
    say_more(item, row)


def text_of(item, html):
    return plain(item.reading.words(html, "note"))


def repeat(item, row):
    """Take the repeat: an RRULE in newer files, else seconds and a mode."""
    if row.get("repeats"):
        is_from_completion = row.get("repeats_from_current_date") is True
        way = "completion" if is_from_completion else "due"
        item.repeat_by(str(row["repeats"]), repeat_from=way)
        return
    seconds, mode = number_of(row.get("repeat_after")), number_of(row.get("repeat_mode"))
    if mode == MONTHLY:
        # Vikunja goes on from 31 January to 3 March, which nobody wants: months clamp here.
        item.repeat_as("FREQ=MONTHLY", "every month")
    elif seconds > 0 and (seconds % DAY or mode not in (FROM_DUE, FROM_COMPLETION)):
        words = f"every {seconds / HOUR:g} hours"
        item.repeat_in_words(words, "It isn't by whole days.")
    elif seconds > 0:
        days, unit = int(seconds // DAY), "DAILY"
        if days % 7 == 0:
            days, unit = days // 7, "WEEKLY"
        way = "completion" if mode == FROM_COMPLETION else "due"
        item.repeat_as(f"FREQ={unit};INTERVAL={days}", f"every {seconds // DAY:g} days", way)


def say_more(item, row):
    for name, label in [("start_date", "Start"), ("end_date", "End")]:
        if not is_nothing(row.get(name)):
            item.say(label, item.in_words(row[name]))
    if done := number_of(row.get("percent_done")):
        item.say("Progress", f"{done * 100:.0f} %")
    for person in dicts(row.get("assignees")):
        item.say("Assigned to", person.get("name") or person.get("username") or "someone")
    for reminder in dicts(row.get("reminders")):
        before = -number_of(reminder.get("relative_period"))
        if reminder.get("relative_to") == "due_date" and before >= 0 and item.due_time:
            item.remind_before(int(before // 60))
        else:
            item.remind_at(reminder.get("reminder"))
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
            elif kind not in PARTS:
                item.say(f"Related ({kind})", title)
