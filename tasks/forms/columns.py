"""The form that asks for the meaning of the columns of a CSV file."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.html import escape

from accounts.text import counted
from tasks.importing import mapping as mappings
from tasks.importing import waiting, written
from tasks.importing.files import Unreadable
from tasks.importing.mapping import FIELDS, MOST_PRIORITIES, SEVERAL, SKIP, Mapping
from tasks.importing.tables import DELIMITER_NAMES, Table, shown
from tasks.models import ColumnMapping

KNOWN = {name: name for name in FIELDS}
KEEP = "keep"  # leaves a priority in the notes
PRIORITIES = [
    ("", "Choose…"),
    ("3", "High"),
    ("2", "Medium"),
    ("1", "Low"),
    ("0", "None"),
    (KEEP, "Not known: keep it in the notes"),
]
ORDERS = [
    (written.DAY_FIRST, "The day comes first: 31/12/2026"),
    (written.MONTH_FIRST, "The month comes first: 12/31/2026"),
]


class TableForm(forms.Form):
    """How the file of a table is cut into rows and cells; all of it has been detected."""

    delimiter = forms.ChoiceField(
        label="Cells are separated by",
        required=False,
        choices=[(key, name) for key, name in DELIMITER_NAMES.items()],
    )
    header = forms.TypedChoiceField(
        label="The first row contains",
        required=False,
        choices=[("1", "the names of the columns"), ("0", "a task")],
        coerce=lambda value: value == "1",
        empty_value=None,
    )


class ColumnsForm(forms.Form):
    """The meaning of each column of the waiting file. A valid form has kept its plan.

    Fields are named by the numbers of the columns. A date that could be two days, and a priority
    that isn't known, are asked about.
    """

    digest = forms.CharField(required=False, widget=forms.HiddenInput)  # of the waiting file

    def __init__(self, data=None, *, user, row, query):
        """row is the waiting file; query says how to cut it into cells, as TableForm does.

        Raise Unreadable if it can't be cut so.
        """
        super().__init__(data and data.copy())
        self.user = user
        self.row = row
        self.is_remembered = False
        self.table = table_as(
            data or query,
            waiting.table_of(row).file,
        )
        self.guess = self.first_mapping()
        self.add_table_fields()
        for column in self.table.columns:
            self.fields[name_of_field(column)] = self.column_field(column)
        self.mapping = self.posted_mapping() if self.is_bound else self.guess
        self.add_questions()

    def first_mapping(self):
        """Return the mapping to begin with: the present one, the remembered one, or a guess."""
        present = waiting.mapping_of(self.row)
        if present and is_for(present, self.table):
            return present
        header = mappings.signature(self.table)
        kept = self.user.column_mappings.filter(header=header).first()
        self.is_remembered = kept is not None
        if kept:
            return mappings.remembered(kept.content, self.table)
        return mappings.guess(self.table)

    def add_table_fields(self):
        """Send along how the table was cut, so that the answers fit its columns."""
        for name, value in cut_of(self.table).items():
            self.fields[name] = forms.CharField(
                required=False,
                initial=value,
                widget=forms.HiddenInput,
            )

    def column_field(self, column):
        """Return the field for the meaning of a column."""
        return forms.ChoiceField(
            label=column.name,
            choices=FIELDS.items(),
            initial=self.guess.columns[column.number],
            help_text=escape(words_of(column)),
        )

    def posted_mapping(self):
        """Return the mapping that was sent, without the answers to questions."""
        columns = []
        for column in self.table.columns:
            name = self.data.get(name_of_field(column))
            columns.append(KNOWN.get(name, SKIP))
        return Mapping(
            columns,
            delimiter=self.table.delimiter,
            has_header=self.table.has_header,
        )

    def cells(self, *names):
        """Return the cells of all columns that are one of these fields."""
        return self.mapping.cells(self.table, names)

    def add_questions(self):
        """Add a field for the order of dates if nothing proves it, and one for each priority."""
        self.unclear = mappings.undecided(self.cells(*mappings.DATES))
        if self.unclear:
            self.fields["order"] = self.order_field()
        for name, word in zip(self.priority_names, self.priorities, strict=True):
            field = self.priority_field(word)
            self.fields[name] = field
            if self.is_bound:  # the column may have been chosen just now
                self.data.setdefault(name, field.initial)

    def order_field(self):
        """Return the field that asks for the order of day and month."""
        words = f"No date in this file proves it. One is “{shown(self.unclear)}”."
        return forms.ChoiceField(
            label="Dates",
            required=False,
            choices=ORDERS,
            widget=forms.RadioSelect,
            initial=self.guess.order,
            help_text=escape(words),
        )

    def priority_field(self, word):
        """Return the field for the meaning of a priority."""
        level = self.guess.priorities.get(word, self.priorities[word])
        initial = "" if level is None else str(level)
        return forms.ChoiceField(
            label=f"Priority “{shown(word)}”",
            required=False,
            choices=PRIORITIES,
            initial=initial,
        )

    @cached_property
    def priorities(self):
        """The different priorities of the file, {word: 0 to 3, or None if it isn't known}."""
        return mappings.priorities_in(self.cells("priority"))

    @property
    def column_fields(self):
        return [self[name_of_field(column)] for column in self.table.columns]

    @property
    def priority_names(self):
        """The names of the fields of priorities, which differ for each column."""
        columns = self.mapping.numbers("priority")
        numbers = range(len(self.priorities))
        return [f"priority_{columns[0]}_{number}" for number in numbers]

    @property
    def priority_fields(self):
        return [self[name] for name in self.priority_names]

    @property
    def has_more_priorities(self):
        different = set(self.cells("priority"))
        return len(different) > MOST_PRIORITIES

    @property
    def table_form(self):
        """The form that cuts the file in another way."""
        return TableForm(initial=cut_of(self.table))

    def clean(self):
        """Refuse the answers to another file; read the waiting one by them, and remember them."""
        if self.row.digest != self.cleaned_data.get("digest"):
            raise ValidationError("Another file is waiting now. Look at it again.")
        self.refuse_twice()
        self.take_order()
        self.take_priorities()
        if self.errors:
            return
        try:
            waiting.read_again(
                self.row,
                waiting.TABLE,
                self.mapping,
            )
        except Unreadable as error:
            raise ValidationError(str(error)) from None
        content = mappings.to_remember(self.mapping, self.table)
        ColumnMapping.objects.keep(
            self.user,
            mappings.signature(self.table),
            content,
        )

    def refuse_twice(self):
        """Refuse a mapping without a title, or with two columns that are one field."""
        taken = {}
        for column, name in zip(self.table.columns, self.mapping.columns, strict=True):
            other = taken.setdefault(name, column)
            if other is not column and name not in SEVERAL:
                words = f"“{other.name}” is this, too. Choose another field for one of the two."
                self.add_error(name_of_field(column), words)
        if "title" not in taken:
            raise ValidationError("Choose which column is the title.")

    def take_order(self):
        """Take the order of day and month: as the cells prove it, or as it was answered."""
        answer = self.cleaned_data.get("order", "")
        proven = mappings.order_in(self.cells(*mappings.DATES))
        self.mapping.order = proven or answer
        if self.unclear and not self.mapping.order:
            words = f"“{shown(self.unclear)}” could be two days. Choose what comes first."
            self.add_error("order", words)

    def take_priorities(self):
        """Take the answers about priorities; each needs one."""
        for name, word in zip(self.priority_names, self.priorities, strict=True):
            answer = self.cleaned_data.get(name)
            if answer == "":
                self.add_error(
                    name,
                    f"Choose what “{shown(word)}” means.",
                )
            elif answer not in (None, KEEP):
                self.mapping.priorities[word] = int(answer)


def table_as(said, file):
    """Return a file as a table, cut by the settings of TableForm in the sent data."""
    form = TableForm(said)
    form.is_valid()
    return Table(
        file,
        form.cleaned_data.get("delimiter"),
        form.cleaned_data.get("header"),
    )


def cut_of(table):
    """Return how a table is cut into rows and cells, as TableForm has it."""
    return {
        "delimiter": table.delimiter,
        "header": str(int(table.has_header)),
    }


def is_for(mapping, table):
    """Return whether a mapping is for a table that is cut in this way."""
    return mapping.cuts(table) and len(mapping.columns) == table.width


def name_of_field(column):
    return f"column_{column.number}"


def words_of(column):
    """Return examples of a column's cells, and in how many rows it has one."""
    if not column.cells:
        return "It is empty."
    examples = ", ".join(f"“{example}”" for example in column.examples)
    rows = counted(len(column.cells), "row")
    return f"{examples} – {rows}"
