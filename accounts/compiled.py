"""Questions that are compiled once: Django takes longer to compile one than PostgreSQL to answer.

The queryset stays the only source of what is asked.
"""

from functools import cache

from django.db import connection
from django.db.models.base import ModelState


class Question:
    """A queryset that is compiled once, and asked with other values each time.

    In place of the values that differ it has stand-ins, each of which stands for one value only and
    has its type. A value of None is another question: SQL has IS NULL for it.
    """

    def __init__(self, queryset, columns):
        """Take a queryset with stand-ins, and the names of the columns that are asked for."""
        self.sql, self.stand_ins = queryset.values_list(*columns).query.sql_with_params()

    def ask(self, values, more=""):
        """Return the rows as tuples, for {stand-in: value}. `more` is SQL that comes last."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql + more, self.parameters(values))
            return cursor.fetchall()

    def parameters(self, values):
        """Return the parameters of the SQL, with values in place of their stand-ins."""
        return tuple(values.get(stand_in, stand_in) for stand_in in self.stand_ins)


def ask_together(questions, values, limits):
    """Return the rows of each of several questions, as many of each as limits say, by one query.

    The questions have the same columns.
    """
    parts, parameters = [], []
    for number, (question, limit) in enumerate(zip(questions, limits, strict=True)):
        parts.append(f"(SELECT {number}, part.* FROM ({question.sql} LIMIT {limit}) AS part)")
        parameters += question.parameters(values)
    found = [[] for _ in questions]
    with connection.cursor() as cursor:
        # PostgreSQL keeps the order within each: it reads nothing that has a LIMIT in parallel.
        cursor.execute(" UNION ALL ".join(parts), parameters)
        for number, *row in cursor:
            found[number].append(row)
    return found


def instance_of(model, names, values):
    """Return a row of a model, as a queryset does, with these values of columns of these names.

    Model.from_db() goes through all columns, asked for or not, and sends two signals that nobody
    hears.
    """
    made = model.__new__(model)
    made._state = ModelState()
    made._state.adding, made._state.db = False, connection.alias
    columns = vars(made)
    columns.update(zip(names, values, strict=True))
    for name, convert in converters(model, names):
        columns[name] = convert(columns[name], None, connection)
    return made


@cache
def converters(model, names):
    """Return the converters of a model's columns of these names, as (name, function)."""
    fields = [model._meta.get_field(name) for name in names]
    return [
        (field.attname, field.from_db_value) for field in fields if hasattr(field, "from_db_value")
    ]
