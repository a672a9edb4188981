"""Which tasks of a file are steps of others. Pure: no Django, and no recursion.

An item has key, parent (the key of what it is a part of), order, home, can_be_step and leave().
"""

from collections import defaultdict


def families_of(items):
    """Yield each item as (item, parent, owner), in their order, a parent before its parts.

    parent is the item that it is a part of, or None. owner is the task whose step it becomes: the
    nearest task above it; None for an item that is a task itself. Rings, and parents that the file
    doesn't have, are noted in the plan, and those items are part of nothing.
    """
    parents = parents_of(items)
    parts = defaultdict(list)
    for item in items:
        parent = parents[item]
        parts[parent].append(item)
    owners = {}
    waiting = last_first(parts[None])
    while waiting:
        item = waiting.pop()
        parent = parents[item]
        owner = None
        if is_step(item, parent):
            owner = owners[parent]
            note_open_step(item, owner)
        owners[item] = owner or item
        waiting += last_first(parts[item])
        yield item, parent, owner


def parents_of(items):
    """Return the parent of each item, {item: item or None}, without rings."""
    by_key = {item.key: item for item in items if item.key is not None}
    parents = {item: parent_of(item, by_key) for item in items}
    cut_rings(parents)
    return parents


def parent_of(item, by_key):
    """Return the item that another is a part of; None, with a note, if the file lacks it."""
    if item.parent is None:
        return None
    parent = by_key.get(item.parent)
    if parent is None:
        item.leave("What it is a part of isn't in the file, so it is a task by itself.")
    return parent


def cut_rings(parents):
    """Make each item of a ring, in which items would be parts of each other, a part of nothing."""
    done = {None}
    for start in parents:
        path = {}
        item = start
        while item not in done and item not in path:
            path[item] = len(path)
            item = parents[item]
        if item in path:
            for other in list(path)[path[item] :]:
                parents[other] = None
                other.leave("It would be a part of itself in the end, so it is a task by itself.")
        done.update(path)


def is_step(item, parent):
    """Return whether an item is only a title and a mark for done, in the list of its parent."""
    if parent is None or item.home is not parent.home:
        return False
    return item.can_be_step


def note_open_step(item, owner):
    if owner.completed_at and not item.completed_at:
        item.leave(f"It is open, as a step of a completed task: “{owner.title}”.")


def last_first(items):
    """Return siblings by their order, from the last; those without an order keep their place."""
    if all(item.order is not None for item in items):
        items = sorted(items, key=lambda item: item.order)
    return items[::-1]
