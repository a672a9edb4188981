"""JSON of any shape: its parts if a reader expects them, else empty ones. Pure."""


def dicts(value: object) -> list[dict]:
    """Return the objects of a list; [] for anything else."""
    if not isinstance(value, list):
        return []
    return [row for row in value if isinstance(row, dict)]


def list_of(value: object) -> list:
    return value if isinstance(value, list) else []


def dict_of(value: object) -> dict:
    return value if isinstance(value, dict) else {}


def by_id(rows: object) -> dict:
    """Return the objects of a list by their ids; objects without one are left out."""
    found = {key_of(row.get("id")): row for row in dicts(rows)}
    found.pop(None, None)
    return found


def key_of(value: object) -> int | str | None:
    """Return an id of a file; None if it's empty, or nothing that can be an id."""
    is_id = isinstance(value, (int, str)) and not isinstance(value, bool)
    return (value or None) if is_id else None


def number_of(value: object) -> float:
    """Return a number for sorting: of a number or its text, 0 for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return 0
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return 0
    return number if abs(number) < 1e300 else 0  # not infinite, and a number


def names_in(value: object) -> list[str]:
    """Return the names of a list, or of a text in which commas stand between them."""
    if isinstance(value, str):
        value = value.split(",")
    return [name for name in list_of(value) if isinstance(name, str)]
