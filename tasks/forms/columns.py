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
        self.user, self.row, self.is_remembered = user, row, False
        said = TableForm(data or query)
        said.is_valid()
        cut = said.cleaned_data
        found = waiting.table_of(row)
        self.table = Table(
            found.file,
            cut.get("delimiter"),
            cut.get("header"),
        )
        self.guess = self.first_mapping()
        self.add_table_fields()
        for column in self.table.columns:
            self.fields[f"column_{column.number}"] = self.column_field(column)
        self.mapping = self.posted_mapping() if self.is_bound else self.guess
        self.add_questions()

    def first_mapping(self):
        """Return the mapping to begin with: the present one, the remembered one, or a guess."""
        present = waiting.mapping_of(self.row)
        cut = (self.table.delimiter, self.table.has_header, self.table.width)
        if present and (present.delimiter, present.has_header, len(present.columns)) == cut:
            return present
        header = mappings.signature(self.table)
        kept = self.user.column_mappings.filter(header=header).first()
        self.is_remembered = kept is not None
        if kept:
            return mappings.remembered(kept.content, self.table)
        return mappings.guess(self.table)

    def add_table_fields(self):
        """Send along how the table was cut, so that the answers fit its columns."""
        hidden = {
            "delimiter": self.table.delimiter,
            "header": str(int(self.table.has_header)),
        }
        for name, value in hidden.items():
            field = forms.CharField(required=False, initial=value, widget=forms.HiddenInput)
            self.fields[name] = field

    def column_field(self, column):
        words = "It is empty."
        if column.cells:
            examples = ", ".join(f"“{example}”" for example in column.examples)
            words = f"{examples} – {counted(len(column.cells), 'row')}"
        return forms.ChoiceField(
            label=column.name,
            choices=FIELDS.items(),
            initial=self.guess.columns[column.number],
            help_text=escape(words),
        )

    def posted_mapping(self):
        """Return the mapping that was sent, without the answers to questions."""
        columns = []
        for column in self.table.columns:
            name = self.data.get(f"column_{column.number}")
            columns.append(KNOWN.get(name, SKIP))
        delimiter, has_header = self.table.delimiter, self.table.has_header
        return Mapping(columns, "", {}, delimiter, has_header)

    def add_questions(self):
        """Add a field for the order of dates if nothing proves it, and one for each priority."""
        self.unclear = mappings.undecided(self.mapping.cells(self.table, mappings.DATES))
        if self.unclear:
            self.fields["order"] = forms.ChoiceField(
                label="Dates",
                required=False,
                choices=ORDERS,
                widget=forms.RadioSelect,
                initial=self.guess.order,
                help_text=escape(
                    f"No date in this file proves it. One is “{shown(self.unclear)}”."
                ),
            )
        for name, (word, level) in zip(self.priority_names, self.priorities.items(), strict=True):
            known = self.guess.priorities.get(word, level)
            initial = "" if known is None else str(known)
            self.fields[name] = forms.ChoiceField(
                label=f"Priority “{shown(word)}”",
                required=False,
                choices=PRIORITIES,
                initial=initial,
            )
            if self.is_bound:  # the column may have been chosen just now
                self.data.setdefault(name, initial)

    @cached_property
    def priorities(self):
        """The different priorities of the file, {word: 0 to 3, or None if it isn't known}."""
        return mappings.priorities_in(self.mapping.cells(self.table, ["priority"]))

    @property
    def column_fields(self):
        return [self[f"column_{column.number}"] for column in self.table.columns]

    @property
    def priority_names(self):
        """The names of the fields of priorities, which differ for each column."""
        columns = self.mapping.numbers("priority")
        return [f"priority_{columns[0]}_{number}" for number in range(len(self.priorities))]

    @property
    def priority_fields(self):
        return [self[name] for name in self.priority_names]

    @property
    def has_more_priorities(self):
        cells = self.mapping.cells(self.table, ["priority"])
        return len(set(cells)) > MOST_PRIORITIES

    @property
    def table_form(self):
        """The form that cuts the file in another way."""
        header = str(int(self.table.has_header))
        return TableForm(initial={"delimiter": self.table.delimiter, "header": header})

    def clean(self):
        if self.row.digest != self.cleaned_data.get("digest"):
            raise ValidationError("Another file is waiting now. Look at it again.")
        self.refuse_twice()
        self.take_order()
        self.take_priorities()
        if self.errors:
            return
        try:
            waiting.read_again(self.row, waiting.TABLE, self.mapping)
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
                self.add_error(f"column_{column.number}", words)
        if "title" not in taken:
            raise ValidationError("Choose which column is the title.")

    def take_order(self):
        cells = self.mapping.cells(self.table, mappings.DATES)
        self.mapping.order = mappings.order_in(cells) or self.cleaned_data.get("order", "")
        if self.unclear and not self.mapping.order:
            words = f"“{shown(self.unclear)}” could be two days. Choose what comes first."
            self.add_error("order", words)

    def take_priorities(self):
        for name, word in zip(self.priority_names, self.priorities, strict=True):
            answer = self.cleaned_data.get(name)
            if answer == "":
                self.add_error(name, f"Choose what “{shown(word)}” means.")
            elif answer not in (None, KEEP):
                self.mapping.priorities[word] = int(answer)
