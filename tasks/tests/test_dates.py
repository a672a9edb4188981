from datetime import date, datetime, time
from unittest import TestCase
from zoneinfo import ZoneInfo

from tasks.dates import due_state

TODAY = date(2026, 3, 25)  # a Wednesday


class DueStateTests(TestCase):
    def state(self, due_date, due_time=None, clock=time(12)):
        now = datetime.combine(TODAY, clock, tzinfo=ZoneInfo("Asia/Kathmandu"))
        return due_state(due_date, due_time, now)

    def test_no_due_date_has_no_state(self):
        self.assertEqual(self.state(None), "")

    def test_date_is_late_from_the_next_day_on(self):
        self.assertEqual(self.state(date(2026, 3, 24)), "late")
        self.assertEqual(self.state(TODAY, clock=time(23, 59, 59)), "today")
        self.assertEqual(self.state(date(2026, 3, 26)), "")

    def test_time_is_late_once_passed(self):
        self.assertEqual(self.state(TODAY, time(11, 59)), "late")
        self.assertEqual(self.state(TODAY, time(12, 0)), "today")
        self.assertEqual(self.state(date(2026, 3, 26), time(0, 0)), "")

    def test_first_and_last_day_of_the_calendar(self):
        self.assertEqual(self.state(date.min), "late")
        self.assertEqual(self.state(date.max), "")
