"""Adding a plan to an account: one transaction, one act, and rows in bulk."""

from datetime import date, datetime, time

from django.db import transaction
from django.utils import timezone
from fractional_indexing import generate_n_keys_between

from tasks import untracked
from tasks.base.inserted import notify
from tasks.history import Act, as_json
from tasks.models import Step, Tag, Task, TaskList, TaskTag
from tasks.reminders import Reminder

COLUMNS = {  # of a task, with the keys of a plan; the other columns are computed
    "title": "title",
    "description": "notes",
    "priority": "priority",
    "due_date": "due_date",
    "due_time": "due_time",
    "repeat": "repeat",
    "repeat_from": "repeat_from",
    "repeat_anchor": "repeat_anchor",
    "missed": "missed",
    "typed": "typed",
    "completed_at": "completed_at",
    "deleted_at": "deleted_at",
}

PARSERS = {  # of the values of a reminder
    "minutes_before": int,
    "on_date": date.fromisoformat,
    "at_time": time.fromisoformat,
    "snoozed_until": datetime.fromisoformat,
}


def add(preview, key=None):
    """Add the selected part of a preview, as one act of its user. Return the act.

    key is an idempotency key: the second of two submissions with one key adds nothing, and gets the
    act of the first.
    """
    return preview.user.acts.once(
        key,
        Act.Kind.IMPORT,
        Adding(preview).add,
    )


def lock_user(user):
    """Lock a user with all lists and tags until the transaction ends, before a plan is compared.

    A list or tag deleted after the comparison would take the new tasks along.
    """
    user.lock()
    user.lists(manager="everything").lock()
    user.tags(manager="everything").lock()


class Adding:
    """Adds the selected part of a preview. Existing rows keep all their columns."""

    def __init__(self, preview):
        self.preview = preview
        self.plan = preview.plan
        self.user = preview.user
        self.now = as_json(timezone.now())

    @transaction.atomic
    def add(self, act):
        """Add all rows as part of act, which is saved. lock_user() came before the comparison."""
        lists = self.add_lists(act)
        tags = self.add_tags(act)
        tasks = self.add_tasks(act, lists)
        self.add_steps(tasks)
        self.hang_tags(tasks, tags)
        self.add_reminders(tasks)
        settings = self.settings(lists, tags)
        untracked.do(act, self.preview.new_searches, settings)
        notify(self.open_ids(tasks))

    def settings(self, lists, tags):
        """Return the settings to change, {column: value}; none unless they were chosen."""
        if not self.preview.choices.settings:
            return {}
        arrangements = self.arrangements(lists, tags)
        if not arrangements:
            return self.plan.settings
        both = self.user.arrangements | arrangements
        return self.plan.settings | {"arrangements": both}

    def keep(self, act, model, rows):
        """Record that rows are new. Rows that were added into the trash count as undone."""
        ids = [row["id"] for row in rows if not row["deleted_at"]]
        act.keep_many_new(model, ids)

    def new_row(self, pk, row, **fields):
        """Return the columns of a row of the plan that is the user's, and new."""
        own = {
            "id": pk,
            "user_id": self.user.pk,
            "version": 1,
        }
        return row | own | fields

    def add_lists(self, act):
        """Add the new lists after existing ones. Return the ids of all, {number: id}."""
        new = [self.plan.lists[number] for number in self.preview.lists.new]
        last = self.last_key_of_lists(new)
        keys = generate_n_keys_between(last, None, len(new))
        ids = TaskList.everything.new_ids(len(new))
        added = zip(ids, keys, new, strict=True)
        rows = [self.new_row(pk, row, position=key) for pk, key, row in added]
        TaskList.everything.insert_rows(rows)
        self.keep(act, TaskList, rows)
        return self.preview.lists.ids(ids)

    def last_key_of_lists(self, new):
        """Return the position of the last list; all have one if new ones are to come after it."""
        there = self.user.lists(manager="everything")
        if new:
            there.number_unplaced()
        return there.last_key()

    def add_tags(self, act):
        """Add the new tags. Return the ids of all, {number: id}."""
        new = [self.plan.tags[number] for number in self.preview.tags.new]
        ids = Tag.everything.new_ids(len(new))
        added = zip(ids, new, strict=True)
        rows = [self.new_row(pk, row) for pk, row in added]
        Tag.everything.insert_rows(rows)
        self.keep(act, Tag, rows)
        return self.preview.tags.ids(ids)

    def add_tasks(self, act, lists):
        """Add the selected tasks. Return their ids, {number: id}."""
        numbers = self.preview.selected
        new_ids = Task.everything.new_ids(len(numbers))
        ids = dict(zip(numbers, new_ids, strict=True))
        positions = self.positions(lists, ids)
        known = self.preview.twins.there | ids
        rows = [self.row_of(number, lists, known, positions) for number in numbers]
        Task.everything.insert_rows(rows)
        self.keep(act, Task, rows)
        return ids

    def row_of(self, number, lists, known, positions):
        """Return the columns of a task; known has the ids of tasks by their numbers in the plan."""
        task = self.plan.tasks[number]
        created_at = task["created_at"] or self.now
        row = {column: task[key] for column, key in COLUMNS.items()}
        return self.new_row(
            known[number],
            row,
            list_id=lists.get(task["list"]),
            series_id=known.get(task["series"]),
            position=positions.get(number, ""),
            created_at=created_at,
            updated_at=task["updated_at"] or created_at,
        )

    def positions(self, lists, ids):
        """Return positions for placed tasks, {number: key}, after existing tasks of their list.

        After tasks that were never placed, no position comes: there the new tasks stay without one,
        and swap their ids, {number: id}, to stand in their order.
        """
        positions = {}
        for pk, numbers in self.numbers_by_list(lists).items():
            placed = [number for number in numbers if self.place(number)]
            placed.sort(key=self.place)
            there = Task.everything.filter(user=self.user, list=pk)
            if placed and there.standing().filter(position="").exists():
                order = placed + sorted(set(numbers).difference(placed))
                sorted_ids = [ids[number] for number in sorted(numbers)]
                ids.update(zip(order, sorted_ids, strict=True))
            elif placed:
                keys = generate_n_keys_between(
                    there.last_key(),
                    None,
                    len(placed),
                )
                positions.update(zip(placed, keys, strict=True))
        return positions

    def numbers_by_list(self, lists):
        """Return the numbers of the selected tasks, {id of the list: [number]}."""
        found = {}
        for number in self.preview.selected:
            task = self.plan.tasks[number]
            pk = lists.get(task["list"])
            found.setdefault(pk, []).append(number)
        return found

    def place(self, number):
        """Return the place of a task in the order of its list, None for one without."""
        return self.plan.tasks[number]["place"]

    def add_steps(self, tasks):
        """Add the steps of tasks, {number: id}, in the order of the plan."""
        rows = []
        for number, pk in tasks.items():
            rows += self.steps(number, pk)
        Step.everything.insert_rows(rows)

    def steps(self, number, task_id):
        """Return the columns of the steps of a task."""
        steps = self.plan.tasks[number]["steps"]
        keys = generate_n_keys_between(None, None, len(steps))
        rows = []
        for key, step in zip(keys, steps, strict=True):
            own = {
                "user_id": self.user.pk,
                "task_id": task_id,
                "position": key,
                "version": 1,
            }
            rows.append(step | own)
        return rows

    def add_reminders(self, tasks):
        """Add the reminders of tasks, {number: id}, due by the user's present settings."""
        reminders = {pk: self.reminders(number) for number, pk in tasks.items()}
        have_some = [pk for pk, rows in reminders.items() if rows]
        added = Task.everything.in_bulk(have_some)
        new = []
        for pk in have_some:
            task = added[pk]
            task.user = self.user
            new += [Reminder.of(task, **row) for row in reminders[pk]]
        Reminder.objects.add_all(new)

    def reminders(self, number):
        """Return the reminders of a task of the plan, as arguments of Reminder.of()."""
        rows = self.plan.tasks[number]["reminders"]
        return [parsed(row) for row in rows]

    def hang_tags(self, tasks, tags):
        """Tag the new tasks, {number: id}; tags has the ids of tags by their numbers."""
        given = {}
        for number, pk in tasks.items():
            task = self.plan.tasks[number]
            given[pk] = {tags[tag]: True for tag in task["tags"]}
        TaskTag.objects.write(given)

    def arrangements(self, lists, tags):
        """Return the arrangements of pages in the form of a user's settings, with new ids."""
        found = {}
        for one in self.plan.arrangements:
            key = one["page"]
            if "list" in one:
                key += f"-{lists[one['list']]}"
            elif "tag" in one:
                key += f"-{tags[one['tag']]}"
            found[key] = one["arrangement"]
        return found

    def open_ids(self, tasks):
        """Return the ids of the open tasks, for manage.py watch_tasks."""
        found = []
        for number, pk in tasks.items():
            task = self.plan.tasks[number]
            if not task["completed_at"] and not task["deleted_at"]:
                found.append(pk)
        return found


def parsed(reminder):
    """Return the values of a reminder of a plan, of those that it has."""
    found = {}
    for name, value in reminder.items():
        if value is not None:
            parse = PARSERS[name]
            found[name] = parse(value)
    return found
