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
    added = []
    for search in searches:
        if add_search(act.user, search):
            added.append([None, search])
    changed = change_settings(act.user, settings)
    keep(act, added, changed)


def revert(act, reverting):
    """Revert an act as far as nothing has changed since; record that in the reverting act."""
    kept = None
    if act.original.kind == Act.Kind.IMPORT:
        kept = UntrackedChanges.objects.filter(act=act).first()
    if kept is None:
        return
    searches = revert_searches(act.user, kept.content["searches"])
    settings = revert_settings(act.user_id, kept.content["settings"])
    keep(reverting, searches, settings)


def revert_searches(user, changes):
    """Remove the searches that were added, and add those that were removed, as far as possible."""
    done = []
    for before, after in changes:
        if before is None and remove_search(user, after):
            done.append([after, None])
        elif after is None and add_search(user, before):
            done.append([None, before])
    return done


def revert_settings(user_id, changes):
    """Restore the settings that are still as they were left."""
    user = User.objects.get(pk=user_id)  # the act's own object may be outdated
    earlier = {}
    for name, (before, after) in changes.items():
        if getattr(user, name) == after:
            earlier[name] = before
    return change_settings(user, earlier)


def keep(act, searches, settings):
    """Record what was done in an act, which is saved with the first of its changes."""
    if not searches and not settings:
        return
    if act._state.adding:
        act.save(force_insert=True)
    content = {"searches": searches, "settings": settings}
    UntrackedChanges.objects.create(act=act, content=content)


def add_search(user, search):
    """Add a search unless its name is taken. Return whether it was added."""
    searches = user.searches.annotate(lower=Lower("name"))
    name = Lower(Value(search["name"]))
    if searches.filter(lower=name).exists():
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
