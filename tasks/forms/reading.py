"""The reading of a quick-add line, as the fields of a task's form."""

from django.core.exceptions import ValidationError

from tasks.forms.fields import checked_tags, clean_notes, unique_ignoring_case
from tasks.quickadd.reading import Line, archived_by_name, lists_by_name
from tasks.recurrence import refuse_old, with_week_start


def lists_in(user, text):
    """Return the lists that text may go to, as a Line takes them: user's, if it may name one."""
    return named_in(user, text)["lists"]


def named_in(user, text):
    """Return the lists that text may name, and the archived lists, as a Line takes them."""
    rows = []
    if "+" in text:
        rows = user.lists.values_list("name", "pk", "archived_at")
    there = {name: pk for name, pk, archived_at in rows if not archived_at}
    archived = [name for name, _pk, archived_at in rows if archived_at]
    return {
        "lists": lists_by_name(there),
        "archived": archived_by_name(archived),
    }


def line_of(user, text, **options):
    """Return the reading of a user's line, see Line."""
    return Line(
        text,
        user.clock(),
        **named_in(user, text),
        **options,
    )


def said_in(line, fields):
    """Return the fields of a task that a line says, with the tags and notes of fields.

    A day without a time keeps the time of fields. The line was read for the day that fields have,
    see Line. Raise ValidationError for too many tags or too long notes.
    """
    said = line.said
    both = dates_in(line, fields)
    if "priority" in line.kinds:  # p4 is none
        both["priority"] = said.priority
    if said.list_name:
        both["list"] = line.list_pk
    if said.tags:
        tags = [*fields.get("tags", ()), *said.tags]
        both["tags"] = checked_tags(unique_ignoring_case(tags))
    if said.description:
        notes = [said.description, fields.get("description")]
        both["description"] = clean_notes("\n".join(filter(None, notes)))
    return both


def dates_in(line, fields):
    """Return the day, the time and the repeat that a line says, as the fields of a task."""
    said = line.said
    if not said.due_date:
        return {}
    dates = {
        "due_date": said.due_date,
        "due_time": said.due_time or fields.get("due_time"),
    }
    if not said.repeat:
        return dates
    return dates | repeat_in(line)


def repeat_in(line):
    """Return the repeat that a line says, as the fields of a task.

    Raise ValidationError for one that began too long ago.
    """
    said = line.said
    rule = with_week_start(
        said.repeat,
        anchor=said.due_date,
        repeat_from=said.repeat_from,
        week_start=line.clock.week_start,
    )
    try:
        refuse_old(said.due_date, line.clock.today)
    except ValueError as error:
        raise ValidationError(str(error)) from error
    return {
        "repeat": rule,
        "repeat_anchor": said.due_date,
        "repeat_from": said.repeat_from,
    }
