"""JSON of any shape: its parts if a reader expects them, else empty ones. Pure."""


def dicts(value: object) -> list[dict]:
    """Return the objects of a list; [] for anything else."""
    return [row for row in list_of(value) if isinstance(row, dict)]


def list_of(value: object) -> list:
    return value if isinstance(value, list) else []


def dict_of(value: object) -> dict:
    return value if isinstance(value, dict) else {}


def by_id(rows: object) -> dict:
    """Return the objects of a list by their ids; objects without one are left out."""
    found = {key_in(row, "id"): row for row in dicts(rows)}
    found.pop(None, None)
    return found


def key_of(value: object) -> int | str | None:
    """Return an id of a file; None if it's empty, or nothing that can be an id."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return None
    return value or None


def number_of(value: object) -> float:
    """Return a number for sorting: of a number or its text, 0 for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return 0
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return 0
    is_finite = abs(number) < 1e300  # and a number
    return number if is_finite else 0


def names_in(value: object) -> list[str]:
    """Return the names of a list, or of a text in which commas stand between them."""
    if isinstance(value, str):
        value = value.split(",")
    return [name for name in list_of(value) if isinstance(name, str)]


# The same of a field of an object.


def dicts_in(row: dict, name: str) -> list[dict]:
    return dicts(row.get(name))


def list_in(row: dict, name: str) -> list:
    return list_of(row.get(name))


def dict_in(row: dict, name: str) -> dict:
    return dict_of(row.get(name))


def key_in(row: dict, name: str) -> int | str | None:
    return key_of(row.get(name))


def number_in(row: dict, name: str) -> float:
    return number_of(row.get(name))


def is_true(row: dict, name: str) -> bool:
    return row.get(name) is True


def first_in(row: dict, *names: str) -> object:
    """Return the first of these fields that holds anything, else the last."""
    for name in names:
        if row.get(name):
            return row[name]
    return row.get(names[-1])
