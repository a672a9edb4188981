"""Forms that take quick-add lines: one, or many that were pasted."""

from functools import partial

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from tasks.forms.base import AddingForm
from tasks.forms.fields import (
    MOST_TAGS,
    NOTES_LENGTH,
    DateField,
    NumberField,
    PlainField,
    TextField,
    clean_line,
    clean_title,
    refuse_unstorable,
    unique_ignoring_case,
)
from tasks.forms.reading import line_of, lists_in, said_in
from tasks.forms.reminders import set_of
from tasks.forms.tasks import BaseTaskForm
from tasks.models import Step, Tag, Task, TaskList
from tasks.quickadd import pasted
from tasks.quickadd.choosing import MOST_TRIED
from tasks.quickadd.reading import Line, archived_by_name, lists_by_name, read_all
from tasks.quickadd.tokens import LONGEST
from tasks.recurrence import listed

SHOWN = 5  # numbers of lines that a sentence names


class AddForm(AddingForm, BaseTaskForm):
    """One line (tasks.quickadd.parser), and the other fields of a task where a form has them.

    The parts of the line win over the other fields.
    """

    text = TextField(
        label="What do you want to do?",
        required=False,  # clean_title() says it better
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    # Of the page of a tag: by its id, since its name may be another by now.
    tag = NumberField(min_value=1, required=False, widget=forms.HiddenInput)
    plain = PlainField(required=False)
    meant = TextField(required=False, widget=forms.HiddenInput)  # the offer that was taken
    as_text = forms.BooleanField(required=False, widget=forms.HiddenInput)
    # The name of the list that the line names and that isn't there, to be made.
    make_list = TextField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Task
        fields = ["due_date", "due_time", "priority", "description"]

    # The line is read for the day that it is put on.
    field_order = ["plain", "meant", "as_text", "due_date", "text"]
    line = None  # what was understood

    def __init__(self, data=None, *, user, **kwargs):
        super().__init__(data, user=user, **kwargs)
        if self.data.get("due_date") == "today":  # as the page of today has it, at any hour
            self.data = self.data.copy()
            self.data["due_date"] = user.today().isoformat()

    def clean_text(self):
        cleaned = self.cleaned_data
        text = clean_line(
            cleaned["text"],
            "Type a task first.",
            NOTES_LENGTH,
        )
        self.line = line_of(
            self.user,
            text,
            meant=cleaned.get("meant"),
            as_text=cleaned.get("as_text"),
            plain=cleaned.get("plain", ()),
            put_on=cleaned.get("due_date"),
        )
        self.instance.title = clean_title(self.line.said.title)
        self.instance.typed = text
        return text

    def clean(self):
        self.fields_alone = dict(self.cleaned_data)
        if self.line:
            try:
                said = said_in(self.line, self.cleaned_data)
                self.cleaned_data |= said
            except ValidationError as error:
                self.add_error("text", error)
        super().clean()

    def beside(self):
        """Return the other fields for which the line has values too, as a POST has them."""
        alone = self.fields_alone
        said = set(said_in(self.line, {}))
        names = ["due_date", "priority", "list"]
        beside = {name: alone.get(name) for name in names if name in said}
        if "due_date" in said:
            beside["due_time"] = alone.get("due_time")
        if "tags" in said:
            tags = alone.get("tags", ())
            beside["tags"] = " ".join(tags)
        beside["tag"] = alone.get("tag")
        beside["meant"] = self.line.meant
        return {name: str(value) for name, value in beside.items() if value}

    def add_once(self):
        """As for other rows; a task alone is added in one statement."""
        if self.adds_more:
            return super().add_once()
        return self.new_task().add_once(self.submission)

    def add(self, act):
        task = self.new_task()
        if self.makes_list:
            task.list = TaskList.objects.make(self.user, self.line.unlisted, act)
        task.add(self.tags(act), act)
        if self.line.said.reminders:
            task.set_reminders(*self.line.reminders)

    def new_task(self):
        """Return the task, with the list and the repeat that the line names."""
        task = self.instance
        cleaned = self.cleaned_data
        task.list_id = cleaned["list"]
        task.repeat = cleaned.get("repeat", "")
        task.repeat_from = cleaned.get("repeat_from", Task.RepeatFrom.DUE)
        task.repeat_anchor = cleaned["due_date"]
        return task

    @property
    def adds_more(self):
        """Is there more to add than the task itself?"""
        if self.makes_list or self.line.said.reminders:
            return True
        return bool(self.cleaned_data["tags"] or self.cleaned_data["tag"])

    @property
    def makes_list(self):
        """Is the list that the line names, and that isn't there, to be made?"""
        name = self.line.unlisted
        if not name:
            return False
        return name == self.cleaned_data["make_list"]

    def tags(self, act):
        """Return the tags that the form names; act records the new ones."""
        cleaned = self.cleaned_data
        tags = Tag.objects.make(self.user, cleaned["tags"], act)
        pk = cleaned["tag"]
        if not pk:
            return tags
        own = self.user.tags.filter(pk=pk)
        return [*tags, *own]


class ReadForm(forms.Form):
    """A line that is being typed, and its phrases that are to be text."""

    text = TextField(required=False)
    plain = PlainField(required=False)
    make_list = TextField(required=False)
    meant = TextField(required=False)
    due_date = DateField(required=False)  # that the line is put on
    take = TextField(required=False)  # the offer that was pressed, or NO_OFFER
    press = TextField(required=False)  # what was pressed: is it text, or is it none any more?

    def line(self, sidebar):
        """Return the reading of the line; sidebar has the user's lists and tags."""
        self.full_clean()
        cleaned = self.cleaned_data
        text = self.text_to_read()
        return Line(
            text,
            sidebar.clock,
            plain=self.plain_in(text),
            meant=cleaned["take"] or cleaned["meant"],
            put_on=self.day(sidebar.clock),
            **known_to(sidebar),
        )

    def text_to_read(self):
        """Return the line, as much as is read of it, and whether its last word goes on."""
        words = self.cleaned_data["text"].split()
        whole = " ".join(words)
        return whole[: LONGEST + 1]

    def plain_in(self, text):
        """Return the phrases of a text that are to stay text, as the press on a phrase has it."""
        cleaned = self.cleaned_data
        phrases = toggled(cleaned["plain"], cleaned["press"])
        small = text.lower()
        return [one for one in phrases if one.lower() in small]

    def day(self, clock):
        """Return the day that the line is put on, None for no day."""
        if self.data.get("due_date") == "today":  # as the page of today has it, at any hour
            return clock.today
        return self.cleaned_data.get("due_date")


def known_to(sidebar):
    """Return the lists and tags that a line can name, from the sidebar, as a Line takes them."""
    lists = {one["name"]: one["pk"] for one in sidebar.lists}
    archived = [one["name"] for one in sidebar.archived]
    return {
        "lists": lists_by_name(lists),
        "archived": archived_by_name(archived),
        "tags": {tag["name"]: pk for pk, tag in sidebar.tags.items()},
    }


def toggled(phrases, pressed):
    """Return phrases, each once, without the pressed one, or with it if it was missing."""
    phrases = list(dict.fromkeys(phrases))
    if pressed in phrases:
        phrases.remove(pressed)
    elif pressed:
        phrases.append(pressed)
    return phrases


class PlainForm(AddForm):
    """A new task as its line was typed; beside are the other fields of the form that added it."""

    def __init__(self, *, task, beside):
        self.task = task
        said = {"text": task.typed, "as_text": "on"}
        super().__init__(beside.dict() | said, user=task.user)

    @transaction.atomic
    def save(self):
        """Remove the values that the line gave, and nothing else; return the act."""
        cleaned = self.cleaned_data
        task = self.task
        line = line_of(self.user, task.typed, meant=cleaned["meant"])
        act = task.edit(
            title=self.line.said.title,
            **self.without_time(line.said),
            **self.without_tokens(line),
            description=self.notes_without(line.said),
            remove_tags=self.tags_of(line.said),
        )
        if act and line.said.reminders:
            self.remove_reminders(line, act)
        return act

    def remove_reminders(self, line, act):
        """Remove the reminders that the line gave, as part of an act.

        If it named a moment, all moments go: on another day its words would name another one.
        """
        said_minutes, said_moments = line.reminders
        minutes, moments = set_of(self.task)
        minutes = [one for one in minutes if one not in said_minutes]
        if said_moments:
            moments = []
        self.task.set_reminders(minutes, moments, act)

    def without_time(self, understood):
        """Return the dates that the form has beside the line, if the line gave others."""
        if not understood.due_date:
            return {}
        return {
            "due_date": self.cleaned_data["due_date"],
            "due_time": self.cleaned_data["due_time"],
            "repeat": "",
            "repeat_from": Task.RepeatFrom.DUE,
        }

    def without_tokens(self, line):
        """Return the priority and the list of the form in place of the line's own."""
        fields = {}
        if "priority" in line.kinds:
            fields["priority"] = self.cleaned_data["priority"]
        if line.said.list_name:
            fields["list"] = self.cleaned_data["list"]
        return fields

    def notes_without(self, understood):
        """Return the notes of the line as text, and other notes that were typed beside the line."""
        others = self.task.description.removeprefix(understood.description)
        notes = [self.line.said.description, others.removeprefix("\n")]
        return "\n".join(filter(None, notes))

    def tags_of(self, understood):
        """Return the tags that the task has from its line alone."""
        mine = {name.lower() for name in self.cleaned_data["tags"]}
        named = [name for name in understood.tags if name.lower() not in mine]
        tags = self.user.tags.named(named)
        return tags.exclude(pk=self.cleaned_data["tag"])


class MeantForm(AddForm):
    """A new task with a reading that its line offered."""

    OF_TIME = ["due_date", "due_time", "repeat", "repeat_anchor", "repeat_from"]

    def __init__(self, *, task, meant):
        self.task = task
        said = {
            "text": task.typed,
            "meant": meant,
            "due_date": task.due_date,
        }
        super().__init__(said, user=task.user)

    def save(self):
        """Write the dates and times of the offer, and nothing else; return the act."""
        cleaned = self.cleaned_data
        changes = {name: cleaned[name] for name in self.OF_TIME if name in cleaned}
        return self.task.edit(**changes)


def refuse_more_lines(text):
    """Raise ValidationError for more lines than can be added at a time."""
    number = pasted.count(text)
    limit = pasted.MOST_LINES
    if number > limit:
        raise ValidationError(f"Use at most {limit} lines at a time (you entered {number}).")


def check_title(row):
    """Clean the title of a pasted task or step. Raise ValidationError if it can't be one."""
    row.title = clean_title(row.title)


def check_task(task, line, shared):
    """Check a pasted task. Raise ValidationError if its line, or what that says, can't be kept."""
    refuse_unstorable(line.text)
    said_in(line, shared)
    check_title(task)


def errors_of(row, check):
    """Return the errors that check() raises for a pasted row, each with the number of its line."""
    try:
        check()
    except ValidationError as error:
        return [f"Line {row.number}: {words}" for words in error.messages]
    return []


def cut_lines(numbers):
    """Return the sentence about lines that weren't read to their end."""
    noun = "line" if len(numbers) == 1 else "lines"
    return (
        f"Only the first {MOST_TRIED} dates, times and repeats in a line are recognized:"
        f" the rest of {noun} {listed(numbers)} stays as you typed it."
    )


def unclear_lines(numbers):
    """Return the sentence about lines whose days or times are unclear."""
    noun, gets = "lines", "they get"
    if len(numbers) == 1:
        noun, gets = "line", "it gets"
    return f"Some dates or times in {noun} {listed(numbers)} are unclear, so {gets} no date."


class PasteForm(AddForm):
    """Several tasks, one per line; the other fields of the form are for all of them."""

    text = TextField(
        label="One task per line",
        required=False,
        strip=False,
        help_text=f"At most {pasted.MOST_LINES} lines. Indented lines become steps of the task"
        " above them. Bullets, numbers and checkboxes are removed; a checked box means completed.",
        widget=forms.Textarea(attrs={"rows": 12}),
    )
    as_text = forms.BooleanField(
        label="Keep the lines as plain text",
        required=False,
        help_text="Dates, tags and lists are not recognized.",
    )
    field_order = ["as_text", "due_date", "text"]
    adds_more = True
    lines = ()  # as pasted.read() gives them, each with what it says: (Pasted, Line)
    unread_from = None  # the number of the line from which on none is read, since so many were

    UNREAD_ID = "unread"  # of what the page says by the lines that weren't read
    SHOWN = {"text", "list", "due_date", "as_text"}  # what else was said goes along unseen

    def __init__(self, data=None, *, user, **kwargs):
        super().__init__(data, user=user, **kwargs)
        for name in self.fields.keys() - self.SHOWN:
            self.fields[name].widget = self.fields[name].hidden_widget()
        for name in ("plain", "meant", "make_list"):  # of a single line
            self.fields.pop(name)

    def clean_text(self):
        text = self.cleaned_data["text"]
        refuse_more_lines(text)
        found = pasted.read(text)
        if not found:
            raise ValidationError("Enter at least one task, one per line.", code="required")
        self.read(found, lists_in(self.user, text))
        self.check_lines()
        self.instance.title = found[0].title
        if self.unread:
            self.describe_by_unread()
        return text

    def describe_by_unread(self):
        """Lead assistive technology from the field to the sentence about unread lines."""
        help_id = f"{self['text'].auto_id}_helptext"
        attrs = self.fields["text"].widget.attrs
        attrs["aria-describedby"] = f"{help_id} {self.UNREAD_ID}"

    def check_lines(self):
        """Raise ValidationError for lines that can't be a task or a step, each with its number."""
        typed_tags = self.data.get("tags", "")
        tags = self.fields["tags"].to_python(typed_tags)
        shared = {"tags": tags[: MOST_TAGS + 1]}  # one too many is too many
        errors = []
        for task, line in self.lines:
            errors += errors_of(task, partial(check_task, task, line, shared))
            for step in task.steps:
                errors += errors_of(step, partial(check_title, step))
        if errors:
            raise ValidationError(errors)

    def read(self, found, lists):
        """Read the pasted lines; their titles are then the rest of each."""
        lines, unread = read_all(
            [task.title for task in found],
            self.user.clock(),
            lists=lists,
            as_text=self.cleaned_data["as_text"],
            put_on=self.cleaned_data.get("due_date"),
        )
        self.lines = list(zip(found, lines, strict=True))
        for task, line in self.lines:
            task.title = line.said.title
        if unread is not None:
            self.unread_from = found[unread].number

    @property
    def done(self):
        return sum(task.done for task, _ in self.lines)

    @property
    def unread(self):
        """Return the sentence about lines that weren't read to their end, "" for none."""
        sentences = []
        cut = self.numbers(lambda line: line.said.unread is not None)
        if cut:
            sentences.append(cut_lines(cut))
        unclear = self.numbers(lambda line: line.said.is_unclear)
        if unclear:
            sentences.append(unclear_lines(unclear))
        if self.unread_from:
            sentences.append(
                f"From line {self.unread_from} on, everything stays as you typed it: there are more"
                " dates, times and repeats than can be recognized at once."
            )
        return " ".join(sentences)

    def numbers(self, is_one):
        """Return the numbers of the lines of a kind, the first of many, as words."""
        numbers = [str(task.number) for task, line in self.lines if is_one(line)]
        if len(numbers) > SHOWN:
            return [*numbers[:SHOWN], "others"]
        return numbers

    def add(self, act):
        names = ["description", "priority", "due_date", "due_time", "list"]
        shared = {name: self.cleaned_data[name] for name in names}
        tags = self.tags_of_lines(act)
        all_have = self.tags(act)
        tasks = []
        for pasted_line, line in self.lines:
            fields = shared | said_in(line, shared)
            names = fields.pop("tags", ())
            own = [tags[name.lower()] for name in names]
            task, steps = self.rows_of(pasted_line, line, fields)
            tasks.append((task, steps, [*own, *all_have]))
        self.user.tasks.add_all(act, tasks)
        for (task, _, _), (_, line) in zip(tasks, self.lines, strict=True):
            if line.said.reminders:
                task.set_reminders(*line.reminders)

    def tags_of_lines(self, act):
        """Return the tags that the lines name, by name in small letters; act records new ones."""
        names = {}
        for _, line in self.lines:
            names |= dict.fromkeys(line.said.tags)
        made = Tag.objects.make(self.user, unique_ignoring_case(names), act)
        return {tag.name.lower(): tag for tag in made}

    def rows_of(self, pasted_line, line, fields):
        """Return the task of a line, and the steps of the lines below; fields are the task's."""
        fields["list_id"] = fields.pop("list")
        completed_at = None
        if pasted_line.done:
            completed_at = timezone.now()
        task = Task(
            user=self.user,
            title=pasted_line.title,
            typed=line.text,
            completed_at=completed_at,
            **fields,
        )
        steps = [
            Step(
                user=self.user,
                task=task,
                title=step.title,
                done=step.done,
            )
            for step in pasted_line.steps
        ]
        return task, steps
