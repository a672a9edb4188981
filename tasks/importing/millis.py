"""Moments and lengths in milliseconds, as programs of JavaScript keep them. Pure: no Django."""

from datetime import UTC, datetime, timedelta

MINUTE = 60_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment_of(value: object) -> str | None:
    """Return the moment of a number of milliseconds in ISO 8601; None for none, 0 or nonsense."""
    if not is_number(value) or not value:
        return None
    try:
        at = EPOCH + timedelta(milliseconds=value)
        return at.isoformat()
    except (OverflowError, ValueError):
        return None


def length_of(value: object) -> str:
    """Return a length in words, such as "1 h 30 min"; "" below a minute, and for nonsense."""
    if not is_number(value) or not MINUTE <= value < 1e15:
        return ""
    whole = round(value / MINUTE)
    hours, minutes = divmod(whole, 60)
    words = []
    if hours:
        words.append(f"{hours} h")
    if minutes:
        words.append(f"{minutes} min")
    return " ".join(words)


def is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
