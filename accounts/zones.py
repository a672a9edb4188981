"""The time zones that a user can choose. Pure: no Django."""

import zoneinfo
from functools import cache

# Regions that people know. The other names of the database (Etc/GMT+5, EST5EDT, posix/…) are for
# machines.
REGIONS = {
    *["Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe"],
    *["Indian", "Pacific"],
}


@cache
def zone_choices():
    """Return the choices of a form, (region, [(name, place)]), UTC first; old names included."""
    groups = {}
    for name in sorted(zoneinfo.available_timezones()):
        region, _, place = name.partition("/")
        if region in REGIONS:
            place = place.replace("_", " ").replace("/", ", ")
            groups.setdefault(region, []).append((name, place))
    return [("UTC", "UTC"), *groups.items()]
