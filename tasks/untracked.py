"""The changes of an import to untracked rows: saved searches, and the user's settings.

It's stored with its act as {"searches": [[before, after]], "settings": {column: [before, after]}}.
A missing search is None; any other is {"name", "q", "completed"}.
"""

from django.db.models import Value
from django.db.models.functions import Lower

from accounts.models import User
from tasks.history import Act, UntrackedChanges


def do(act, searches, settings):
    """Add searches with free names, and change the user's settings; record both in act."""
    done = {"searches": [], "settings": {}}
    for search in searches:
        if add_search(act.user, search):
            done["searches"].append([None, search])
    done["settings"] = change_settings(act.user, settings)
    keep(act, done)


def revert(act, reverting):
    """Revert an act as far as nothing has changed since; record that in the reverting act."""
    kept = None
    if act.original.kind == Act.Kind.IMPORT:
        kept = UntrackedChanges.objects.filter(act=act).first()
    if kept is None:
        return
    done = {"searches": [], "settings": {}}
    for before, after in kept.content["searches"]:
        if before is None and remove_search(act.user, after):
            done["searches"].append([after, None])
        elif after is None and add_search(act.user, before):
            done["searches"].append([None, before])
    user = User.objects.get(pk=act.user_id)  # the act's own object may be outdated
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
    UntrackedChanges.objects.create(act=act, content=done)


def add_search(user, search):
    """Add a search unless its name is taken. Return whether it was added."""
    name = Lower(Value(search["name"]))
    namesakes = user.searches.annotate(lower=Lower("name")).filter(lower=name)
    if namesakes.exists():
        return False
    user.searches.create(**search)
    return True


def remove_search(user, search):
    """Remove a search if it's unchanged since it was added. Return whether it was."""
    number, _ = user.searches.filter(**search, version=1).delete()
    return number > 0


def change_settings(user, settings):
    """Write settings, {column: value}. Return the changed ones, {column: [before, after]}."""
    changed = {}
    for name, value in settings.items():
        before = getattr(user, name)
        if before != value:
            changed[name] = [before, value]
    if changed:
        columns = {name: after for name, (_, after) in changed.items()}
        User.objects.filter(pk=user.pk).update(**columns)
        User.objects.get(pk=user.pk).follow(columns)
    return changed
