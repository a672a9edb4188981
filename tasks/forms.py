"""Forms for tasks, lists, tags and steps.

Each demands user=, and nothing typed into one is lost when it fails.
"""

import re
import uuid
from contextlib import suppress
from copy import copy
from datetime import date
from functools import cache

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q
from django.forms.models import construct_instance
from django.utils import timezone
from django.utils.functional import cached_property

from accounts import text
from tasks import pasted, quickadd, search
from tasks.history import Act
from tasks.models import TAG, SavedSearch, Step, Tag, Task, TaskList
from tasks.recurrence import listed, refuse_old, with_week_start
from tasks.search import LONGEST, MOST_WORDS
from tasks.understood import Line, lists_by_name, read_all

TITLE_LENGTH = Task._meta.get_field("title").max_length
TAG_LENGTH = Tag._meta.get_field("name").max_length
MOST_SEARCHES = 20  # of a user: all are counted at once
SHOWN = 5  # numbers of lines that a sentence names
MOST_TAGS = 30  # of a task: more is a text that was pasted by mistake
NOTES_LENGTH = 100_000
MAX_PAGE = 10**9
UNKNOWN = "\x00"  # stands for a value that a POST doesn't hold; nobody can have typed it


class TextField(forms.CharField):
    """Text with newlines as "\\n". It has no maxlength, by which a browser cuts what is pasted."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.validators = []  # Django's is for NUL alone; clean_title() and clean_notes() say more

    def to_python(self, value):
        return super().to_python(text.unix_lines(value or ""))


class DateField(forms.DateField):
    """An ISO date, as <input type="date"> sends it."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    input_formats = ["%Y-%m-%d"]
    default_error_messages = {
        "invalid": "Enter a date as year-month-day, such as 2026-03-25, from 0001 to 9999."
    }


class HiddenTime(forms.TimeInput):
    input_type = "hidden"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%H:%M")


class TimeField(forms.TimeField):
    """A time of day in hours and minutes, as <input type="time"> shows it."""

    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    hidden_widget = HiddenTime  # or what was shown would seem to be changed, having no seconds
    input_formats = ["%H:%M", "%H:%M:%S", "%H:%M:%S.%f"]
    default_error_messages = {"invalid": "Enter a time as hours and minutes, such as 17:30."}


def clean_line(value, missing, longest):
    """Return value as one line, or raise ValidationError; missing is said where there is none."""
    refuse_unstorable(value)
    value = " ".join(line.strip() for line in value.splitlines()).strip()
    if not text.legible(value):
        raise ValidationError(missing, code="required")
    refuse_longer(value, longest)
    return value


def clean_title(value):
    """Return value as the one line that a title is, or raise ValidationError."""
    return clean_line(value, "Write what there is to do.", TITLE_LENGTH)


def clean_notes(value):
    """Return value if all of it can be kept, or raise ValidationError."""
    refuse_unstorable(value)
    refuse_longer(value, NOTES_LENGTH)
    return value


def refuse_unstorable(value):
    if found := text.unstorable(value):
        raise ValidationError(
            "There is a character in it that cannot be kept (%(found)s). Remove it, please.",
            params={"found": found},
        )


def refuse_longer(value, limit):
    if len(value) > limit:
        raise ValidationError(
            "This has %(now)s characters; %(limit)s are possible.",
            params={"now": len(value), "limit": limit},
        )


def submission(data, about):
    """Return what tells this submission from all others, as a UUID; None if it has no key.

    The form's key alone would not do: the Back button brings the same form back, and what is typed
    into it then is something else. But blanks around a line don't count: app.js gives it back with
    one.
    """
    try:
        key = uuid.UUID(data.get("key", ""))
    except ValueError:
        return None
    typed = {name: data[name] for name in set(data) - {"csrfmiddlewaretoken", "next"}}
    typed["text"] = typed.get("text", "").strip()
    if hasattr(data, "getlist"):
        typed |= {name: data.getlist(name) for name in {"plain"} & set(data)}
    return uuid.uuid5(key, repr((about, sorted(typed.items()))))


class NumberField(forms.IntegerField):
    """Digits and nothing else: Python's int() takes 1_0, too."""

    def to_python(self, value):
        if value and not (value.isascii() and value.isdecimal()):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class ListField(forms.TypedChoiceField):
    """One of the user's lists by id, or the Inbox."""

    default_error_messages = {"invalid_choice": "This list isn't there any more. Choose another."}

    def __init__(self, **kwargs):
        super().__init__(coerce=int, empty_value=None, required=False, **kwargs)

    def offer(self, user, own, asked=None):
        """Offer the user's lists: own is the task's, wherever it is; asked may be put away."""

        @cache
        def choices():
            there = Q(deleted_at=None) & (Q(archived_at=None) | Q(pk=asked))
            lists = user.lists(manager="everything").filter(there | Q(pk=own)).by_hand()
            return [("", "Inbox"), *lists.values_list("pk", "name")]

        self.choices = choices


class TagsField(forms.CharField):
    """Names of tags, with blanks, commas or # between them: a tuple, each name once."""

    def __init__(self, **kwargs):
        super().__init__(required=False, **kwargs)
        self.validators = []  # Django's is for NUL alone

    def to_python(self, value):
        names = re.split(r"[\s,#]+", value or "")
        return unlike([name for name in names if text.legible(name)])

    def validate(self, value):
        for name in value:
            refuse_unstorable(name)
            if len(name) > TAG_LENGTH:
                raise ValidationError(
                    "“%(name)s” is longer than the %(limit)s characters that a tag can have.",
                    params={"name": name, "limit": TAG_LENGTH},
                )

    def has_changed(self, initial, data):
        return lower(initial) != lower(self.to_python(data))


def few(tags):
    """Return tags if a task can have so many, or raise ValidationError."""
    if len(tags) > MOST_TAGS:
        raise ValidationError(
            "These are %(now)s tags; %(limit)s are possible.",
            params={"now": len(tags), "limit": MOST_TAGS},
        )
    return tags


def unlike(names):
    """Return names without those that differ from one before them in case alone."""
    return tuple({name.lower(): name for name in reversed(names)}.values())[::-1]


def lower(names):
    return {name.lower() for name in names or ()}


class OwnedForm(forms.ModelForm):
    """A form for something of user's.

    Its key makes a submission take effect once, however often it arrives: `submission`.
    """

    key = forms.CharField(required=False, widget=forms.HiddenInput, initial=uuid.uuid4)
    by_staff = False  # is it the admin's, and not user's own?

    def __init__(self, data=None, *args, user, **kwargs):
        super().__init__(data, *args, **kwargs)
        self.user = user
        self.posted = data or {}
        if self.instance.pk and self.instance.user_id != user.pk:
            raise ValueError("This belongs to somebody else.")
        self.instance.user = user

    @cached_property
    def submission(self):
        row = self.instance
        return submission(
            self.posted, (row._meta.model_name, row.pk, getattr(row, "task_id", None))
        )


class AddingForm(OwnedForm):
    """A new row of user's, which one submission adds once."""

    def add(self, act):
        self.instance.add(act=act)

    @cached_property
    def earlier(self):
        """The act of this very submission, if it took effect before."""
        return self.submission and self.user.acts.filter(key=self.submission).first()

    def is_valid(self):
        # What is wrong with it may be that it was added before.
        return super().is_valid() or (self.is_bound and bool(self.earlier))

    def add_once(self):
        """Add the row unless this form had added it before; return the act that did it."""
        return self.user.acts.once(self.submission, Act.Kind.ADD, self.add)

    def save(self):
        """Add the row; return it, None if this form had added it before and it is gone since.

        `act` is the one that did it.
        """
        earlier = self.earlier if self.errors else None
        self.act = earlier or self.add_once()
        if self.instance.pk:
            return self.instance
        return self.act.first_row(self._meta.model)


class MergingForm(OwnedForm):
    """An edit that merges with what happened to the row since it was shown.

    The page posts each field with the value that it showed (initial-…), and the version of the
    row. A field that I changed is written; one that I left, or that isn't in the form at all,
    stays as the row has it. Where the row changed in the same field meanwhile, the form is
    invalid: `clashes` has the row's value, my own stays in the box, and the next attempt, which
    has seen both, decides. Give it an instance that is locked (select_for_update).
    """

    version = forms.CharField(required=False, widget=forms.HiddenInput)
    merged = []  # the names of the fields that this is about
    is_more = False  # does it do something where no field is changed?

    def __init__(self, data=None, *, instance, **kwargs):
        # The row as it is now: validation puts the form's values into the instance.
        self.now = {name: self.value_of(instance, name) for name in self.merged}
        initial = {**self.now, "version": instance.version}
        super().__init__(data, instance=instance, initial=initial, **kwargs)
        self.clashes = {}
        self.written = set()  # what save() changed
        for name in self.merged:
            self.fields[name].show_hidden_initial = True
        if self.is_bound:
            self.data = self._with_baseline(data)

    def value_of(self, instance, name):
        return getattr(instance, name)

    def _as_shown(self, name):
        """Return the row's value of a field as a page shows it, such as "14:30"."""
        field = self.fields[name]
        shown = field.widget.format_value(field.prepare_value(self.now[name])) or ""
        return shown[0] if isinstance(shown, list) else shown  # a choice gives a list

    def _with_baseline(self, data):
        """Return data where each field has a value and the one that it was shown with.

        A POST that doesn't come from our page may lack both. What it doesn't hold it doesn't
        change; and without the values that it saw, its version tells whether they are the row's.
        What was left as it was shown is as the row has it now: a list may be gone since.
        """
        data = data.copy()
        up_to_date = data.get("version") in (None, "", str(self.instance.version))
        for name in self.merged:
            initial_name = self.add_initial_prefix(name)
            if name not in data:
                data[name] = data[initial_name] = self._as_shown(name)
            elif initial_name not in data:
                data[initial_name] = self._as_shown(name) if up_to_date else UNKNOWN
            elif data[name] == data[initial_name]:
                data[name] = data[initial_name] = self._as_shown(name)
        return data

    def clean(self):
        for name in self.merged:
            if name not in self.changed_data:
                self.cleaned_data[name] = self.now[name]
            elif self._clashes(name):
                self.clashes[name] = self.now[name]
                theirs = self.in_words(name)
                words = (
                    f"Meanwhile this became:\n{theirs}" if theirs else "Meanwhile this was emptied."
                )
                self.add_error(name, f"{words}\nSave again to put yours in its place.")
        super().clean()

    def in_words(self, name):
        """Return the row's value of a field as a person reads it."""
        field, shown = self.fields[name], self._as_shown(name)
        if isinstance(field, forms.ChoiceField):
            return dict((str(value), words) for value, words in field.choices).get(shown, "")
        return shown

    def _clashes(self, name):
        """Did the row change too, in a field that I changed, and to something else?"""
        to_python, shown = self.fields[name].to_python, self[name].html_initial_name
        try:
            now, mine = to_python(self._as_shown(name)), to_python(self.data[name])
            return now != mine and now != to_python(self.data[shown])
        except ValidationError:  # mine can't be read, which is said already; or shown is UNKNOWN
            return self.data[shown] == UNKNOWN

    @cached_property
    def took_effect(self):
        """Was this very submission saved before? Not if the row is as it was shown."""
        if not self.submission or self.data.get("version") == str(self.instance.version):
            return False
        return self.user.acts.filter(key=self.submission).exists()

    def is_valid(self):
        return self.took_effect or super().is_valid()

    def full_clean(self):
        super().full_clean()
        if self.is_bound and self._errors:
            self._rebase()

    def _rebase(self):
        """Show the row as it is now, but for what I changed: the next attempt has seen both."""
        for name in self.merged:
            self.data[self.add_initial_prefix(name)] = self._as_shown(name)
            if name not in self.changed_data:
                self.data[name] = self._as_shown(name)
        self.data["version"] = self.instance.version

    def changes(self, act):
        """Return what this edit changes, as the row's edit() takes it; act keeps new tags."""
        cleaned = {name: self.cleaned_data[name] for name in self.merged}
        return {name: new for name, new in cleaned.items() if new != self.now[name]}

    def save(self):
        """Write what this edit changes; return its act, None if that is nothing.

        Sent again, it is the act of the first time.
        """
        if self.took_effect:
            return self.user.acts.get(key=self.submission)
        kind, by_staff = Act.Kind.EDIT, self.by_staff
        act = Act(user=self.user, key=self.submission, kind=kind, by_staff=by_staff)
        changes = self.changes(act)
        if not changes and not self.is_more:
            return None
        self.written = set(changes)
        return self.write(act, changes)

    def write(self, act, changes):
        return self.instance.edit(act=act, **changes)


class BaseTaskForm(OwnedForm):
    """What adding and editing have in common: all fields of a task but its title."""

    due_date = DateField(label="Due", required=False)
    due_time = TimeField(label="Time", required=False)
    priority = forms.TypedChoiceField(
        choices=Task.Priority.choices,
        coerce=int,
        empty_value=Task.Priority.NONE,
        initial=Task.Priority.NONE,
        required=False,
        widget=forms.RadioSelect,
    )
    list = ListField()
    tags = TagsField(widget=forms.TextInput(attrs={"autocomplete": "off"}))
    description = TextField(
        label="Notes", required=False, strip=False, widget=forms.Textarea(attrs={"rows": 5})
    )

    def __init__(self, data=None, *args, user, **kwargs):
        super().__init__(data, *args, user=user, **kwargs)
        if "list" in self.fields:
            self.fields["list"].offer(user, self.instance.list_id, self.asked_list())

    def asked_list(self):
        """Return the id of the list that the form says."""
        pk = str(self["list"].value() or "")
        return pk if pk.isdecimal() and len(pk) < 19 else None

    def clean_tags(self):
        value = self.cleaned_data["tags"]
        return few(value) if "tags" in self.changed_data else value

    def clean_description(self):
        value = self.cleaned_data["description"]
        return clean_notes(value) if "description" in self.changed_data else value

    def clean(self):
        cleaned = self.cleaned_data
        if cleaned.get("due_time") and not cleaned.get("due_date", "has an error of its own"):
            self.add_error("due_date", "A time needs a date.")

    def _post_clean(self):
        # Django's would check the model's constraints, too, as the database does anyway: clean()
        # says by the field what a form could break. Private API: the tests of forms would tell of a
        # change.
        construct_instance(self, self.instance, self._meta.fields)


class PlainField(forms.Field):
    """Phrases of a line that are text, each in a field of its own: a list."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value):
        return [value] if isinstance(value, str) else list(value or [])


def lists_in(user, text):
    """Return the lists that text may go to, as a Line takes them: user's, if it may name one."""
    if "+" not in text:
        return lists_by_name({})
    return lists_by_name(dict(user.lists.filter(archived_at=None).values_list("name", "pk")))


def line_of(user, text, **options):
    """Return what a line of user's says, see Line."""
    return Line(text, user.clock(), lists=lists_in(user, text), **options)


def said_in(line, fields):
    """Return the fields of a task that a line says, with the tags and notes of fields.

    A time without a day, and a repeat without its first, is of the day that fields have; a day
    without a time keeps theirs. Raises ValidationError where that is too much.
    """
    said, both = line.said, {}
    if said.due_date:
        day = line.on(fields.get("due_date"))
        both |= {"due_date": day, "due_time": said.due_time or fields.get("due_time")}
    if said.repeat:
        both |= {"repeat_anchor": day, "repeat_from": said.repeat_from}
        how = {"repeat_from": said.repeat_from, "week_start": line.clock.week_start}
        both["repeat"] = with_week_start(said.repeat, anchor=day, **how)
        try:
            refuse_old(day, line.clock.today)
        except ValueError as error:
            raise ValidationError(str(error)) from error
    if said.priority:
        both["priority"] = said.priority
    if said.list_name:
        both["list"] = line.list_pk
    if said.tags:
        both["tags"] = few(unlike([*fields.get("tags", ()), *said.tags]))
    if said.description:
        notes = [said.description, fields.get("description")]
        both["description"] = clean_notes("\n".join(filter(None, notes)))
    return both


class AddForm(AddingForm, BaseTaskForm):
    """One line (tasks.quickadd), and the other fields of a task where a form has them.

    What the line says counts; the other fields say the rest.
    """

    text = TextField(
        label="What is there to do?",
        required=False,  # clean_title() says it better
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    # Of the page of a tag: by its id, since its name may be another by now.
    tag = NumberField(min_value=1, required=False, widget=forms.HiddenInput)
    plain = PlainField(required=False)
    as_text = forms.BooleanField(required=False, widget=forms.HiddenInput)
    # The name of the list that the line names and that isn't there, to be made.
    make_list = TextField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Task
        fields = ["due_date", "due_time", "priority", "description"]

    field_order = ["plain", "as_text", "text"]
    line = None  # what was understood

    def __init__(self, data=None, *, user, **kwargs):
        super().__init__(data, user=user, **kwargs)
        if self.data.get("due_date") == "today":  # as the page of today has it, at any hour
            self.data = self.data.copy()
            self.data["due_date"] = user.today().isoformat()

    def clean_text(self):
        text = clean_line(self.cleaned_data["text"], "Write what there is to do.", NOTES_LENGTH)
        plain, as_text = self.cleaned_data.get("plain", ()), self.cleaned_data.get("as_text")
        self.line = line_of(self.user, text, plain=plain, as_text=as_text)
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
        """Return what the other fields say where the line says it too, as a POST has it."""
        alone, said = self.fields_alone, set(said_in(self.line, {}))
        beside = {
            name: alone.get(name) for name in ["due_date", "priority", "list"] if name in said
        }
        beside["due_time"] = alone.get("due_time") if "due_date" in said else None
        beside["tags"] = " ".join(alone.get("tags", ())) if "tags" in said else None
        beside["tag"] = alone.get("tag")
        return {name: str(value) for name, value in beside.items() if value}

    def add_once(self):
        """As for other rows; a task alone is added in one statement."""
        return super().add_once() if self.adds_more else self.new_task().add_once(self.submission)

    def add(self, act):
        task = self.new_task()
        if self.makes_list:
            task.list = TaskList.objects.make(self.user, self.line.unlisted, act)
        task.add(self.tags(act), act)

    def new_task(self):
        """Return the task, with what the line says of its list and its repeat."""
        task, cleaned = self.instance, self.cleaned_data
        task.list_id = cleaned["list"]
        task.repeat = cleaned.get("repeat", "")
        task.repeat_from = cleaned.get("repeat_from", Task.RepeatFrom.DUE)
        task.repeat_anchor = cleaned["due_date"]
        return task

    @property
    def adds_more(self):
        """Is there more to add than the task itself?"""
        return self.makes_list or bool(self.cleaned_data["tags"] or self.cleaned_data["tag"])

    @property
    def makes_list(self):
        """Is the list that the line names, and that isn't there, to be made?"""
        name = self.line.unlisted
        return bool(name) and name == self.cleaned_data["make_list"]

    def tags(self, act):
        """Return the tags that the form says; act keeps those that it makes."""
        tags = Tag.objects.make(self.user, self.cleaned_data["tags"], act)
        pk = self.cleaned_data["tag"]
        return [*tags, *self.user.tags.filter(pk=pk)] if pk else tags


class ReadForm(forms.Form):
    """A line that is being typed, and what of it is to be text."""

    text = TextField(required=False)
    plain = PlainField(required=False)
    make_list = TextField(required=False)
    press = TextField(required=False)  # what was pressed: is it text, or is it none any more?

    def line(self, sidebar):
        """Return what it says; sidebar has the user's lists and tags."""
        self.full_clean()
        text, plain, press = (self.cleaned_data[name] for name in ["text", "plain", "press"])
        lists = lists_by_name({one["name"]: one["pk"] for one in sidebar.lists})
        tags = {tag["name"]: pk for pk, tag in sidebar.tags.items()}
        text = " ".join(text.split())[: quickadd.LONGEST + 1]  # and whether its last word goes on
        phrases = dict.fromkeys(plain)
        plain = [phrase for phrase in phrases if phrase != press]
        plain += [press] if press and press not in phrases else []
        plain = [phrase for phrase in plain if phrase.lower() in text.lower()]
        return Line(text, sidebar.clock, lists=lists, tags=tags, plain=plain)


class PlainForm(AddForm):
    """A new task as its line was typed; beside is what else was said when it was added."""

    def __init__(self, *, task, beside):
        self.task = task
        said = {"text": task.typed, "as_text": "on"}
        super().__init__(beside.dict() | said, user=task.user)

    def save(self):
        """Take out what was understood, and nothing else; return the act."""
        cleaned, task = self.cleaned_data, self.task
        understood = line_of(self.user, task.typed).said
        fields = {"title": self.line.said.title}
        if understood.due_date:
            fields |= {name: cleaned[name] for name in ["due_date", "due_time"]}
            fields |= {"repeat": "", "repeat_from": Task.RepeatFrom.DUE}
        if understood.priority:
            fields["priority"] = cleaned["priority"]
        if understood.list_name:
            fields["list"] = cleaned["list"]
        notes = task.description.removeprefix(understood.description).removeprefix("\n")
        fields["description"] = "\n".join(filter(None, [self.line.said.description, notes]))
        mine = {name.lower() for name in cleaned["tags"]}
        tags = self.user.tags.named([n for n in understood.tags if n.lower() not in mine])
        return task.edit(**fields, remove_tags=tags.exclude(pk=cleaned["tag"]))


class PasteForm(AddForm):
    """Several tasks, one a line; what else the form says is so for all of them."""

    text = TextField(
        label="One task a line",
        required=False,
        strip=False,
        help_text=f"{pasted.MOST_LINES} lines at most. What is further in becomes a step of the"
        " task above. Bullets, numbers and boxes are left out; a ticked box means done.",
        widget=forms.Textarea(attrs={"rows": 12}),
    )
    as_text = forms.BooleanField(
        label="Take the lines as they are",
        required=False,
        help_text="Read no dates, tags or lists.",
    )
    field_order = ["as_text", "text"]
    adds_more = True
    lines = ()  # as pasted.read() gives them, each with what it says: (Pasted, Line)
    unread_from = None  # the number of the line from which on none is read, since so many were

    UNREAD_ID = "unread"  # of what the page says by the lines that weren't read
    SHOWN = {"text", "list", "due_date", "as_text"}  # what else was said goes along unseen

    def __init__(self, data=None, *, user, **kwargs):
        super().__init__(data, user=user, **kwargs)
        for name in self.fields.keys() - self.SHOWN:
            self.fields[name].widget = self.fields[name].hidden_widget()
        for name in ("plain", "make_list"):  # of a single line
            self.fields.pop(name)

    def clean_text(self):
        text = self.cleaned_data["text"]
        if (number := pasted.count(text)) > pasted.MOST_LINES:
            limit = pasted.MOST_LINES
            raise ValidationError(f"These are {number} lines; {limit} are possible at once.")
        found = pasted.read(text)
        if not found:
            raise ValidationError("Write what there is to do, one task a line.", code="required")
        errors = []
        self.read(found, lists_in(self.user, text))
        tags = self.fields["tags"].to_python(self.data.get("tags", ""))
        shared = {"tags": tags[: MOST_TAGS + 1]}  # one too many is too many
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
        self.instance.title = found[0].title
        if self.unread:
            describes = f"{self['text'].auto_id}_helptext {self.UNREAD_ID}"
            self.fields["text"].widget.attrs["aria-describedby"] = describes
        return text

    def read(self, found, lists):
        """Find out what pasted lines say; their titles are then what is left."""
        texts, as_text = [task.title for task in found], self.cleaned_data["as_text"]
        lines, unread = read_all(texts, self.user.clock(), lists=lists, as_text=as_text)
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
        """Return what to say of the lines that weren't read to their end, "" if all were."""
        words = []
        numbers = [str(task.number) for task, line in self.lines if line.unread]
        if len(numbers) > SHOWN:
            numbers = [*numbers[:SHOWN], "others"]
        if numbers:
            which = f"line{'' if len(numbers) == 1 else 's'} {listed(numbers)}"
            words.append(
                f"Only the first {quickadd.MOST_TRIED} dates, times and repeats of a line are read:"
                f" the rest of {which} stays as you typed it."
            )
        if self.unread_from:
            words.append(
                f"From line {self.unread_from} on, all stays as you typed it: these are more dates,"
                " times and repeats than are read at once."
            )
        return " ".join(words)

    def add(self, act):
        names = ["description", "priority", "due_date", "due_time", "list"]
        shared = {name: self.cleaned_data[name] for name in names}
        said = dict.fromkeys(tag for _, line in self.lines for tag in line.said.tags)
        tags = {tag.name.lower(): tag for tag in Tag.objects.make(self.user, unlike(said), act)}
        all_have, tasks = self.tags(act), []
        for pasted_line, line in self.lines:
            fields = shared | said_in(line, shared)
            fields["list_id"] = fields.pop("list")
            own = [tags[name.lower()] for name in fields.pop("tags", ())]
            completed_at = timezone.now() if pasted_line.done else None
            task = Task(user=self.user, title=pasted_line.title, typed=line.text,
                        completed_at=completed_at, **fields)  # fmt: skip
            steps = [
                Step(user=self.user, task=task, title=step.title, done=step.done)
                for step in pasted_line.steps
            ]
            tasks.append((task, steps, [*own, *all_have]))
        self.user.tasks.add_all(act, tasks)


class TaskForm(MergingForm, BaseTaskForm):
    """An edit of a task. Tags merge one by one, so they never clash.

    Of a repeat it is about this one and those to come; but another date only puts this one off.
    With "from_now_on" it moves the others, too, and with "this_one" all is about this one alone.
    """

    title = TextField(
        required=False,  # old tasks may lack one: clean_title() asks only those who edit it
        widget=forms.Textarea(attrs={"rows": 1}),
    )

    class Meta:
        model = Task
        fields = ["title", "due_date", "due_time", "priority", "description"]

    merged = [*Meta.fields, "list", "tags"]
    line = None  # what was understood of the title, if that was asked for
    own = None  # this one alone, where it was taken out of a repeat

    def __init__(self, data=None, *, instance, **kwargs):
        self.repeated = bool(instance.repeat)
        super().__init__(data, instance=instance, **kwargs)

    @property
    def is_of_this_one(self):
        task = self.instance
        return "this_one" in self.posted and bool(task.repeat) and not task.completed

    def value_of(self, instance, name):
        if name == "list":
            return instance.list_id
        if name == "tags":
            self.tags_now = list(instance.tags.by_name())
            return " ".join(tag.name for tag in self.tags_now)
        return super().value_of(instance, name)

    def clean_title(self):
        value = self.cleaned_data["title"]
        return clean_title(value) if "title" in self.changed_data else value

    def clean(self):
        super().clean()
        title = self.cleaned_data.get("title")
        if title and "read" in self.posted and not self.errors:
            self.read_title(title)
        if self.is_of_this_one:
            self.refuse_another()
        elif "from_now_on" in self.posted and self.instance.repeat and not self.errors:
            self.move_series()

    def refuse_another(self):
        """This one is the one that was shown, even where its date was not changed."""
        now = self._as_shown("due_date")
        if self.posted.get("initial-due_date", now) != now:
            self.add_error(None, "That one is gone already. These fields are of the next one now.")

    def move_series(self):
        """Have the repeat go on from another date, where that is what was changed."""
        task, day = self.instance, self.cleaned_data["due_date"]
        if day in (None, task.due_date):
            return
        try:
            self.cleaned_data |= task.move_series(day)
        except ValueError as error:
            self.add_error("due_date", str(error))

    def read_title(self, title):
        """Put what the title says into the fields, but for those that say something else by now."""
        self.line = line_of(self.user, title, offers=False)
        try:
            said = said_in(self.line, self.cleaned_data)
        except ValidationError as error:
            return self.add_error("title", error)
        up_to_date = self.data.get("version") in (None, "", str(self.instance.version))
        for name in {"due_date", "due_time", "priority", "list"} & set(said):
            if said[name] != self.cleaned_data[name] and name in self.changed_data:
                self.add_error(name, "The title says something else. Save one of them first.")
        if not up_to_date:
            self.add_error("title", "The task was changed meanwhile. Look at it, then try again.")
        self.cleaned_data |= said | {"title": self.line.said.title}

    def _clashes(self, name):
        return name != "tags" and super()._clashes(name)

    def _rebase(self):
        """Leave what tags were shown with: nobody was told of those that came meanwhile."""
        name = self["tags"].html_initial_name
        shown = self.data[name].replace(UNKNOWN, "")
        super()._rebase()
        if "tags" in self.changed_data:
            self.data[name] = shown

    def changes(self, act):
        changes = super().changes(act)
        names = ["repeat", "repeat_from", "repeat_anchor"]
        changes |= {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}
        said = self.line.said.tags if self.line else []
        if "tags" not in self.changed_data and not said:
            changes.pop("tags", None)
            return changes
        mine = changes.pop("tags", self.cleaned_data["tags"])
        shown = lower(self.fields["tags"].to_python(self.data[self["tags"].html_initial_name]))
        new = [name for name in mine if name.lower() not in shown]
        gone = shown - lower(mine)
        add = [tag for tag in Tag.objects.make(self.user, new, act) if tag not in self.tags_now]
        remove = [tag for tag in self.tags_now if tag.name.lower() in gone]
        return changes | ({"add_tags": add, "remove_tags": remove} if add or remove else {})

    def save(self):
        act = super().save()
        if act and self.took_effect and "this_one" in self.posted:
            own = act.first_row(Task)
            self.own = own if own and own != self.instance and not own.deleted_at else None
        return act

    def write(self, act, changes):
        if not self.is_of_this_one:
            return super().write(act, changes)
        own = self.instance.part(act, **changes)
        self.own = own if own != self.instance else None
        return act


class NotesBaseline(forms.HiddenInput):
    def __init__(self):
        super().__init__(attrs={"form": DetailForm.ID})


class DetailForm(TaskForm):
    """The form of a task's page. Its notes stand below the steps, which have forms of their own,
    so they say which form they belong to.

    So does the box for a new step, or without script pressing its button would lose what else was
    typed: `step` is its form. app.js makes it one by itself, which adds the step at once.
    """

    ID = "detail-form"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["description"].widget.attrs["form"] = self.ID
        self.fields["description"].hidden_widget = NotesBaseline
        step = {"title": self.posted.get("step", ""), "key": self.posted.get("key", "")}
        task, user = self.instance, self.user
        self.step = StepAddForm(step, task=task, user=user) if step["title"].strip() else None

    def is_valid(self):
        return super().is_valid() and (self.step is None or self.step.is_valid())

    @property
    def is_more(self):
        """A new step of this one alone makes it a task of its own, too."""
        return self.is_of_this_one and self.step is not None

    def save(self):
        act = super().save()
        if self.own and self.step:
            self.step.instance.task = self.own
        return act


class NameForm(OwnedForm):
    """The name of a list or tag, which no other of the user's has, whatever its case.

    Lock the user first: of two who take a name at once, the second sees the first.
    """

    name = TextField(required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def clean_name(self):
        longest = self._meta.model._meta.get_field("name").max_length
        return clean_line(self.cleaned_data["name"], "Give it a name.", longest)

    def _get_validation_exclusions(self):
        # Else Django leaves out the rule that names differ, since the form has no user.
        # Private API: test_lists.py would tell of a change.
        return super()._get_validation_exclusions() - {"user", "deleted_at"}


class ListAddForm(AddingForm, NameForm):
    """A new list."""

    color = forms.ChoiceField(choices=TaskList.Color.choices, widget=forms.RadioSelect)

    class Meta:
        model = TaskList
        fields = ["name", "color"]

    def __init__(self, data=None, *, number=0, **kwargs):
        """number: of the lists that there are, so that each begins with another colour."""
        colors = TaskList.Color.values
        super().__init__(data, initial={"color": colors[number % len(colors)]}, **kwargs)


class ListForm(MergingForm, NameForm):
    """An edit of a list."""

    color = forms.ChoiceField(choices=TaskList.Color.choices, widget=forms.RadioSelect)

    class Meta:
        model = TaskList
        fields = ["name", "color"]

    merged = Meta.fields


class RestoreForm(NameForm):
    """Out of the trash, under another name where its own is taken."""

    def __init__(self, data=None, *, instance, **kwargs):
        there = copy(instance)
        there.deleted_at = None  # or its name would clash with nobody's
        super().__init__(data, instance=there, **kwargs)


class ListRestoreForm(RestoreForm):
    class Meta:
        model = TaskList
        fields = ["name"]


class TagNameForm(NameForm):
    """A tag's name is one word, as it is typed among others."""

    def clean_name(self):
        names = TagsField().to_python(super().clean_name())
        if len(names) != 1:
            raise ValidationError("A tag is one word: no blanks, no commas, no # in it.")
        return names[0]


class TagForm(MergingForm, TagNameForm):
    """An edit of a tag."""

    class Meta:
        model = Tag
        fields = ["name"]

    merged = Meta.fields


class TagRestoreForm(RestoreForm, TagNameForm):
    class Meta:
        model = Tag
        fields = ["name"]


class StepTitleForm(OwnedForm):
    """The title of a step. It stands beside a task's, so its id is another."""

    title = TextField(
        label="Step", required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, data=None, **kwargs):
        super().__init__(data, auto_id="id_step_%s", **kwargs)

    def clean_title(self):
        return clean_line(self.cleaned_data["title"], "Write what the step is.", TITLE_LENGTH)


class StepAddForm(AddingForm, StepTitleForm):
    """A new step of task."""

    class Meta:
        model = Step
        fields = ["title"]

    def __init__(self, data=None, *, task, **kwargs):
        super().__init__(data, **kwargs)
        self.instance.task = task


class StepForm(MergingForm, StepTitleForm):
    """An edit of a step."""

    class Meta:
        model = Step
        fields = ["title"]

    merged = Meta.fields


class ListDeleteForm(forms.Form):
    """What becomes of the tasks of a list that is deleted."""

    tasks = forms.ChoiceField(
        label="Its tasks",
        choices=[("inbox", "Move them to the Inbox"), ("trash", "Put them into the trash with it")],
        widget=forms.RadioSelect,
        initial="inbox",
    )


class TrashEmptyForm(forms.Form):
    """Deletes what was in the trash when the form was shown, and nothing that came later."""

    until = forms.DateTimeField(
        widget=forms.HiddenInput, initial=lambda: timezone.now().isoformat()
    )


class MoveForm(forms.Form):
    """Where a row goes: before or after another of the user's rows, or to one of the ends."""

    before = forms.ModelChoiceField(None, required=False)
    after = forms.ModelChoiceField(None, required=False)
    to = forms.ChoiceField(choices=[("top", "Top"), ("bottom", "Bottom")], required=False)

    def __init__(self, data, *, row, rows):
        super().__init__(data)
        others = rows.exclude(pk=row.pk)
        self.fields["before"].queryset = self.fields["after"].queryset = others

    def clean(self):
        if len(self.where()) != 1:
            raise ValidationError("Say one place.")

    def where(self):
        """Return the place as a row's move() takes it."""
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return {name: getattr(value, "pk", value) for name, value in given.items()}


class ArrangeForm(forms.Form):
    """How a listing is sorted and grouped, out of what it offers."""

    sort = forms.ChoiceField(label="Sort by", widget=forms.RadioSelect)
    group = forms.ChoiceField(label="Group by", required=False, widget=forms.RadioSelect)

    def __init__(self, data=None, *, listing):
        super().__init__(data, initial=listing.arrangement)
        self.fields["sort"].choices = listing.sort_choices
        self.fields["group"].choices = listing.group_choices


class BulkForm(forms.Form):
    """One act on several tasks: those that are ticked, all of a page, or all of its listing.

    `do` is what is done, with its value where a button has one: "complete", "due 2026-03-25".
    """

    KINDS = {
        "complete": Act.Kind.COMPLETE,
        "reopen": Act.Kind.REOPEN,
        "delete": Act.Kind.DELETE,
        **dict.fromkeys(["due", "priority", "list", "tag", "untag"], Act.Kind.EDIT),
    }

    key = forms.CharField(required=False, widget=forms.HiddenInput)
    do = forms.CharField(required=False, widget=forms.HiddenInput)
    page = forms.CharField(required=False, widget=forms.HiddenInput)  # ids
    number = NumberField(required=False, widget=forms.HiddenInput)  # how many "all" were
    due_date = DateField(label="Day", required=False)
    list = ListField()
    tags = TagsField(widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, data, *, user, listing):
        super().__init__(data)
        self.user, self.listing = user, listing
        self.fields["list"].offer(user, None)
        self.verb, _, self.value = data.get("do", "").partition(" ")
        which = data.get("which")
        self.which = which if which in {"page", "all", "overdue"} else "ticked"

    def clean_do(self):
        if self.verb not in self.KINDS:
            raise ValidationError("Choose what to do with them.")
        return self.verb

    def clean_tags(self):
        return few(self.cleaned_data["tags"])

    def clean(self):
        if self.verb == "due" and self.value:
            self.set("due_date", None if self.value == "none" else self.value)
        elif self.verb == "due" and not self.cleaned_data.get("due_date", True):
            self.add_error("due_date", "Say which day, such as 2026-03-25.")
        elif self.verb == "priority" and self.value not in map(str, Task.Priority.values):
            self.add_error("do", "Choose a priority.")
        elif self.verb in {"tag", "untag"} and not self.cleaned_data.get("tags", True):
            self.add_error("tags", "Write which tags, with blanks between them.")
        if self.which == "ticked" and not self.ticked:
            self.add_error(None, "Tick the tasks first.")
        elif self.which in {"all", "overdue"}:
            self.check_number()

    def set(self, name, value):
        try:
            self.cleaned_data[name] = value and self.fields[name].clean(value)
        except ValidationError as error:
            self.add_error(name, error)

    def check_number(self):
        """Of more or other tasks than the page said nobody has thought."""
        if self.listing is None or (self.which == "overdue" and self.listing.name != "today"):
            self.add_error(None, "That page isn't there any more. Look, then try again.")
            return
        said, now = self.cleaned_data.get("number"), self.tasks.count()
        if said is not None and said != now:
            self.add_error(None, f"These are {now} tasks by now, not {said}. Look, then try again.")

    @cached_property
    def ticked(self):
        """The ids that were ticked, or all that the page showed."""
        is_page = self.which == "page"
        ids = self.data.get("page", "").split() if is_page else self.data.getlist("ids")
        return [int(pk) for pk in ids if pk.isascii() and pk.isdecimal() and len(pk) < 19]

    @property
    def occurrences(self):
        """The days of repeats that the page showed, {id: day}: a box says "12 2026-01-31"."""
        found = {}
        for shown in self.data.getlist("occurrence"):
            pk, _, day = shown.partition(" ")
            with suppress(ValueError):
                found[int(pk)] = date.fromisoformat(day)
        return found

    def is_of_others(self):
        """Is none of the named ones user's, neither there nor in the trash?"""
        pks = self.ticked if self.which in {"ticked", "page"} else []
        mine = self.user.tasks(manager="everything").filter(pk__in=pks)
        return bool(pks) and not mine.exists()

    @property
    def tasks(self):
        """The tasks that this is about, of user's alone."""
        if self.which == "all":
            return self.listing.tasks
        if self.which == "overdue":
            return self.listing.overdue
        return self.user.tasks.filter(pk__in=self.ticked)

    @cached_property
    def submission(self):
        return submission(self.data, ("bulk", self.ticked))

    def is_valid(self):
        # What is wrong with it may be that it was done before.
        return super().is_valid() or (
            bool(self.submission) and self.user.acts.filter(key=self.submission).exists()
        )

    def save(self):
        """Do it, once for each submission; return the act."""
        return self.user.acts.once(self.submission, self.KINDS[self.verb], self.act)

    def act(self, act):
        tasks, cleaned = self.tasks, self.cleaned_data
        if self.verb == "complete":
            tasks.complete(act, self.occurrences)
        elif self.verb == "reopen":
            tasks.reopen(act)
        elif self.verb == "delete":
            tasks.delete_softly(act)
        elif self.verb == "priority":
            tasks.change(act, priority=int(self.value))
        elif self.verb == "list":
            tasks.change(act, list=cleaned["list"])
        elif self.verb == "due":
            tasks.change(act, due_date=cleaned["due_date"])
        else:
            hang = self.verb == "tag"
            names = cleaned["tags"] if tasks.exists() else ()
            tags = Tag.objects.make(self.user, names, act) if hang else self.user.tags.named(names)
            tasks.change(act, **{TAG + str(tag.pk): hang for tag in tags})


class HistoryForm(forms.Form):
    """Which acts the history shows: ?kind=&of=&task=&page="""

    KINDS = {
        "add": [Act.Kind.ADD],
        "edit": [Act.Kind.EDIT, Act.Kind.ORDER],
        "complete": [Act.Kind.COMPLETE, Act.Kind.REOPEN],
        "delete": [Act.Kind.DELETE, Act.Kind.RESTORE, Act.Kind.ARCHIVE, Act.Kind.UNARCHIVE],
        "undo": [Act.Kind.UNDO, Act.Kind.REDO],
    }
    kind = forms.ChoiceField(
        label="What was done",
        choices=[
            ("", "Everything"),
            ("add", "Added"),
            ("edit", "Edited and moved"),
            ("complete", "Completed and reopened"),
            ("delete", "Deleted, archived, restored"),
            ("undo", "Undone"),
        ],
        required=False,
    )
    of = forms.ChoiceField(
        label="To what",
        choices=[
            ("", "Everything"),
            ("task", "Tasks"),
            ("step", "Steps"),
            ("list", "Lists"),
            ("tag", "Tags"),
        ],
        required=False,
    )
    task = NumberField(min_value=1, max_value=2**63 - 1, required=False, widget=forms.HiddenInput)
    page = NumberField(min_value=1, max_value=MAX_PAGE, required=False, widget=forms.HiddenInput)
    REASONS = {
        "kind": "must be add, edit, complete, delete or undo",
        "of": "must be task, step, list or tag",
        "task": "must be the number of a task",
        "page": f"must be a whole number from 1 to {MAX_PAGE}",
    }

    def is_about_all(self):
        """Return whether all that was done is shown, whatever it was and whatever to."""
        return not any(self.cleaned_data[name] for name in ["kind", "of", "task"])

    def narrow(self, acts):
        kind, of, task = (self.cleaned_data[name] for name in ["kind", "of", "task"])
        acts = acts.filter(kind__in=self.KINDS[kind]) if kind else acts
        acts = acts.that_changed(**{of: True}) if of else acts
        return acts.that_changed(task=task) if task else acts

    def reason(self):
        return reason(self)


def reason(form):
    """Return a sentence that says which part of the address makes no sense."""
    return " ".join(f"“{name}” {form.REASONS[name]}." for name in form.errors)


class SearchForm(forms.Form):
    """What to look for: ?q=&completed="""

    q = forms.CharField(
        label="Search",
        required=False,
        widget=forms.TextInput(
            attrs={"type": "search", "autocomplete": "off", "enterkeyhint": "search"}
        ),
    )
    completed = forms.BooleanField(label="Completed ones too", required=False)

    def __init__(self, data=None, **kwargs):
        super().__init__(data, **kwargs)
        self.fields["q"].validators = []  # Django's is for NUL alone

    def clean_q(self):
        return clean_search(self.cleaned_data["q"])


def clean_search(q):
    """Return what was typed into a search as one line, or raise ValidationError."""
    q = " ".join(q.split())
    refuse_unstorable(q)
    refuse_longer(q, LONGEST)
    if search.count(q) > MOST_WORDS:
        raise ValidationError(f"Search for {MOST_WORDS} words at most.")
    return q


class KeptSearchForm(NameForm):
    """The fields of a search that is kept in the sidebar."""

    q = forms.CharField(
        label="Search",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="Words, #tag, +list, !high, overdue, today, no date, done.",
    )
    completed = forms.TypedChoiceField(
        label="Among",
        choices=[("False", "Open tasks"), ("True", "Completed ones too")],
        coerce="True".__eq__,
    )

    class Meta:
        model = SavedSearch
        fields = ["name", "q", "completed"]

    def __init__(self, data=None, **kwargs):
        super().__init__(data, **kwargs)
        self.fields["q"].validators = []  # Django's is for NUL alone

    def clean_q(self):
        q = clean_search(self.cleaned_data["q"])
        if not search.read(q, {}, {}):
            raise ValidationError("Write what to search for.", code="required")
        return q


class SearchAddForm(KeptSearchForm):
    """A new one."""

    def clean(self):
        if self.user.searches.count() >= MOST_SEARCHES:
            self.add_error(None, f"You have {MOST_SEARCHES} saved searches. Remove one first.")
        super().clean()

    @property
    def same(self):
        """The search that is as this one would be, None if there is none: this was sent twice."""
        asked = {name: self[name].value() or "" for name in self.Meta.fields}
        if text.unstorable(asked["name"] + asked["q"]):
            return None
        asked["completed"] = asked["completed"] == "True"
        return self.user.searches.filter(**asked).first()


class SearchEditForm(MergingForm, KeptSearchForm):
    merged = KeptSearchForm.Meta.fields


class ListingForm(forms.Form):
    """Which tasks a listing shows: ?status=&page=&limit=&from=&list="""

    status = forms.ChoiceField(
        choices=[("", "All"), ("pending", "Open"), ("completed", "Completed")],
        required=False,
    )
    page = NumberField(min_value=1, max_value=MAX_PAGE, required=False)
    limit = NumberField(min_value=1, max_value=100, required=False)
    list = NumberField(min_value=1, required=False)

    NAMES = ["status", "page", "limit", "list", "from"]
    FIRST, LAST = date(2, 1, 1), date(9998, 12, 31)  # a week before and after exists
    REASONS = {
        "status": "must be pending or completed",
        "page": f"must be a whole number from 1 to {MAX_PAGE}",
        "limit": "must be a whole number from 1 to 100",
        "list": "must be the number of a list",
        "from": "must be a date such as 2026-03-25, of the years 2 to 9998",
    }

    def __init__(self, data):
        super().__init__(data)
        self.fields["from"] = DateField(
            required=False,
            validators=[MinValueValidator(self.FIRST), MaxValueValidator(self.LAST)],
        )

    def reason(self):
        return reason(self)
