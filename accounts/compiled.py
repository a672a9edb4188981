"""Queries that are compiled once: Django needs longer to compile one than PostgreSQL to answer it.

The queryset stays the only definition of the query.
"""

from functools import cache

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models.base import ModelState


class Question:
    """A queryset that is compiled once, and run with other values each time.

    In place of the values that differ, the queryset has stand-ins. Each stand-in is used for one
    value only and has its type. A value of None needs a query of its own: SQL has IS NULL for it.
    """

    def __init__(self, queryset, columns):
        """Compile a queryset with stand-ins; `columns` are the names of the columns to select."""
        self.sql, self.stand_ins = queryset.values_list(*columns).query.sql_with_params()

    def ask(self, values, more=""):
        """Run the query with {stand-in: value} and return its rows as tuples. `more` is SQL added
        last.
        """
        return connection.rows(
            self.sql + more,
            self.parameters(values),
        )

    def filled(self, values):
        """Return the SQL and the parameters of the query, with {stand-in: value}."""
        return self.sql, self.parameters(values)

    def parameters(self, values):
        """Return the parameters of the SQL, with values in place of their stand-ins."""
        return tuple(values.get(stand_in, stand_in) for stand_in in self.stand_ins)


def ask_together(questions, values, limits):
    """Return the rows of each of several questions, as lists of lists, by one query.

    `limits` has the largest number of rows of each question. All questions have the same columns.
    """
    parts, parameters = [], []
    for number, (question, limit) in enumerate(zip(questions, limits, strict=True)):
        parts.append(f"(SELECT {number}, part.* FROM ({question.sql} LIMIT {limit}) AS part)")
        parameters += question.parameters(values)
    found = [[] for _ in questions]
    # PostgreSQL keeps the order within each: it reads nothing that has a LIMIT in parallel.
    for number, *row in connection.rows(" UNION ALL ".join(parts), parameters):
        found[number].append(row)
    return found


def ask_in_order(ids, rows, limits):
    """Return the rows of one query in the order in which another one finds their ids.

    Both run as one statement. Each is (SQL, parameters), as Question.filled() returns it. `ids`
    selects an id and a number, and `limits` is its LIMIT and OFFSET as SQL. Return tuples of both
    and the columns of `rows`, whose first is the id. Of the rows that are skipped only ids are
    read.
    """
    (ids_sql, ids_parameters), (rows_sql, rows_parameters) = ids, rows
    # PostgreSQL numbers the rows as they come. And it looks up as many as the limit says: if the
    # ids were a parameter, it would plan without them, and might read all rows of the user.
    sql = f"""SELECT found.id, found.number, part.* FROM (
        SELECT row_number() OVER () AS place, one.* FROM ({ids_sql}{limits}) AS one (id, number)
    ) AS found JOIN ({rows_sql}) AS part ON part.id = found.id ORDER BY found.place"""
    return connection.rows(sql, ids_parameters + rows_parameters)


def instance_of(model, names, values):
    """Return an instance of a model from the values of some of its columns, as a queryset does.

    Model.from_db() goes through all columns, selected or not, and sends two signals without
    receivers.
    """
    made = model.__new__(model)
    made._state = ModelState()
    made._state.adding = False
    made._state.db = DEFAULT_DB_ALIAS
    columns = vars(made)
    columns.update(zip(names, values, strict=True))
    for name, convert in converters(model, names):
        columns[name] = convert(columns[name], None, connection)
    return made


@cache
def converters(model, names):
    """Return (name, function) of the columns of a model that need converting, among these names."""
    fields = [model._meta.get_field(name) for name in names]
    return [
        (field.attname, field.from_db_value) for field in fields if hasattr(field, "from_db_value")
    ]
