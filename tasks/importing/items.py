"""The tasks of another program's file, on their way into a plan.

Items collects them in the order of the file; once all are known, land() puts them into the plan:
those with nothing but a title become steps of the task that they are part of, all others tasks.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time

from tasks.importing.colors import color_of
from tasks.importing.families import families_of
from tasks.importing.files import Unreadable
from tasks.importing.item import Item, one_line
from tasks.importing.rules import LIST_LENGTH, Reading, quoted
from tasks.models import TaskList

INBOX = "inbox"
MOST_PARTS = 100_000  # that are steps of tasks


@dataclass(eq=False)
class Home:
    """A list of a file; the plan gets it once a task is in it."""

    name: str
    is_archived: bool
    color: str
    keys: set  # of the lists of the file that have this name
    number: int | None = None  # in the plan


class Items:
    """The tasks of a file, and their lists and tags."""

    def __init__(self, plan, today):
        """today is the day that archived lists are archived on."""
        self.plan = plan
        self.today = today
        self.all = []
        self.homes = {}
        self.tags = {}

    def add(self, where, key=None, parent=None, order=None):
        """Add a task; where is its place in the file, as a report names it.

        key is its id in the file and parent that of the task it is a part of. order is what its
        siblings are sorted by, else they stand as in the file.
        """
        if len(self.all) >= self.plan.most_tasks + MOST_PARTS:
            raise Unreadable(f"This file holds more than {len(self.all):,} tasks and steps.")
        item = Item(
            self.plan,
            where,
            self.today,
            key,
            parent,
            order,
        )
        self.all.append(item)
        return item

    def home(
        self,
        name,
        group="",
        is_archived=False,
        color="",
        key=None,
    ):
        """Return a list by name, or one of a group in a project; None for the Inbox.

        color is one of ours, or as #1abc9c. key is its id in the file; several lists of one name
        become one, which the plan notes.
        """
        reading = Reading(self.plan, "The lists")
        name = name_of_list(reading, name, group)
        if name is None:
            return None
        if color not in TaskList.Color.values:
            color = color_of(color)
        new = Home(name, is_archived, color, {key})
        home = self.homes.setdefault(name.lower(), new)
        if key not in home.keys:
            home.keys.add(key)
            reading.leave(f"Several lists are called “{name}”. They become one.")
        if home.is_archived != is_archived:
            reading.leave(f"There are two lists “{name}”, one of them archived. They become one.")
            home.is_archived = False
        return home

    def land(self):
        """Put all tasks into the plan, each before its parts."""
        titled = [item for item in self.all if has_title(item)]
        places = {}
        for item, parent, owner in families_of(without_doubles(titled)):
            if owner is not None:
                owner.steps.append(item.as_step())
                continue
            if parent is not None:
                item.lines.insert(0, f"Part of: {parent.title}")
            places[item.home] = places.get(item.home, 0) + 1
            self.put(item, places[item.home])

    def put(self, item, place):
        """Put a task into the plan, at this place of its list."""
        number = None
        if item.home:
            number = self.number_of(item.home)
        self.plan.add_task(
            list=number,
            tags=[self.tag_number(name) for name in item.tags],
            place=place,
            **item.fields(),
        )

    def number_of(self, home):
        """Return the number of a list in the plan; add it the first time."""
        if home.number is None:
            home.number = len(self.plan.lists)
            self.plan.lists.append(self.row_of(home))
        return home.number

    def row_of(self, home):
        """Return a list in the form of a plan."""
        archived_at = None
        if home.is_archived:
            archived_at = as_moment(self.today)
        return {
            "name": home.name,
            "color": home.color,
            "archived_at": archived_at,
            "deleted_at": None,
        }

    def tag_number(self, name):
        """Return the number of a tag in the plan; add it the first time."""
        key = name.lower()
        if key not in self.tags:
            self.tags[key] = len(self.plan.tags)
            self.plan.tags.append({"name": name, "deleted_at": None})
        return self.tags[key]


def name_of_list(reading, name, group):
    """Return the name of a list here, with the group in it if there is one; None for the Inbox."""
    name = one_line(reading.words(name, "name of a list"))
    group = one_line(reading.words(group, "name of a group"))
    is_inbox = name.lower() in ("", INBOX)
    if is_inbox and not group:
        return None
    if is_inbox:
        name = "Inbox"
    if group:
        name = f"{name} / {group}"
    if len(name) > LIST_LENGTH:
        reading.leave(f"The name {quoted(name)} has more than {LIST_LENGTH} characters.")
        name = name[: LIST_LENGTH - 1] + "…"
    return name


def has_title(item):
    """Return whether an item can be kept; note one without any words."""
    if item.settle_title():
        return True
    item.leave("It has no title and no notes, so it is skipped.")
    return False


def without_doubles(items):
    """Return the items without rows that stand twice, each with a key of its own or none."""
    first = {}
    kept = []
    for item in items:
        other = first.setdefault(item.key, item)
        if item.key is None or other is item:
            kept.append(item)
        elif item.is_like(other):
            item.leave(f"It stands twice in the file, also as {other.where}.")
        else:
            item.key = None
            kept.append(item)
    return kept


def as_moment(day):
    """Return the first moment of a day in UTC, in ISO 8601."""
    return datetime.combine(day, time(), UTC).isoformat()
