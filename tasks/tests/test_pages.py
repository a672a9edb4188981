"""The tasks, order and headings of each page, and the counts of the sidebar."""

from datetime import date, time, timedelta
from unittest import mock

from django.utils import timezone

from accounts.tests.people import add_user
from tasks.pages.listings import Upcoming
from tasks.tests.pages import (
    HTMX,
    PageTests,
    counts_of,
    html_of,
    meta_of,
    row_of,
    sections_of,
    titles_of,
    words_of,
)
from todosite.tests.html import one, select

WEDNESDAY = date(2026, 3, 25)


def day(number):
    """Return the day so many days after the Wednesday of these tests."""
    return WEDNESDAY + timedelta(days=number)


class ListingTests(PageTests):
    def setUp(self):
        super().setUp()
        self.set_clock(2026, 3, 25, 15, 0)

    def add_done(self, title, *moment):
        """Add a task that was completed at a moment."""
        self.set_clock(*moment)
        task = self.add_task(title)
        task.complete()
        self.set_clock(2026, 3, 25, 15, 0)
        return task

    def arrange(self, url, sort, group=""):
        return self.client.post("/arrange/", {"sort": sort, "group": group, "next": url})


class TodayTests(ListingTests):
    def test_today_has_overdue_due_and_completed_tasks(self):
        self.add_task("Read", due_date=day(0))
        self.add_task("Shop", due_date=day(0), due_time=time(18))
        self.add_task("Gym", due_date=day(0), due_time=time(14, 59))
        self.add_task("Call", due_date=day(-1))
        self.add_task("Rent", due_date=day(-5), due_time=time(9))
        self.add_task("Paint", due_date=day(1))
        self.add_task("Dream")
        self.add_done("Milk", 2026, 3, 25, 8, 0)
        self.add_done("Eggs", 2026, 3, 25, 9, 0)
        self.add_done("Bread", 2026, 3, 24, 23, 59)
        self.assertEqual(
            self.sections("/today/"),
            [
                ("Overdue 3", ["Rent", "Call", "Gym"]),
                ("Today 2", ["Shop", "Read"]),
                ("Done today 2", ["Eggs", "Milk"]),
            ],
        )

    def test_head_shows_the_day_and_the_progress(self):
        self.add_task("Read", due_date=day(0))
        self.add_task("Call", due_date=day(-1))
        self.add_done("Milk", 2026, 3, 25, 8, 0)
        response = self.get("/today/")
        self.assertContains(response, ">Wednesday, 25 March</time>")
        self.assertContains(response, "1 of 3 <span")
        self.assertContains(response, '<progress max="3" value="1"')

    def test_empty_today_shows_no_progress(self):
        self.assertNotContains(self.client.get("/today/"), "<progress")

    def test_rows_do_not_repeat_their_heading(self):
        late = self.add_task("Rent", due_date=day(-5))
        passed = self.add_task("Gym", due_date=day(0), due_time=time(14))
        timed = self.add_task("Shop", due_date=day(0), due_time=time(18))
        plain = self.add_task("Read", due_date=day(0))
        response = self.get("/today/")
        self.assertEqual(meta_of(response, late), "Overdue: Fri 20 Mar")
        self.assertEqual(meta_of(response, passed), "Overdue: Today 14:00")
        self.assertEqual(meta_of(response, timed), "18:00")
        self.assertEqual(meta_of(response, plain), "")
        self.assertEqual(len(select(row_of(response, late), "[data-state=late]")), 1)
        self.assertEqual(select(row_of(response, timed), "[data-state=late]"), [])

    def test_latest_completed_tasks_are_shown_and_the_rest_linked(self):
        for number in range(51):
            self.add_task(f"Done {number}").complete()
        response = self.get("/today/")
        self.assertEqual(len(titles_of(response)), 50)
        self.assertEqual(sections_of(response)[0][0], "Done today 51")
        self.assertContains(response, '<a href="/completed/">All completed tasks</a>')

    def test_day_changes_at_the_users_midnight(self):
        for zone in ["Pacific/Kiritimati", "America/New_York", "UTC"]:
            with self.subTest(zone=zone):
                self.ann.tasks(manager="everything").all().delete()
                self.set_clock(2026, 3, 24, 23, 50, zone=zone)
                self.add_task("Tuesday", due_date=day(-1))
                self.add_task("Wednesday", due_date=day(0))
                self.add_task("Ten past", due_date=day(0), due_time=time(0, 10))
                self.add_task("Done").complete()
                self.assertEqual(
                    self.sections("/today/"),
                    [("Today 1", ["Tuesday"]), ("Done today 1", ["Done"])],
                )
                self.assertEqual(counts_of(self.get("/today/"))["Today"], 1)
                self.set_clock(2026, 3, 25, 0, 10, zone=zone)
                self.assertEqual(
                    self.sections("/today/"),
                    [("Overdue 1", ["Tuesday"]), ("Today 2", ["Ten past", "Wednesday"])],
                )
                self.set_clock(2026, 3, 25, 0, 10, 1, zone=zone)
                self.assertEqual(
                    self.sections("/today/"),
                    [("Overdue 2", ["Tuesday", "Ten past"]), ("Today 1", ["Wednesday"])],
                )
                self.assertEqual(counts_of(self.get("/today/"))["Today"], 3)

    def test_today_can_be_grouped_and_sorted(self):
        work = self.add_list()
        self.add_task("Late", due_date=day(-1), priority=1)
        self.add_task("Later", due_date=day(-2))
        self.add_task("Low", due_date=day(0), priority=1)
        self.add_task("High", due_date=day(0), priority=3, list=work)
        self.add_task("Nine", due_date=day(0), due_time=time(21))
        self.arrange("/today/", "priority")
        self.assertEqual(
            self.sections("/today/"),
            [("Overdue 2", ["Late", "Later"]), ("Today 3", ["High", "Low", "Nine"])],
        )
        self.arrange("/today/", "due", "priority")
        self.assertEqual(
            self.sections("/today/"),
            [
                ("Overdue 2", ["Late", "Later"]),
                ("High priority 1", ["High"]),
                ("Low priority 1", ["Low"]),
                ("No priority 1", ["Nine"]),
            ],
        )
        self.arrange("/today/", "due", "list")
        self.assertEqual(
            self.sections("/today/"),
            [
                ("Overdue 2", ["Later", "Late"]),
                ("Inbox 2", ["Nine", "Low"]),
                ("Work 1", ["High"]),
            ],
        )
        self.arrange("/today/", "list")
        self.assertEqual(
            self.sections("/today/"),
            [("Overdue 2", ["Later", "Late"]), ("Today 3", ["Nine", "Low", "High"])],
        )


class UpcomingTests(ListingTests):
    def test_upcoming_shows_seven_days_including_empty_ones(self):
        self.add_task("Late", due_date=day(-1))
        self.add_task("Read", due_date=day(0))
        self.add_task("Gym", due_date=day(0), due_time=time(9))
        self.add_task("Trip", due_date=day(6))
        self.add_task("Beyond", due_date=day(7))
        self.add_task("Dream")
        self.add_task("Done", due_date=day(1)).complete()
        response = self.get("/upcoming/")
        self.assertEqual(
            sections_of(response),
            [
                ("Today · Wed 25 Mar 2", ["Gym", "Read"]),
                ("Tomorrow · Thu 26 Mar 0", []),
                ("Fri 27 Mar 0", []),
                ("Sat 28 Mar 0", []),
                ("Sun 29 Mar 0", []),
                ("Mon 30 Mar 0", []),
                ("Tue 31 Mar 1", ["Trip"]),
            ],
        )
        self.assertContains(response, "Wed 25 Mar – Tue 31 Mar")

    def add_repeat(self, title, rule, due, **fields):
        anchor = {"repeat_anchor": due, "due_date": due}
        return self.add_task(title, repeat=rule, **anchor | fields)

    def coming(self, url="/upcoming/"):
        """Return the later occurrences of each day, {heading: words of rows}."""
        found = {}
        for coming in select(self.get(url), 'ul.coming[aria-label^="Future repeats on "]'):
            day = coming.get("aria-label").removeprefix("Future repeats on ")
            found[day] = [words_of(row) for row in coming.cssselect("li")]
        return found

    def test_repeats_to_come_are_shown_on_their_days(self):
        self.add_repeat("Gym", "FREQ=WEEKLY;BYDAY=MO,FR", day(-2), list=self.add_list("Sport"))
        self.add_repeat("Pills", "FREQ=DAILY;INTERVAL=3", day(0), due_time=time(9))
        self.add_repeat("Far", "FREQ=DAILY", day(7))
        self.add_repeat("Ended", "FREQ=DAILY;UNTIL=20260324", day(-3))
        self.add_repeat("Plants", "FREQ=DAILY", day(-3), repeat_from="completion")
        away = self.add_list(archived_at=timezone.now())
        self.add_repeat("Away", "FREQ=DAILY", day(0), list=away)
        self.add_repeat("Deleted", "FREQ=DAILY", day(0)).delete_softly()
        others = add_user("ben@example.org", time_zone="Asia/Kathmandu")
        others.tasks.create(title="Other", repeat="FREQ=DAILY", due_date=day(0))
        gym = "Gym every Monday and Friday Sport"
        self.assertEqual(
            self.coming(),
            {
                "Fri 27 Mar": [gym],
                "Sat 28 Mar": ["Pills 09:00 every 3 days"],
                "Mon 30 Mar": [gym],
                "Tue 31 Mar": ["Pills 09:00 every 3 days"],
            },
        )
        self.assertEqual(self.ann.tasks.count(), 6)  # none of them is stored
        later = self.coming("/upcoming/?from=2026-04-01")
        self.assertEqual(later["Fri 3 Apr"], ["Pills 09:00 every 3 days", gym, "Far every day"])

    def test_repeats_kept_until_done_show_one_occurrence(self):
        self.add_repeat("Bill", "FREQ=DAILY;COUNT=3", day(-1), missed="keep")
        bill = ["Bill every day, 3 times"]
        days = {"Today · Wed 25 Mar": bill, "Tomorrow · Thu 26 Mar": bill}
        self.assertEqual(self.coming(), days)

    def test_repeats_to_come_can_be_left_out(self):
        self.add_repeat("Gym", "FREQ=DAILY", day(0))
        self.assertEqual(len(self.coming()), 6)
        self.post("/settings/", upcoming_repeats="False")
        self.assertEqual(self.coming(), {})
        self.assertEqual(titles_of(self.get("/upcoming/")), ["Gym"])
        self.assertContains(self.get("/settings/"), '<option value="False" selected>Hidden')

    def test_limit_of_shown_repeats_is_mentioned(self):
        words = "Future dates are shown for the first 2 of your repeating tasks."
        with mock.patch.object(Upcoming, "MOST_REPEATS", 2):
            for title, number in [("Third", 1), ("First", -1), ("Second", 0)]:
                self.assertNotContains(self.get("/upcoming/"), words)
                self.add_repeat(title, "FREQ=DAILY", day(number))
            self.assertContains(self.get("/upcoming/"), words)
            self.assertEqual(self.coming()["Tue 31 Mar"], ["First every day", "Second every day"])

    def test_number_of_counted_days_is_limited(self):
        for title, rule in [("First", "FREQ=DAILY;COUNT=99"), ("Second", "FREQ=DAILY;COUNT=99")]:
            self.add_repeat(title, rule, day(-10))
        self.add_repeat("Third", "FREQ=DAILY", day(-9))
        words = "Future dates are shown for the first 1 of your repeating tasks."
        with mock.patch.object(Upcoming, "MOST_COUNTED", 40):
            self.assertNotContains(self.get("/upcoming/"), words)
        with mock.patch.object(Upcoming, "MOST_COUNTED", 20):
            self.assertContains(self.get("/upcoming/"), words)
            self.assertEqual(self.coming()["Tue 31 Mar"], ["First every day, 99 times"])

    def test_repeats_are_not_calculated_for_distant_weeks(self):
        self.add_repeat("Gym", "FREQ=DAILY", day(0))
        self.assertEqual(len(self.coming("/upcoming/?from=2036-03-01")), 7)
        self.assertEqual(self.coming("/upcoming/?from=2037-03-01"), {})

    def test_repeats_to_come_take_a_constant_number_of_queries(self):
        self.get("/settings/")
        for number in (1, 20):
            for n in range(number):
                one = self.add_list(f"List {n} of {number}")
                self.add_repeat("Gym", "FREQ=DAILY", day(0), list=one)
            with self.assertNumQueries(4):
                self.client.get("/upcoming/")

    def test_other_weeks_are_linked(self):
        self.add_task("Late", due_date=day(-1))
        self.add_task("Beyond", due_date=day(7))
        response = self.get("/upcoming/")
        self.assertContains(response, 'href="/upcoming/?from=2026-03-18"')
        self.assertContains(response, 'href="/upcoming/?from=2026-04-01"')
        self.assertEqual(titles_of(self.get("/upcoming/?from=2026-04-01")), ["Beyond"])
        response = self.get("/upcoming/?from=2026-03-18")
        self.assertEqual(
            [heading for heading, _ in sections_of(response)],
            [
                *["Wed 18 Mar 0", "Thu 19 Mar 0", "Fri 20 Mar 0", "Sat 21 Mar 0"],
                *["Sun 22 Mar 0", "Mon 23 Mar 0", "Yesterday · Tue 24 Mar 1"],
            ],
        )
        self.assertContains(
            response, '<a class="btn" data-kind="quiet" href="/upcoming/">Today</a>'
        )
        self.assertNotContains(self.client.get("/upcoming/"), 'href="/upcoming/">Today</a>')

    def test_acts_return_to_their_week(self):
        task = self.add_task("Beyond", due_date=day(7))
        response = self.get("/upcoming/?from=2026-04-01")
        on = "%2Fupcoming%2F%3Ffrom%3D2026-04-01"
        self.assertContains(response, f'href="/tasks/{task.pk}/?on={on}"')
        self.assertEqual(self.titles(f"/tasks/{task.pk}/?on={on}"), ["Beyond"])

    def test_each_day_links_to_the_add_form(self):
        response = self.get("/upcoming/?from=2026-04-01")
        self.assertContains(
            response,
            'href="/tasks/add/?due_date=2026-04-02&amp;next=%2Fupcoming%2F%3Ffrom%3D2026-04-01"',
        )

    def test_invalid_first_day_is_a_400(self):
        words = "“from” must be a date such as 2026-03-25, from 1900 to 2200."
        for first in ["x", "2026-02-30", "26-03-25", "10000-01-01", "today"]:
            response = self.client.get(f"/upcoming/?from={first}")
            self.assertContains(response, words, status_code=400)

    def test_first_and_last_week_of_the_calendar(self):
        for first, way, no_way in [
            ("1900-01-01", "Show next week", "Show previous week"),
            ("2200-12-31", "Show previous week", "Show next week"),
        ]:
            page = self.get(f"/upcoming/?from={first}")
            self.assertEqual(len(sections_of(page)), 7)
            self.assertIn(way, words_of(page))
            self.assertNotIn(no_way, words_of(page))

    def test_days_can_be_sorted(self):
        self.add_task("Low", due_date=day(1), priority=1)
        self.add_task("High", due_date=day(1), priority=3, list=self.add_list())
        self.add_task("Nine", due_date=day(1), due_time=time(9))
        self.add_task("Now", due_date=day(0))
        for sort, titles in [
            ("due", ["Now", "Nine", "High", "Low"]),
            ("priority", ["Now", "High", "Low", "Nine"]),
            ("list", ["Now", "Nine", "Low", "High"]),
        ]:
            self.arrange("/upcoming/", sort)
            self.assertEqual(self.titles("/upcoming/"), titles)


class InboxAndListTests(ListingTests):
    def test_inbox_has_tasks_without_a_list(self):
        work = self.add_list()
        self.add_task("Milk")
        self.add_task("Report", list=work)
        self.add_task("Done").complete()
        self.add_task("Gone").delete_softly()
        self.assertEqual(self.sections("/inbox/"), [("", ["Milk"])])
        self.assertEqual(self.sections(f"/lists/{work.pk}/"), [("", ["Report"])])

    def test_page_of_a_list_has_color_name_and_edit_link(self):
        work = self.add_list("Work <&>", color="rose")
        response = self.get(work.get_absolute_url())
        self.assertContains(
            response,
            '<h1 class="title"><span class="dot" data-color="rose"></span>Work &lt;&amp;&gt;</h1>',
        )
        self.assertContains(response, f'href="/lists/{work.pk}/edit/"')

    def test_rows_name_their_list_except_on_its_page(self):
        work = self.add_list()
        task = self.add_task("Report", list=work, due_date=day(0))
        self.assertEqual(meta_of(self.get("/today/"), task), "Work")
        self.assertEqual(meta_of(self.get(work.get_absolute_url()), task), "Today")

    def test_row_shows_all_details_of_a_task(self):
        task = self.add_task(
            "Call",
            due_date=day(2),
            due_time=time(9, 5),
            priority=3,
            list=self.add_list(),
            description="Ask",
        )
        self.add_tag("phone", task)
        self.add_tag("Bank", task)
        gone = self.add_tag("gone", task)
        gone.delete_softly()
        self.add_step(task, "One", done=True)
        self.add_step(task, "Two")
        self.add_step(task, "Three").delete_softly()
        self.assertEqual(
            meta_of(self.get("/tasks/"), task),
            "Fri 27 Mar 09:05 High priority 1/2 steps done Note Work Bank phone",
        )

    def test_unknown_and_deleted_lists_and_tags_are_not_found(self):
        work, calls = self.add_list(), self.add_tag()
        work.delete_softly()
        calls.delete_softly()
        for url in [
            *[f"/lists/{work.pk}/", f"/tags/{calls.pk}/", f"/lists/{10**30}/", "/tags/1/"],
            *[f"/completed/?list={work.pk}", f"/completed/?list={10**30}"],
        ]:
            self.assertEqual(self.client.get(url).status_code, 404, url)


class TagPageTests(ListingTests):
    def test_page_of_a_tag_has_open_tasks_of_all_lists_once(self):
        one = self.add_task("One", list=self.add_list())
        two, done, gone = (self.add_task(title) for title in ["Two", "Done", "Gone"])
        calls = self.add_tag("calls", one, two, done, gone)
        self.add_tag("home", one, two)
        self.add_step(one)
        self.add_step(one)
        done.complete()
        gone.delete_softly()
        self.add_task("Other")
        response = self.get(calls.get_absolute_url())
        self.assertEqual(titles_of(response), ["One", "Two"])
        self.assertContains(response, '<h1 class="title">#calls</h1>')
        self.assertContains(response, f'href="/tags/{calls.pk}/edit/"')


class CompletedTests(ListingTests):
    def test_completed_tasks_are_grouped_by_day(self):
        self.add_done("Friday", 2026, 3, 20, 12, 0)
        self.add_done("Late", 2026, 3, 24, 23, 59)
        self.add_done("Early", 2026, 3, 24, 0, 0)
        self.add_done("Now", 2026, 3, 25, 8, 0)
        self.add_done("Last year", 2025, 3, 25, 8, 0)
        self.add_task("Open")
        self.assertEqual(
            self.sections("/completed/"),
            [
                ("Today 1", ["Now"]),
                ("Yesterday 2", ["Late", "Early"]),
                ("Fri 20 Mar 1", ["Friday"]),
                ("25 Mar 2025 1", ["Last year"]),
            ],
        )

    def test_completed_tasks_can_be_filtered_by_list(self):
        work = self.add_list()
        self.add_task("Report", list=work).complete()
        self.add_task("Milk").complete()
        response = self.get(f"/completed/?list={work.pk}")
        self.assertEqual(titles_of(response), ["Report"])
        self.assertContains(response, '<p class="sub">In Work</p>')

    def test_later_pages_keep_the_filter_by_list(self):
        work = self.add_list()
        for number in range(101):
            self.add_task(f"Report {number}", list=work).complete()
        response = self.get(f"/completed/?list={work.pk}")
        self.assertEqual(len(titles_of(response)), 100)
        self.assertContains(response, f'rel="next" href="/completed/?list={work.pk}&amp;page=2"')
        response = self.get(f"/completed/?list={work.pk}&page=2")
        self.assertEqual(titles_of(response), ["Report 0"])

    def test_completed_task_is_not_overdue(self):
        task = self.add_task("Rent", due_date=day(-5))
        task.complete()
        self.assertEqual(meta_of(self.get("/completed/"), task), "Fri 20 Mar")
        self.assertEqual(select(row_of(self.get("/completed/"), task), "[data-state]"), [])


class ArrangementTests(ListingTests):
    def setUp(self):
        super().setUp()
        self.work, self.home = self.add_list("Work"), self.add_list("Home")
        for title, fields in {
            "A": {"due_date": day(2), "priority": 1},
            "B": {"priority": 3},
            "C": {"due_date": day(1), "due_time": time(10)},
            "D": {"due_date": day(1), "priority": 2},
            "E": {"due_date": day(-5)},
            "F": {"due_date": day(0), "due_time": time(9)},
        }.items():
            self.add_task(title, **fields)

    def to_lists(self):
        """Put the tasks into lists, and a tag on each. Return the page of the tag."""
        lists = {"A": self.home, "B": self.work, "C": self.home, "D": self.work}
        for title, place in lists.items():
            self.ann.tasks.filter(title=title).update(list=place)
        return self.add_tag("all", *self.ann.tasks.all()).get_absolute_url()

    def test_page_can_be_sorted(self):
        for sort, titles in [
            ("manual", "ABCDEF"),
            ("due", "EFCDAB"),
            ("priority", "BDAEFC"),
        ]:
            self.arrange("/inbox/", sort)
            self.assertEqual("".join(self.titles("/inbox/")), titles, sort)

    def test_sort_by_list_begins_with_the_inbox(self):
        url = self.to_lists()
        self.arrange(url, "list")
        self.assertEqual("".join(self.titles(url)), "EFDBCA")
        self.home.move(to="top")
        self.assertEqual("".join(self.titles(url)), "EFCADB")

    def test_page_can_be_grouped(self):
        url = self.to_lists()
        for group, sections in [
            (
                "due",
                [
                    ("Overdue 2", ["E", "F"]),
                    ("Tomorrow 2", ["C", "D"]),
                    ("Fri 27 Mar 1", ["A"]),
                    ("No date 1", ["B"]),
                ],
            ),
            (
                "priority",
                [
                    ("High priority 1", ["B"]),
                    ("Medium priority 1", ["D"]),
                    ("Low priority 1", ["A"]),
                    ("No priority 3", ["E", "F", "C"]),
                ],
            ),
            ("list", [("Inbox 2", ["E", "F"]), ("Work 2", ["D", "B"]), ("Home 2", ["C", "A"])]),
            ("", [("", ["E", "F", "C", "D", "A", "B"])]),
        ]:
            with self.subTest(group=group):
                self.arrange(url, "due", group)
                self.assertEqual(self.sections(url), sections)

    def test_rows_are_sorted_within_groups(self):
        self.ann.tasks.get(title="F").move(to="top")
        for sort, overdue, tomorrow in [
            ("manual", ["F", "E"], ["C", "D"]),
            ("due", ["E", "F"], ["C", "D"]),
            ("priority", ["E", "F"], ["D", "C"]),
        ]:
            self.arrange("/inbox/", sort, "due")
            sections = dict(self.sections("/inbox/"))
            self.assertEqual((sections["Overdue 2"], sections["Tomorrow 2"]), (overdue, tomorrow))

    def test_page_can_be_ordered_by_hand(self):
        tasks = {task.title: task for task in self.ann.tasks.all()}
        tasks["D"].move(to="top")
        tasks["A"].move(after=tasks["E"].pk)
        self.assertEqual("".join(self.titles("/inbox/")), "DBCEAF")
        self.add_task("G")
        self.assertEqual("".join(self.titles("/inbox/")), "DBCEAFG")

    def test_rows_can_be_moved_only_in_the_order_by_hand(self):
        self.assertContains(self.client.get("/inbox/"), "data-sortable")
        for url in ["/today/", "/upcoming/", "/tasks/", "/completed/"]:
            self.assertNotContains(self.client.get(url), "data-sortable")
        self.arrange("/inbox/", "manual", "due")
        self.assertNotContains(self.client.get("/inbox/"), "data-sortable")
        self.arrange("/inbox/", "due")
        self.assertNotContains(self.client.get("/inbox/"), "data-sortable")

    def test_arrangement_is_saved_for_page_and_user(self):
        response = self.arrange("/inbox/", "due", "priority")
        self.assertRedirects(response, "/inbox/")
        self.arrange(self.work.get_absolute_url(), "priority")
        ben = add_user("ben@example.org")
        self.ann.refresh_from_db()
        self.assertEqual(
            self.ann.arrangements,
            {
                "inbox": {"sort": "due", "group": "priority"},
                f"list_detail-{self.work.pk}": {"sort": "priority", "group": ""},
            },
        )
        self.assertEqual(ben.arrangements, {})
        for url, chosen in [
            ("/inbox/", ["due", "priority"]),
            (self.work.get_absolute_url(), ["priority", ""]),
            (self.home.get_absolute_url(), ["manual", ""]),
        ]:
            form = one(self.get(url), 'form[action="/arrange/"]')
            for name, value in zip(["sort", "group"], chosen, strict=True):
                with self.subTest(url=url, name=name):
                    self.assertEqual(one(form, f"[name={name}][checked]").get("value"), value)

    def test_page_of_a_task_shows_its_listings_arrangement(self):
        task = self.ann.tasks.get(title="A")
        url = f"/tasks/{task.pk}/?on=%2Finbox%2F"
        self.assertRedirects(self.arrange(url, "due"), url)
        self.assertEqual("".join(self.titles("/inbox/")), "EFCDAB")
        self.assertEqual("".join(self.titles(url)), "EFCDAB")

    def test_page_of_a_task_without_listing_shows_its_lists_arrangement(self):
        url = self.ann.tasks.get(title="A").get_absolute_url()
        page = one(self.get(url), 'form[action="/arrange/"] [name=next]').get("value")
        self.assertEqual(page, f"{url}?on=%2Finbox%2F")
        self.assertRedirects(self.arrange(page, "due"), page)
        self.assertEqual("".join(self.titles(url)), "EFCDAB")

    def test_unavailable_arrangement_is_refused(self):
        for url, sort, group in [
            ("/inbox/", "x", ""),
            ("/inbox/", "due", "x"),
            ("/inbox/", "", ""),
            ("/inbox/", "list", ""),
            ("/inbox/", "due", "list"),
            ("/today/", "manual", ""),
            ("/today/", "due", "due"),
            ("/upcoming/", "due", "priority"),
            ("/tasks/", "due", ""),
            ("/settings/", "due", ""),
            ("/lists/1/", "manual", ""),
            ("/tasks/?limit=0", "newest", ""),
        ]:
            response = self.arrange(url, sort, group)
            self.assertEqual(response.status_code, 400, (url, sort, group))
        self.ann.refresh_from_db()
        self.assertEqual(self.ann.arrangements, {})

    def test_saved_arrangement_that_became_unavailable_is_ignored(self):
        for kept in [{"sort": "x", "group": "y"}, {"sort": ["due"], "group": None}, {}]:
            self.ann.arrange("inbox", **kept)
            self.assertEqual(self.sections("/inbox/"), [("", list("ABCDEF"))])


class ArchivedTests(ListingTests):
    def test_tasks_of_an_archived_list_are_only_on_its_page(self):
        work = self.add_list()
        task = self.add_task("Report", list=work, due_date=day(0))
        late = self.add_task("Late", list=work, due_date=day(-1))
        calls = self.add_tag("calls", task, late)
        work.archive()
        for url in ["/today/", "/upcoming/", calls.get_absolute_url(), "/inbox/"]:
            self.assertEqual(self.titles(url), [], url)
        page = self.get(work.get_absolute_url())
        self.assertEqual(titles_of(page), ["Report", "Late"])
        self.assertContains(page, "Archived: not shown in Today, Upcoming or tags")
        self.assertEqual(counts_of(self.get("/today/")), {"Inbox": 0, "Today": 0})

    def test_completed_tasks_of_an_archived_list_are_not_on_today(self):
        work = self.add_list()
        self.add_task("Report", list=work).complete()
        work.archive()
        response = self.get("/today/")
        self.assertEqual(titles_of(response), [])
        self.assertNotContains(response, "<progress")
        self.assertEqual(self.titles("/completed/"), ["Report"])

    def test_tasks_can_be_added_to_an_archived_list(self):
        work = self.add_list()
        work.archive()
        data = {"text": "Report", "list": work.pk, "next": work.get_absolute_url()}
        self.assertRedirects(self.client.post("/tasks/add/", data), work.get_absolute_url())
        self.assertEqual(self.titles(work.get_absolute_url()), ["Report"])


class CountTests(ListingTests):
    def test_counts_are_right_after_each_act(self):
        work = self.add_list()
        self.add_task("Report", list=work)
        task = self.add_task("Milk")

        def counts(inbox, today, of_work):
            return {"Inbox": inbox, "Today": today, "Work": of_work}

        for act, data, expected in [
            ("edit", {"due_date": "2026-03-25"}, counts(1, 1, 1)),
            ("edit", {"list": work.pk}, counts(0, 1, 2)),
            ("complete", {}, counts(0, 0, 1)),
            ("reopen", {}, counts(0, 1, 2)),
            ("edit", {"due_date": "2026-03-26"}, counts(0, 0, 2)),
            ("delete", {}, counts(0, 0, 1)),
            ("restore", {}, counts(0, 0, 2)),
            ("edit", {"list": ""}, counts(1, 0, 1)),
        ]:
            for page in ["/inbox/", "/today/", f"/tasks/{task.pk}/", "/trash/", "/settings/"]:
                with self.subTest(act=act, data=data, page=page):
                    url = f"/tasks/{task.pk}/{act}/"
                    response = self.client.post(url, data | {"next": page}, headers=HTMX)
                    if "HX-Redirect" not in response:
                        self.assertEqual(counts_of(response), expected)
            self.assertEqual((act, counts_of(self.get("/settings/"))), (act, expected))

    def test_counts_are_right_after_adding(self):
        work = self.add_list()
        for data, expected in [
            ({}, {"Inbox": 1, "Today": 0, "Work": 0}),
            ({"due_date": "today"}, {"Inbox": 2, "Today": 1, "Work": 0}),
            ({"list": work.pk}, {"Inbox": 2, "Today": 1, "Work": 1}),
        ]:
            response = self.client.post("/tasks/add/", {"text": "x"} | data, headers=HTMX)
            self.assertEqual(counts_of(response), expected)

    def test_deleted_tasks_are_not_counted(self):
        work, gone = self.add_list("Work"), self.add_list("Gone")
        self.add_task("Milk", list=work, due_date=day(0)).delete_softly()
        self.add_task("Report", list=gone, due_date=day(0))
        self.add_task("Done").complete()
        self.ann.tasks.get(title="Done").delete_softly()
        self.add_tag().delete_softly()
        gone.delete_softly(with_tasks=True)
        response = self.get("/today/")
        self.assertEqual(counts_of(response), {"Inbox": 0, "Today": 0, "Work": 0})
        self.assertNotContains(response, "<progress")
        self.assertNotContains(response, "<h2>Tags</h2>")
        self.assertContains(self.client.get("/tasks/"), "Nothing to do")

    def test_sidebar_marks_the_present_page(self):
        work, calls = self.add_list(), self.add_tag()
        for url in ["/inbox/", "/today/", work.get_absolute_url(), calls.get_absolute_url()]:
            with self.subTest(url=url):
                link = one(self.get(url), "#sidebar [aria-current]")
                self.assertEqual((link.get("href"), link.get("aria-current")), (url, "page"))


class FormatTests(ListingTests):
    def test_dates_and_times_have_the_users_format(self):
        task = self.add_task("Near", due_date=day(2), due_time=time(17, 30))
        far = self.add_task("Far", due_date=date(2031, 10, 3), due_time=time(0, 5))
        for date_format, hours, near, words in [
            ("day", 24, "Fri 27 Mar 17:30", "3 Oct 2031 00:05"),
            ("month", 12, "Fri Mar 27 5:30 pm", "Oct 3, 2031 12:05 am"),
            ("iso", 24, "Fri 2026-03-27 17:30", "2031-10-03 00:05"),
        ]:
            self.post("/settings/", date_format=date_format, hours=hours)
            response = self.get("/inbox/")
            self.assertEqual((meta_of(response, task), meta_of(response, far)), (near, words))

    def test_heads_of_pages_have_the_users_format(self):
        self.add_done("Friday", 2026, 3, 20, 12, 0)
        self.post("/settings/", date_format="month")
        self.assertContains(self.client.get("/today/"), ">Wednesday, March 25</time>")
        self.assertEqual(self.sections("/completed/"), [("Fri Mar 20 1", ["Friday"])])
        self.assertContains(self.client.get("/upcoming/"), "Wed Mar 25 – Tue Mar 31")

    def test_next_week_begins_on_the_users_weekday(self):
        menu = f"/tasks/{self.add_task().pk}/menu/"
        for week_start, first, words in [
            (0, "2026-03-30", "Next week Mon 30 Mar"),
            (6, "2026-03-29", "Next week Sun 29 Mar"),
        ]:
            with self.subTest(week_start=week_start):
                self.post("/settings/", week_start=week_start)
                self.assertEqual(words_of(one(self.get(menu), f'[value="{first}"]')), words)
        self.post("/settings/", week_start=5)  # on the weekend: one day has one name
        response = self.get(menu)
        weekend = one(response, '[value="2026-03-28"]')
        self.assertEqual(words_of(weekend), "Weekend Sat 28 Mar")
        self.assertNotIn("Next week", html_of(response))


class PagingTests(ListingTests):
    def test_more_than_a_hundred_tasks_come_in_pages(self):
        for number in range(101):
            self.add_task(f"Task {number}", priority=1)
        response = self.get("/inbox/")
        self.assertEqual(titles_of(response), [f"Task {number}" for number in range(100)])
        self.assertContains(response, "Page 1 of 2")
        self.assertContains(response, 'rel="next" href="/inbox/?page=2"')
        self.assertNotContains(response, 'rel="prev"')
        response = self.get("/inbox/?page=2")
        self.assertEqual(titles_of(response), ["Task 100"])
        self.assertContains(response, 'rel="prev" href="/inbox/"')
        self.assertNotContains(response, 'rel="next"')
        self.arrange("/inbox/", "manual", "priority")
        headings = [heading for heading, _ in self.sections("/inbox/?page=2")]
        self.assertEqual(headings, ["Low priority"])  # without a number: it would be of this page

    def test_page_after_the_end_is_empty_and_links_back(self):
        self.add_task()
        response = self.get("/inbox/?page=7")
        self.assertContains(response, "This page is empty")
        self.assertContains(response, "There is only 1 page here.")
        self.assertContains(response, 'href="/inbox/">Go back</a>')

    def test_done_today_is_on_the_first_page_only(self):
        self.add_task("Done").complete()
        for number in range(101):
            self.add_task(f"Task {number}", due_date=day(0))
        self.assertEqual(self.sections("/today/")[-1], ("Done today 1", ["Done"]))
        self.assertEqual(self.sections("/today/?page=2"), [("Today", ["Task 100"])])

    def test_number_of_done_today_includes_hidden_tasks(self):
        for number in range(4):
            self.add_task(f"Done {number}").complete()
        for most, shown in [(3, 3), (4, 4), (5, 4)]:
            with mock.patch("tasks.pages.listings.Today.DONE", most):
                title, tasks = self.sections("/today/")[-1]
            self.assertEqual((title, len(tasks)), ("Done today 4", shown))

    def test_invalid_addresses_are_a_400_that_names_the_part(self):
        for url in ["/today/", "/inbox/", "/completed/", "/upcoming/"]:
            response = self.client.get(f"{url}?page=0")
            words = "“page” must be a whole number from 1 to 1000000000."
            self.assertContains(response, words, status_code=400)
        response = self.client.get("/completed/?list=x")
        self.assertContains(response, "“list” must be the id of a list.", status_code=400)


class EmptyTests(ListingTests):
    def empty(self, url):
        """Return the words of an empty page."""
        return words_of(one(self.get(url), ".empty"))

    def test_empty_pages_suggest_the_next_step(self):
        work, calls = self.add_list(), self.add_tag()
        for url, words in [
            (
                "/today/",
                "Nothing is due today Add something to do today, or see what's upcoming."
                " Or try an example: Buy milk !high Call Sam tomorrow at 5pm #calls"
                " Water the plants every Saturday",
            ),
            (
                "/inbox/",
                "Your inbox is empty Write down what's on your mind and sort it into lists later.",
            ),
            (work.get_absolute_url(), "This list is empty Add its first task above."),
            (
                calls.get_absolute_url(),
                "Nothing to do No open task has this tag. Add one above.",
            ),
            ("/completed/", "Nothing completed yet Tasks you complete appear here."),
            ("/tasks/", "Nothing to do Add a task above. What's on your mind?"),
            ("/trash/", "The trash is empty Deleted items appear here, so you can restore them."),
        ]:
            with self.subTest(url=url):
                self.assertEqual(self.empty(url), words)

    def test_page_without_lists_suggests_one(self):
        self.assertEqual(
            self.empty("/lists/"),
            "No lists yet Use lists to group related tasks: Work, Home, a trip. New list",
        )

    def test_finished_day_says_so(self):
        self.add_task("Milk").complete()
        self.assertEqual(
            self.empty("/today/"),
            "All done for today Enjoy the rest of your day, or see what's upcoming .",
        )
        self.assertEqual(self.sections("/today/"), [("Done today 1", ["Milk"])])
