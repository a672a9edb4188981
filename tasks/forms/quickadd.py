"""Forms that take quick-add lines: one, or many that were pasted."""

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
        text = clean_line(cleaned["text"], "Type a task first.", NOTES_LENGTH)
        how = {name: cleaned.get(name) for name in ("meant", "as_text")}
        how |= {
            "plain": cleaned.get("plain", ()),
            "put_on": cleaned.get("due_date"),
        }
        self.line = line_of(self.user, text, **how)
        self.instance.title = clean_title(self.line.said.title)
        self.instance.typed = text
        return text

    def clean(self):
        self.fields_alone = dict(self.cleaned_data)
        if self.line:
            try:
                self.cleaned_data |= said_in(self.line, self.cleaned_data)
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
            beside["tags"] = " ".join(alone.get("tags", ()))
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
        task, cleaned = self.instance, self.cleaned_data
        task.list_id = cleaned["list"]
        task.repeat = cleaned.get("repeat", "")
        task.repeat_from = cleaned.get("repeat_from", Task.RepeatFrom.DUE)
        task.repeat_anchor = cleaned["due_date"]
        return task

    @property
    def adds_more(self):
        """Is there more to add than the task itself?"""
        has_tags = self.cleaned_data["tags"] or self.cleaned_data["tag"]
        return self.makes_list or bool(has_tags) or bool(self.line.said.reminders)

    @property
    def makes_list(self):
        """Is the list that the line names, and that isn't there, to be made?"""
        name = self.line.unlisted
        return bool(name) and name == self.cleaned_data["make_list"]

    def tags(self, act):
        """Return the tags that the form names; act records the new ones."""
        tags = Tag.objects.make(self.user, self.cleaned_data["tags"], act)
        pk = self.cleaned_data["tag"]
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
        lists = lists_by_name({one["name"]: one["pk"] for one in sidebar.lists})
        archived = archived_by_name(one["name"] for one in sidebar.archived)
        tags = {tag["name"]: pk for pk, tag in sidebar.tags.items()}
        whole = " ".join(cleaned["text"].split())
        text = whole[: LONGEST + 1]  # and whether its last word goes on
        phrases = toggled(cleaned["plain"], cleaned["press"])
        plain = [one for one in phrases if one.lower() in text.lower()]
        known = {
            "lists": lists,
            "archived": archived,
            "tags": tags,
        }
        meant = cleaned["take"] or cleaned["meant"]
        day = cleaned.get("due_date")
        if self.data.get("due_date") == "today":  # as the page of today has it, at any hour
            day = sidebar.clock.today
        return Line(text, sidebar.clock, plain=plain, meant=meant, put_on=day, **known)


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
        cleaned, task = self.cleaned_data, self.task
        line = line_of(self.user, task.typed, meant=cleaned["meant"])
        understood = line.said
        fields = {"title": self.line.said.title}
        if understood.due_date:
            fields |= {name: cleaned[name] for name in ["due_date", "due_time"]}
            fields |= {"repeat": "", "repeat_from": Task.RepeatFrom.DUE}
        if "priority" in line.kinds:
            fields["priority"] = cleaned["priority"]
        if understood.list_name:
            fields["list"] = cleaned["list"]
        others = task.description.removeprefix(understood.description).removeprefix("\n")
        notes = [self.line.said.description, others]
        fields["description"] = "\n".join(filter(None, notes))
        mine = {name.lower() for name in cleaned["tags"]}
        named = [name for name in understood.tags if name.lower() not in mine]
        tags = self.user.tags.named(named).exclude(pk=cleaned["tag"])
        act = task.edit(**fields, remove_tags=tags)
        if act and understood.reminders:
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


class MeantForm(AddForm):
    """A new task with a reading that its line offered."""

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
        names = ["due_date", "due_time", "repeat", "repeat_anchor", "repeat_from"]
        cleaned = self.cleaned_data
        return self.task.edit(**{name: cleaned[name] for name in names if name in cleaned})


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
        if (number := pasted.count(text)) > pasted.MOST_LINES:
            limit = pasted.MOST_LINES
            raise ValidationError(f"Use at most {limit} lines at a time (you entered {number}).")
        found = pasted.read(text)
        if not found:
            raise ValidationError("Enter at least one task, one per line.", code="required")
        self.read(found, lists_in(self.user, text))
        self.check_lines()
        self.instance.title = found[0].title
        if self.unread:
            describes = f"{self['text'].auto_id}_helptext {self.UNREAD_ID}"
            self.fields["text"].widget.attrs["aria-describedby"] = describes
        return text

    def check_lines(self):
        """Raise ValidationError for lines that can't be a task or a step, each with its number."""
        tags = self.fields["tags"].to_python(self.data.get("tags", ""))
        shared = {"tags": tags[: MOST_TAGS + 1]}  # one too many is too many
        errors = []
        for task, line in self.lines:
            for each in (task, *task.steps):
                try:
                    if each is task:
                        refuse_unstorable(line.text)
                        said_in(line, shared)
                    each.title = clean_title(each.title)
                except ValidationError as error:
                    errors += [f"Line {each.number}: {words}" for words in error.messages]
        if errors:
            raise ValidationError(errors)

    def read(self, found, lists):
        """Read the pasted lines; their titles are then the rest of each."""
        texts = [task.title for task in found]
        how = {"lists": lists, "as_text": self.cleaned_data["as_text"]}
        how["put_on"] = self.cleaned_data.get("due_date")
        lines, unread = read_all(
            texts,
            self.user.clock(),
            **how,
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
        words = []
        numbers = self.numbers(lambda line: line.said.unread is not None)
        if numbers:
            noun = "line" if len(numbers) == 1 else "lines"
            words.append(
                f"Only the first {MOST_TRIED} dates, times and repeats in a line are recognized:"
                f" the rest of {noun} {listed(numbers)} stays as you typed it."
            )
        numbers = self.numbers(lambda line: line.said.is_unclear)
        if numbers:
            noun, gets = "lines", "they get"
            if len(numbers) == 1:
                noun, gets = "line", "it gets"
            words.append(
                f"Some dates or times in {noun} {listed(numbers)} are unclear, so {gets} no date."
            )
        if self.unread_from:
            words.append(
                f"From line {self.unread_from} on, everything stays as you typed it: there are more"
                " dates, times and repeats than can be recognized at once."
            )
        return " ".join(words)

    def numbers(self, is_one):
        """Return the numbers of the lines of a kind, the first of many, as words."""
        numbers = [str(task.number) for task, line in self.lines if is_one(line)]
        if len(numbers) > SHOWN:
            return [*numbers[:SHOWN], "others"]
        return numbers

    def add(self, act):
        names = ["description", "priority", "due_date", "due_time", "list"]
        shared = {name: self.cleaned_data[name] for name in names}
        said = [tag for _, line in self.lines for tag in line.said.tags]
        each_once = dict.fromkeys(said)
        made = Tag.objects.make(self.user, unique_ignoring_case(each_once), act)
        tags = {tag.name.lower(): tag for tag in made}
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

    def rows_of(self, pasted_line, line, fields):
        """Return the task of a line, and the steps of the lines below; fields are the task's."""
        fields["list_id"] = fields.pop("list")
        completed_at = timezone.now() if pasted_line.done else None
        task = Task(
            user=self.user,
            title=pasted_line.title,
            typed=line.text,
            completed_at=completed_at,
            **fields,
        )
        steps = [
            Step(user=self.user, task=task, title=step.title, done=step.done)
            for step in pasted_line.steps
        ]
        return task, steps
