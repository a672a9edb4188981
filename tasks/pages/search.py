"""The page of a search."""

from urllib.parse import urlencode

from django.db.models import BooleanField, ExpressionWrapper, F, Q, Value
from django.urls import reverse
from django.utils.functional import cached_property

from accounts.compiled import Question
from tasks.base.searched import IsAmong, as_array, in_title
from tasks.forms.filters import SearchForm
from tasks.pages.base import A_USER, AN_ID, AS_FOUND, IDS, QUESTIONS, Listing, Section
from tasks.search import excerpt, fold

TEXTS = ["id", "step_titles", "description"]  # by TaskQuerySet.with_texts()


class Search(Listing):
    """The tasks that a search finds: ?q=&completed=1. With completed, completed tasks too."""

    name = "search"
    template = "tasks/listings/search.html"
    EXCERPTS = 3  # of a task
    limit = 50
    sorts = ["best", "due", "priority", "list", "newest"]
    groups = ["", "due", "priority", "list"]
    shows_new = False

    def __init__(self, user, query, sidebar):
        super().__init__(user, query, sidebar)
        self.form = SearchForm(query)
        self.http_status = 200 if self.form.is_valid() else 422
        self.q = self.form.cleaned_data.get("q", "")
        if not query.get("q"):
            self.form.fields["q"].widget.attrs["autofocus"] = True
        self.completed = self.form.cleaned_data["completed"]
        self.query = self.parameters(self.q, self.completed)
        self.asked_for = sidebar.read(self.q)
        self.words = self.asked_for.words

    @cached_property
    def saved(self):
        """The saved search with the same address, as the sidebar shows it, or None."""
        url = self.url()
        same = [one for one in self.sidebar.searches if one["url"] == url]
        return same[0] if same else None

    @property
    def shows_searches(self):
        return not self.asked_for

    @property
    def title(self):
        return self.saved["name"] if self.saved else "Search"

    @property
    def edit_url(self):
        """The address of the form for the saved search; "" if it isn't saved."""
        if not self.saved:
            return ""
        return reverse("search_edit", kwargs={"search_pk": self.saved["pk"]})

    @property
    def save_url(self):
        """The address at which this search can be saved; "" if saved already, or empty."""
        if self.saved or not self.asked_for:
            return ""
        url = reverse("search_add")
        return f"{url}?{urlencode(self.query)}"

    def parameters(self, q, completed):
        """Return the parameters of a search's address."""
        if completed:
            return {"q": q, "completed": 1}
        return {"q": q}

    @property
    def chips(self):
        """The filters as understood, as (words, the address without the filter)."""
        found = []
        for one in self.asked_for.filters:
            chip = self.chip(one.label, one.rest, self.completed)
            found.append(chip)
        if self.completed:
            found.append(self.chip("Include completed", self.q, False))
        return found

    def chip(self, words, q, completed):
        """Return words with the address of the remaining search."""
        query = urlencode(self.parameters(q, completed))
        return words, f"{self.path}?{query}"

    @property
    def nothing(self):
        if not self.asked_for:
            return (
                "What are you looking for?",
                "Search looks through titles, notes, steps and tags.",
            )
        if self.completed or self.asked_for.values("done"):
            return "Nothing found", "Try fewer words, or parts of words."
        return "Nothing found", "Try fewer words, or include completed tasks."

    @property
    def tasks(self):
        return self.user.tasks.found_by(
            self.asked_for,
            self.user,
            self.now,
            self.completed,
        )

    number_beside = AS_FOUND

    def first_ones(self):
        """Return the tasks of the first page, by the query of the later pages."""
        return self.later_ones()

    def later_ones(self):
        if not self.asked_for:
            return []
        return super().later_ones()

    @property
    def ids_query(self):
        """The SQL and parameters of the ids, compiled for these words."""
        return self.numbered_ids.values_list(*IDS).query.sql_with_params()

    @property
    def order(self):
        """The order: completed tasks last, and the best match first if so chosen."""
        order = super().order
        if self.arrangement["sort"] == "best" and self.words:
            is_best = ExpressionWrapper(self.in_title, BooleanField())
            order = [is_best.desc(), *order]
        if self.completed:
            is_done = ExpressionWrapper(~Q(completed_at=None), BooleanField())
            order = [is_done, *order]
        return order

    @property
    def in_title(self):
        """The condition that a task's title contains all words of the search."""
        has_words = [in_title(fold(word)) for word in self.words]
        return Q(*has_words)

    def best_ones(self, number):
        """Return the first open tasks with the words in their titles, then the first other ones.

        The others are searched only if there are fewer of the first than `number`: PostgreSQL reads
        these from the newest on, and stops as soon as it has enough.
        """
        found = self.tasks.defer("description")
        is_best = Q(completed_at=None) & self.in_title
        best = found.filter(is_best).order_by("-created_at", "-id")
        others = found.exclude(is_best).order_by(*self.order)
        return best[:number].union(others[:number], all=True)[:number]

    @cached_property
    def sections(self):
        rows = self.page.object_list
        if self.arrangement["group"] or not rows:
            return super().sections
        return [Section("Found", rows, number=self.total)]

    def rows(self, tasks):
        """Return tasks as other pages do, with the lines of notes and steps that match."""
        rows = super().rows(tasks)
        missing = {task.pk: self.words_missing_in(task.title) for task in rows}
        incomplete = [pk for pk, words in missing.items() if words]
        texts = self.other_texts(incomplete)
        for task in rows:
            words = missing[task.pk]
            found = [excerpt(text, words) for text in texts.get(task.pk, [])]
            task.excerpts = [part for part in found if part][: self.EXCERPTS]
        return rows

    def words_missing_in(self, title):
        """Return the words of the search that the first line of a task's title doesn't contain."""
        folded = fold(title.split("\n")[0])
        return [word for word in self.words if fold(word) not in folded]

    def other_texts(self, pks):
        """Return the titles of steps, then the notes, of tasks, as {id: [text]}."""
        if not pks:
            return {}
        if "texts" not in QUESTIONS:
            these = IsAmong(F("pk"), Value(as_array([AN_ID])))
            QUESTIONS["texts"] = Question(A_USER.tasks.filter(these).with_texts(), TEXTS)
        values = {
            A_USER.pk: self.user.pk,
            as_array([AN_ID]): as_array(pks),
        }
        found = QUESTIONS["texts"].ask(values)
        return {pk: [*steps, notes] for pk, steps, notes in found}
