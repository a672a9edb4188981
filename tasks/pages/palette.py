"""The palette: it finds pages, lists, tags, searches, tasks and acts to go to."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from tasks.pages.history import HistoryWriter
from tasks.pages.search import Search
from tasks.search import fold

MOST = 6  # of a kind
LATEST = 40  # acts that are searched
PAGES = [  # (name, other words for it, icon, name of the route)
    ("Inbox", "", "inbox", "inbox"),
    ("Today", "", "sun", "today"),
    ("Upcoming", "week calendar", "cal", "upcoming"),
    ("Completed", "done", "done", "completed"),
    ("Search", "find filter", "search", "search"),
    ("Lists and tags", "projects", "lists", "list_list"),
    ("New list", "add project", "plus", "list_add"),
    ("Add several tasks", "paste lines import", "plus", "task_paste"),
    ("All tasks", "everything", "lists", "task_list"),
    ("History", "undo acts log", "clock", "history"),
    ("Trash", "deleted bin restore", "trash", "trash"),
    ("Settings", "profile account time zone theme dark light", "gear", "settings"),
    ("Change password", "account", "gear", "account_change_password"),
    ("Keyboard shortcuts", "keys help", "keys", "keyboard"),
]


@dataclass
class Place:
    """A destination of the palette."""

    words: str
    url: str
    icon: str = ""
    color: str = ""  # of a list
    more: str = ""  # a remark after the words
    is_done: bool = False


@dataclass
class Group:
    title: str
    places: list[Place] = field(default_factory=list)


def find(user, sidebar, q, is_search):
    """Return the groups of destinations that a text finds for a user, without empty groups.

    Without a text they are the pages alone. is_search tells whether the text is a valid search.
    """
    words = set(fold(q).split())
    groups = [Group("Pages", pages(words))]
    if words:
        lists = [list_place(one) for one in sidebar.all_lists.values()]
        tags = [tag_place(one) for one in sidebar.tags.values()]
        searches = [search_place(one) for one in sidebar.saved]
        tasks_found = tasks(user, sidebar, q) if is_search else []
        groups += [
            Group("Lists", named(words, lists)),
            Group("Tags", named(words, tags)),
            Group("Searches", named(words, searches)),
            Group("Tasks", tasks_found),
            Group("History", acts(user, sidebar, words)),
            Group("Or", ways_on(q)),
        ]
    return [group for group in groups if group.places]


def pages(words):
    """Return all pages that have all these words in their names."""
    found = []
    for name, others, icon, route in PAGES:
        names = fold(f" {name} {others}")
        if all(f" {word}" in names for word in words):
            found.append(Place(name, reverse(route), icon))
    return found


def named(words, places):
    """Return the first destinations that have all these words in their names."""
    found = [place for place in places if has_all(fold(place.words), words)]
    return found[:MOST]


def list_place(one):
    """Return the page of a list, given as in the sidebar, as a destination."""
    return Place(
        one["name"],
        one["url"],
        color=one["color"],
    )


def tag_place(one):
    """Return the page of a tag, given as in the sidebar, as a destination."""
    return Place(
        f"#{one['name']}",
        one["url"],
    )


def search_place(saved):
    """Return the page of a saved search as a destination."""
    return Place(
        str(saved),
        saved.get_absolute_url(),
        "star",
    )


def ways_on(q):
    """Return the destinations for the text itself: search for it, or add it as a task."""
    to_search = urlencode({"q": q})
    to_add = urlencode({"text": q})
    return [
        Place(
            f"Search for “{q}”",
            f"{reverse('search')}?{to_search}",
            "search",
        ),
        Place(
            f"Add the task “{q}”",
            f"{reverse('task_add')}?{to_add}",
            "plus",
        ),
    ]


def has_all(text, words):
    """Return whether a text contains all these words."""
    return all(word in text for word in words)


def tasks(user, sidebar, q):
    """Return the first tasks that a search finds, including completed ones."""
    query = urlencode({"q": q, "completed": 1})
    listing = Search(user, QueryDict(query), sidebar)
    listing.arrangement = {"sort": "best", "group": ""}  # however the user sorts searches
    return [task_place(task, sidebar) for task in listing.best_ones(MOST)]


def task_place(task, sidebar):
    """Return the page of a task as a destination, with the name of its list."""
    its_list = sidebar.all_lists.get(task.list_id, {"name": "Inbox"})
    return Place(
        str(task),
        task.get_absolute_url(),
        "check",
        more=its_list["name"],
        is_done=task.completed,
    )


def acts(user, sidebar, words):
    """Return the latest acts that have all these words in their lines of the history."""
    latest = list(user.acts.with_changes()[:LATEST])
    lines = HistoryWriter(sidebar).lines(latest)
    found = [line for line in lines if has_all(fold(line.words), words)]
    return [act_place(line, sidebar.clock) for line in found[: MOST // 2]]


def act_place(line, clock):
    """Return the page of an act as a destination, with its moment."""
    return Place(
        f"You {line.words}",
        line.act.get_absolute_url(),
        "clock",
        more=clock.moment(line.act.created_at),
    )
