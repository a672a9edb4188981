"""What an import did to rows that aren't tracked: saved searches, and the settings of the user.

It is kept beside its act as {"searches": [[before, after]], "settings": {column: [before, after]}}.
A search that isn't there is None; each other is {"name", "q", "completed"}.
"""

from django.db.models import Value
from django.db.models.functions import Lower

from accounts.models import User
from tasks.history import Act, ActBesides


def do(act, searches, settings):
    """Add searches whose names are free, and give the user settings; keep both in act."""
    done = {"searches": [], "settings": {}}
    for search in searches:
        if add_search(act.user, search):
            done["searches"].append([None, search])
    done["settings"] = change_settings(act.user, settings)
    keep(act, done)


def revert(act, reverting):
    """Take back what an act did, as far as it is still so; keep that in the act that reverts it."""
    kept = None
    if act.original.kind == Act.Kind.IMPORT:
        kept = ActBesides.objects.filter(act=act).first()
    if kept is None:
        return
    done = {"searches": [], "settings": {}}
    for before, after in kept.content["searches"]:
        if before is None and remove_search(act.user, after):
            done["searches"].append([after, None])
        elif after is None and add_search(act.user, before):
            done["searches"].append([None, before])
    user = User.objects.get(pk=act.user_id)  # act may know them as they were
    earlier = {}
    for name, (before, after) in kept.content["settings"].items():
        if getattr(user, name) == after:
            earlier[name] = before
    done["settings"] = change_settings(user, earlier)
    keep(reverting, done)


def keep(act, done):
    if not any(done.values()):
        return
    if act._state.adding:
        act.save(force_insert=True)
    ActBesides.objects.create(act=act, content=done)


def add_search(user, search):
    """Return whether there was no search of this name, which is there now."""
    name = Lower(Value(search["name"]))
    namesakes = user.searches.annotate(lower=Lower("name")).filter(lower=name)
    if namesakes.exists():
        return False
    user.searches.create(**search)
    return True


def remove_search(user, search):
    """Return whether a search was still as it was added, and is gone now."""
    number, _ = user.searches.filter(**search, version=1).delete()
    return number > 0


def change_settings(user, settings):
    """Write settings, {column: value}; return those that were others, {column: [before, after]}."""
    changed = {}
    for name, value in settings.items():
        before = getattr(user, name)
        if before != value:
            changed[name] = [before, value]
    if changed:
        columns = {name: after for name, (_, after) in changed.items()}
        User.objects.filter(pk=user.pk).update(**columns)
    return changed
