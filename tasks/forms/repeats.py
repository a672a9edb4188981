"""The form of a repeat, in words rather than as a rule of RFC 5545.

It has a field for each part of a rule of tasks.recurrence, so it can show and produce every rule.
"""

import re
from dataclasses import replace

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property

from accounts.merging import MergeMixin
from tasks import recurrence, rules
from tasks.forms.fields import DateField, NumberField, refuse_longer
from tasks.models import Task
from tasks.recurrence import DAY_NAMES, MONTH_NAMES, NTH
from tasks.repeating import Series, columns_of_repeat
from tasks.rules import Rule

LONGEST = 500  # characters typed into a field of positions: many more than any rule needs
WORDS = {words: number for number, words in NTH.items() if number > 0}
PLACE = re.compile(
    rf"(?:the )?(-)?(?:([0-9]{{1,3}})(?:st|nd|rd|th|\.)?|({'|'.join(WORDS)}))?(?: ?(?:to )?(last))?"
)
SEPARATOR = re.compile(r",|;|&|\band\b|(?<=[0-9.]) +(?=[0-9])")


def place_of(words):
    """Return the number for 15, 2nd, first, last or "2nd last"; None for other words."""
    match = PLACE.fullmatch(words)
    if not match or not any(match.groups()):
        return None
    minus, digits, word, last = match.groups()
    number = int(digits) if digits else WORDS.get(word, 1)
    if minus or last:
        return -number
    return number


def weekday_of(name):
    """Return the weekday of a name such as fri or friday, 0 for Monday; None for other words."""
    if len(name) < 2:
        return None
    for weekday, full in enumerate(DAY_NAMES):
        if full.lower().startswith(name):
            return weekday
    return None


class PlacesField(forms.CharField):
    """Positions such as "1, 15, last", as a tuple, -1 for the last."""

    def __init__(self, *, most, **kwargs):
        widget = forms.TextInput(attrs={"autocomplete": "off"})
        super().__init__(required=False, widget=widget, **kwargs)
        self.most = most

    def to_python(self, value):
        words = super().to_python(value).lower()
        refuse_longer(words, LONGEST)
        parts = [" ".join(part.split()) for part in SEPARATOR.split(words)]
        filled = [part for part in parts if part]
        found = self.read_all(filled)
        return tuple(dict.fromkeys(found))

    def read_all(self, parts):
        return [self.read(part) for part in parts]

    def has(self, number):
        """Return whether such a position exists; None doesn't."""
        if number is None:
            return False
        return 0 < abs(number) <= self.most

    def read(self, words):
        number = place_of(words.removesuffix(" day"))
        if not self.has(number):
            raise ValidationError(
                "“%(words)s” isn't one of 1 to %(most)s, or last.",
                params={"words": words[:40], "most": self.most},
            )
        return number

    def prepare_value(self, value):
        if isinstance(value, str):  # as it was typed
            return value
        words = [self.words(one) for one in value or ()]
        return ", ".join(words)

    def words(self, number):
        return recurrence.position_in_words(number)


class MonthDaysField(PlacesField):
    def words(self, number):
        if number > 0:
            return str(number)
        return super().words(number)


class NthField(PlacesField):
    """Weekdays of a month: "first Monday, last Friday", "1st and 3rd Tue", as a tuple."""

    def read_all(self, parts):
        """Return the pairs in these parts. In "1st and 3rd Tue" both parts share the weekday."""
        found = []
        name = ""
        for part in reversed(parts):
            if place_of(part) is None:
                _, _, name = part.rpartition(" ")
            else:
                part = f"{part} {name}"
            one = self.read(part)
            found.insert(0, one)
        return found

    def read(self, words):
        place, _, name = words.rpartition(" ")
        number = place_of(place)
        weekday = weekday_of(name.removesuffix("s"))
        if weekday is None or not self.has(number):
            raise ValidationError(
                "“%(words)s” isn't like first Monday or last Friday.", params={"words": words[:40]}
            )
        return number, weekday

    def words(self, one):
        number, weekday = one
        name = DAY_NAMES[weekday]
        return f"{NTH[number]} {name}"


class NumbersField(forms.TypedMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def __init__(self, names, *, first, **kwargs):
        shortened = [name[:3] for name in names]
        choices = list(enumerate(shortened, first))
        super().__init__(choices=choices, coerce=int, required=False, **kwargs)


def days_of(rule):
    """Return a rule without its end, in a form that doesn't depend on the order of its days."""
    names = ["weekdays", "month_days", "months", "positions"]
    sets = {name: frozenset(getattr(rule, name)) for name in names}
    return replace(
        rule,
        week_start=None,
        until=None,
        count=None,
        **sets,
    )


def end_of(rule):
    """Return the kind of end of a rule, as the form names it."""
    if rule.until:
        return "until"
    if rule.count:
        return "count"
    return "never"


class RepeatForm(MergeMixin, forms.Form):
    """The repeat of a task, from a day on.

    `days` are the next five days, the first of which is the due date; empty if the form is invalid.
    The form is merged as a whole: of two simultaneous changes, the second sees the result of the
    first.
    """

    due_date = DateField(label="From")
    interval = NumberField(label="Every", min_value=1, max_value=rules.MOST_INTERVAL)
    frequency = forms.ChoiceField(
        label="Unit",
        choices=[("DAILY", "day"), ("WEEKLY", "week"), ("MONTHLY", "month"), ("YEARLY", "year")],
    )
    weekdays = NumbersField(DAY_NAMES, first=0, label="On")
    month_days = MonthDaysField(
        label="Days of the month",
        most=31,
        help_text="Such as 1, 15, last. If a month has no 31st, its last day is used.",
    )
    nth = NthField(
        label="Weekdays of the month", most=5, help_text="Such as first Monday, last Friday."
    )
    positions = PlacesField(
        label="Which of these days",
        most=366,
        help_text="Such as first or last. Monday to Friday with last is the last working day.",
    )
    months = NumbersField(MONTH_NAMES, first=1, label="Only in")
    week_start = forms.TypedChoiceField(
        label="Weeks begin on",
        choices=list(enumerate(DAY_NAMES)),
        coerce=int,
        help_text="Matters when repeating every two or more weeks.",
    )
    ends = forms.ChoiceField(
        choices=[("never", "Never"), ("until", "On a day"), ("count", "After a number of times")],
        widget=forms.RadioSelect,
    )
    until = DateField(label="Last day", required=False)
    count = NumberField(label="Times", min_value=1, max_value=rules.MOST_COUNT, required=False)
    repeat_from = forms.ChoiceField(
        label="Count the next one from", choices=Task.RepeatFrom.choices, widget=forms.RadioSelect
    )
    missed = forms.ChoiceField(
        label="If you are late", choices=Task.Missed.choices, widget=forms.RadioSelect
    )
    shown = forms.CharField(required=False, widget=forms.HiddenInput)
    state_field = "shown"

    COLUMNS = ["repeat", "due_date", "repeat_anchor", "repeat_from", "missed"]
    # The fields that a unit or an end doesn't have: they are hidden then, and have these values.
    NOT_OF = {
        "DAILY": {"nth": (), "positions": ()},
        "WEEKLY": {"nth": (), "month_days": ()},
        "never": {"until": None, "count": None},
        "until": {"count": None},
        "count": {"until": None},
    }
    SAME = ["interval", "frequency", "month_days", "months", "positions", "until", "count"]
    days = ()

    def __init__(self, data=None, *, task):
        self.task = task
        self.clock = task.user.clock()
        self.now = {name: getattr(task, name) for name in self.COLUMNS}
        super().__init__(data, initial=self.as_it_is())
        for name in ["due_date", "until"]:
            self.fields[name].kept = self.initial[name]
        self.merged = [name for name in self.fields if name != self.state_field]
        self.begin_merge()
        if not self.errors and not self.is_bound:
            self.cleaned_data = dict(self.initial)
            self.put_together(self.said(), self.initial["due_date"])

    def stays(self, name):
        """Return False: only checkboxes can be missing from a POST, if none is checked."""
        return False

    def as_it_is(self):
        """Return the initial values: the present repeat, or every week from today."""
        rule = self.to_come or Rule("WEEKLY")
        week_start = rule.week_start
        if week_start is None:
            week_start = self.clock.week_start
        fields = {name: getattr(rule, name) for name in self.SAME}
        fields |= {name: self.now[name] for name in ["repeat_from", "missed"]}
        return fields | {
            "due_date": self.task.due_date or self.clock.today,
            "weekdays": [weekday for nth, weekday in rule.weekdays if not nth],
            "nth": [(nth, weekday) for nth, weekday in rule.weekdays if nth],
            "week_start": week_start,
            "ends": end_of(rule),
            "shown": self.state,
        }

    @cached_property
    def to_come(self):
        """The present rule from this occurrence on, None without a repeat."""
        if not self.task.repeat:
            return None
        return Series(self.task).rule_to_come()

    @property
    def state(self):
        values = [str(self.now[name]) for name in self.COLUMNS]
        return "/".join(values)

    def clean(self):
        cleaned = self.cleaned_data
        self.drop_hidden_fields()
        self.refuse_missing_fields()
        if self.task.completed:
            self.add_error(None, "It was completed in the meantime. Reopen it to make it repeat.")
        if not self.errors:
            self.put_together(self.said(), cleaned["due_date"])
        if not self.errors and self.changes and not self.is_up_to_date:
            self.refuse_stale()

    def refuse_missing_fields(self):
        """Add errors for empty fields that the chosen unit and end need.

        A field with an error of its own is missing from cleaned_data.
        """
        cleaned = self.cleaned_data
        ends = cleaned.get("ends")
        if ends == "until" and not cleaned.get("until", True):
            self.add_error("until", "Enter the last day, such as 2026-12-31.")
        if ends == "count" and not cleaned.get("count", True):
            self.add_error("count", "Enter the number of times.")
        is_yearly = cleaned.get("frequency") == "YEARLY"
        lacks_months = not cleaned.get("months", True)
        if is_yearly and lacks_months and cleaned.get("nth"):
            self.add_error("months", "Choose the months of these weekdays.")

    def drop_hidden_fields(self):
        """Empty the fields that the chosen unit and end don't have, and drop their errors."""
        cleaned = self.cleaned_data
        unit = cleaned.get("frequency")
        end = cleaned.get("ends")
        hidden = self.NOT_OF.get(unit, {}) | self.NOT_OF.get(end, {})
        for name, nothing in hidden.items():
            self.errors.pop(name, None)
            cleaned[name] = nothing

    def said(self):
        """Return the rule in the fields."""
        cleaned = self.cleaned_data
        weekdays = [(0, weekday) for weekday in cleaned["weekdays"]]
        weekdays += cleaned["nth"]
        same = {name: cleaned[name] for name in self.SAME}
        return Rule(weekdays=tuple(weekdays), **same)

    def put_together(self, rule, day):
        """Calculate `changes` of the task's columns and the next `days`, from a rule and a day."""
        new = {name: self.now[name] for name in ["due_date", "repeat_anchor", "repeat"]}
        new |= {name: self.cleaned_data[name] for name in ["repeat_from", "missed"]}
        try:
            if self.has_new_days(rule):
                new |= self.columns_from(rule, day)
            else:
                new |= self.columns_ending(rule)
        except ValidationError as error:
            return self.add_error(None, error)
        unlike_now = [name for name in new if new[name] != self.now[name]]
        self.changes = {name: new[name] for name in unlike_now}
        self.days = self.next_days(**new)

    def columns_from(self, rule, day):
        """Return the columns of a repeat that begins on day, or on its first day after."""
        how = {name: self.cleaned_data[name] for name in ["repeat_from", "week_start"]}
        start = how["week_start"]
        self.refuse_senseless(rule)
        text = rules.write(rule)
        due = recurrence.first_due(text, day=day, week_start=start)
        if due is None:
            self.refuse_no_days(rule, day)
        from_due = recurrence.resumed(text, anchor=day, day=due, week_start=start)
        try:
            return columns_of_repeat(from_due, due, today=self.clock.today, **how)
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def refuse_senseless(self, rule):
        """Raise ValidationError for a rule with positions and no days to choose from.

        The form can't produce the other rules that make no sense.
        """
        try:
            rules.refuse_senseless(rule)
        except ValueError as error:
            words = "Choose the days first: weekdays or days of the month."
            raise ValidationError({"positions": words}) from error

    def refuse_no_days(self, rule, day):
        """Raise ValidationError for a rule that has no day from day on."""
        endless = rules.write(replace(rule, until=None))
        if rule.until and recurrence.first_due(endless, day=day):
            raise ValidationError({"until": "This is before the first date."})
        raise ValidationError("There is no such date.")

    def columns_ending(self, rule):
        """Return the columns of the present repeat with another end; its days stay."""
        was = self.to_come
        counts_alike = self.cleaned_data["repeat_from"] == self.now["repeat_from"]
        ends_alike = (rule.until, rule.count) == (was.until, was.count)
        if counts_alike and ends_alike:
            return {}
        is_new_end = rule.until and rule.until != was.until
        if is_new_end and rule.until < self.now["due_date"]:
            raise ValidationError({"until": "This is before the next date."})
        now = rules.read(self.now["repeat"])
        kept = replace(
            now,
            until=rule.until,
            count=self.count_from_anchor(rule),
        )
        text = recurrence.with_week_start(
            rules.write(kept),
            anchor=self.now["repeat_anchor"] or self.now["due_date"],
            week_start=self.cleaned_data["week_start"],
            repeat_from=self.cleaned_data["repeat_from"],
        )
        return {"repeat": text}

    def count_from_anchor(self, rule):
        """Return the count of the series from its anchor; the form has the count from now on."""
        count = rule.count
        if not count or self.from_completion:
            return count
        count += recurrence.number_before(
            self.now["repeat"],
            **Series(self.task).occurrence,
        )
        if count > rules.MOST_COUNT:
            words = f"A repeat can have at most {rules.MOST_COUNT:,} dates, including past ones."
            raise ValidationError({"count": words})
        return count

    def has_new_days(self, rule):
        """Return whether the form has other days than the present repeat, apart from the end."""
        if not self.to_come:
            return True
        changed = set(self.changed_data)
        if self.is_bound and changed & {"due_date", "week_start"}:
            return True
        return days_of(rule) != days_of(self.to_come)

    @property
    def from_completion(self):
        return self.cleaned_data["repeat_from"] == Task.RepeatFrom.COMPLETION

    def next_days(self, *, due_date, repeat, repeat_anchor, missed, **_):
        """Return the due date and four days after it, if each is done on its day."""
        now = self.clock.now
        how = {
            "count": 4,
            "week_start": self.cleaned_data["week_start"],
        }
        if self.from_completion:
            done = max(due_date, now.date())
            days = recurrence.completions(repeat, day=done, **how)
        else:
            days = recurrence.upcoming(
                repeat,
                anchor=repeat_anchor or due_date,
                after=recurrence.last_behind(due_date, self.task.due_time, now, missed),
                **how,
            )
        return [due_date, *days]

    def refuse_stale(self):
        """Add an error about the changed repeat, and show its values in the untouched fields."""
        now = f"This was changed in the meantime: the task {self.state_in_words}."
        self.add_error(None, f"{now} Save again to replace it with yours.")
        self.days = ()
        self.rebase()

    @property
    def state_in_words(self):
        """The present repeat of the task and its due date, in words."""
        rule = self.now["repeat"]
        due = self.now["due_date"]
        words = "does not repeat"
        if rule:
            words = f"repeats {recurrence.describe(rule, on=self.clock.date)}"
        if due:
            words += f", and is due {self.clock.day_within(due)}"
        return words

    @property
    def words(self):
        """The rule in words: every 2 weeks on Tuesday."""
        rule = rules.write(self.said())
        return recurrence.describe(rule, on=self.clock.date)

    def save(self):
        """Write the changes. Return the act, None if there are none."""
        if not self.changes:
            return None
        return self.task.edit(**self.changes)
