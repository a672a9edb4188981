"""Messages: their actions, their storage in the session, and messages of an earlier version."""

import json

import pytest
from django.contrib import messages
from django.contrib.messages.storage.session import SessionStorage
from django.test import RequestFactory, SimpleTestCase
from django.utils.safestring import SafeString, mark_safe

from accounts.tests.people import add_user
from tasks.messages import MOST_WAITING, Action, MessageStorage
from tasks.tests.pages import HTMX, PageTests, html_of, messages_of
from todosite.tests.html import select, words

UNDO = Action("Undo", "/history/5/undo/")


def toasts_of(response):
    """Return the messages of a page: [(words, [(label, kind, address)])]."""
    return [(words(toast.find("p")), actions_of(toast)) for toast in select(response, ".toast")]


def actions_of(toast):
    links = [(words(link), "link", link.get("href")) for link in toast.cssselect("a")]
    forms = [
        (words(form), form.get("method"), form.get("action")) for form in select(toast, "form")
    ]
    return links + forms


class StorageTests(SimpleTestCase):
    def setUp(self):
        self.request = RequestFactory().get("/")
        self.request.session = {}

    def storage(self, kind=MessageStorage):
        """Return the same session as another process, or the next request, reads it."""
        # In the form that the database stores.
        self.request.session = json.loads(json.dumps(self.request.session))
        return kind(self.request)

    def store(self, *texts, actions=()):
        storage = self.storage()
        for text in texts:
            storage.add(messages.SUCCESS, text, actions=actions)
        storage.update(None)

    def test_stored_message_is_equal(self):
        actions = (UNDO, Action("Show both", "/history/5/", is_link=True))
        self.store("Completed “<b>Milk</b>”.", actions=actions)
        (message,) = self.storage()
        self.assertEqual((message.level, message.level_tag), (messages.SUCCESS, "success"))
        self.assertEqual(message.message, "Completed “<b>Milk</b>”.")
        self.assertNotIsInstance(message.message, SafeString)
        self.assertEqual(message.actions, actions)
        self.assertEqual(message.tags, "success")

    def test_messages_without_actions_have_djangos_form(self):
        storage = self.storage()
        storage.add(messages.INFO, mark_safe("Changed <a href='/'>it</a>."), extra_tags="safe")
        storage.add(messages.DEBUG, "Below the level.")
        storage.add(messages.INFO, "")
        storage.update(None)
        (message,) = self.storage()
        self.assertIsInstance(message.message, SafeString)
        self.assertEqual((message.tags, message.actions), ("safe info", ()))

    def test_unshown_messages_wait_in_order(self):
        self.store("One.")
        self.store("Two.", "Three.")
        self.assertEqual([str(each) for each in self.storage()], ["One.", "Two.", "Three."])

    def test_shown_messages_are_gone(self):
        self.store("One.")
        storage = self.storage()
        self.assertEqual([str(each) for each in storage], ["One."])
        storage.update(None)
        self.assertEqual(self.request.session, {})

    def test_only_the_newest_wait(self):
        for number in range(50):
            self.store(f"Message {number}.")
        shown = [f"Message {number}." for number in range(50 - MOST_WAITING, 50)]
        self.assertEqual([str(each) for each in self.storage()], shown)

    def test_process_of_the_earlier_version_is_not_disturbed(self):
        """It neither shows nor loses a message that it couldn't read."""
        self.store("Added “Milk”.", actions=[UNDO])
        old = self.storage(SessionStorage)
        old.add(messages.SUCCESS, "Added “Bread”.", extra_tags="/history/6/undo/")
        old.update(None)
        self.assertEqual([str(each) for each in self.storage(SessionStorage)], ["Added “Bread”."])
        both = [(str(each), each.actions) for each in self.storage()]
        undo = Action("Undo", "/history/6/undo/")
        self.assertEqual(both, [("Added “Bread”.", (undo,)), ("Added “Milk”.", (UNDO,))])


class OldMessageTests(PageTests):
    """A session of the earlier version, as Django's SessionStorage wrote it."""

    HELD = json.dumps(
        [
            ["__json_message", 0, 25, "Saved your profile.", ""],
            [
                "__json_message",
                0,
                25,
                "Added “<i>Swim</i>”. There is no list “garten”, so the task is in the Inbox.",
                "/history/5/undo/ /tasks/7/plain/?due_date=2026-03-01&tags=a+b /tasks/7/make-list/",
            ],
            ["__json_message", 0, 30, "Not undone: it changed since.", "/history/5/"],
            ["__json_message", 1, 20, "Changed <b>it</b>.", "safe"],
            ["__json_message", 0, 25, "Of no version.", "/ /x /tasks/5/reopen/"],
            ["__json_message", 0, 25, "Signed in."],
        ]
    )

    def test_each_earlier_message_is_shown_once_with_its_buttons(self):
        session = self.client.session
        session["_messages"] = self.HELD
        session.save()
        page = self.get("/inbox/")
        self.assertEqual(
            toasts_of(page),
            [
                ("Saved your profile.", []),
                (
                    "Added “<i>Swim</i>”. There is no list “garten”, so the task is in the Inbox.",
                    [
                        ("Undo", "post", "/history/5/undo/"),
                        (
                            "Keep what I typed",
                            "post",
                            "/tasks/7/plain/?due_date=2026-03-01&tags=a+b",
                        ),
                        ("Add the list", "post", "/tasks/7/make-list/"),
                    ],
                ),
                ("Not undone: it changed since.", [("Show both", "link", "/history/5/")]),
                ("Changed it .", []),
                ("Of no version.", []),
                ("Signed in.", []),
            ],
        )
        self.assertEqual(toasts_of(self.get("/inbox/")), [])
        self.assertNotIn("_messages", self.client.session)

    def test_earlier_messages_wait_together_with_new_ones(self):
        session = self.client.session
        session["_messages"] = self.HELD
        session.save()
        self.send("/tasks/add/", text="Milk")
        self.assertNotIn("_messages", self.client.session)
        shown = [text for text, _ in toasts_of(self.get("/inbox/"))]
        self.assertEqual(
            [shown[0], *shown[-2:]], ["Saved your profile.", "Signed in.", "Added “Milk”."]
        )


class WaitingTests(PageTests):
    @pytest.mark.exhaustive
    def test_session_without_pages_stays_small(self):
        sizes = []
        for number in range(10, 60):
            self.send("/tasks/add/", text=f"Task {number}")
            sizes.append(len(json.dumps(dict(self.client.session.items()))))
        self.assertLess(sizes[-1], sizes[MOST_WAITING] + 100)
        shown = [f"Added “Task {number}”." for number in range(50, 60)]
        page = self.get("/inbox/")
        self.assertEqual(messages_of(page), shown)
        undo = [
            url for _, actions in toasts_of(page) for label, _, url in actions if label == "Undo"
        ]
        acts = self.ann.acts.order_by("pk")[40:]
        self.assertEqual(undo, [f"/history/{act.pk}/undo/" for act in acts])

    def test_history_has_the_undo_of_a_dropped_message(self):
        for number in range(MOST_WAITING + 1):
            self.send("/tasks/add/", text=f"Task {number}")
        first = self.ann.acts.earliest("pk")
        self.assertNotIn(f'"/history/{first.pk}/undo/"', html_of(self.get("/inbox/")))
        forms = select(self.get("/history/"), f'form[action="/history/{first.pk}/undo/"]')
        self.assertEqual([words(form) for form in forms], ["Undo : added “Task 0”"])


class ActionTests(PageTests):
    NASTY = "<script>alert(1)</script>\"'&<img src=x onerror=alert(2)>"

    def test_title_is_text_in_a_message_with_buttons(self):
        url = f"/tasks/{self.add_task(self.NASTY).pk}/complete/"
        whole = self.post(url, next="/inbox/")
        self.post(url.replace("complete", "reopen"))
        part = self.client.post(url, {"next": "/inbox/"}, headers=HTMX)
        for page in (whole, part):
            ((text, actions),) = toasts_of(page)
            self.assertEqual(text, f"Completed “{self.NASTY}”.")
            self.assertEqual([label for label, *_ in actions], ["Undo"])
            self.assertEqual(select(page, ".toast script, .toast img"), [])

    def test_typed_values_are_escaped_in_addresses(self):
        line, tags = 'Dig tomorrow +"<b>Garden"', "<i> \"'&"
        page = self.post("/tasks/add/", text=line, tags=tags, next="/inbox/")
        ((_, actions),) = toasts_of(page)
        pk = self.ann.tasks.get().pk
        labels = ["Open", "Undo", "Keep what I typed", "Add the list"]
        self.assertEqual([label for label, *_ in actions], labels)
        self.assertEqual(actions[3][2], f"/tasks/{pk}/make-list/")
        self.assertEqual(select(page, ".toast b, .toast i"), [])

    def test_admin_shows_a_message_with_no_address_among_its_classes(self):
        admin = add_user("root@example.org", is_staff=True, is_superuser=True)
        self.client.force_login(admin)
        self.send("/tasks/add/", text="Milk")
        page = self.client.get("/admin/", follow=True)
        classes = [item.get("class") for item in select(page, ".messagelist li")]
        self.assertEqual(classes, ["success"])
