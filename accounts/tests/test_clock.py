from datetime import UTC, date, datetime, time, timedelta
from unittest import TestCase
from zoneinfo import ZoneInfo

from accounts.clock import Clock

TODAY = date(2026, 3, 25)  # a Wednesday
MONDAY = date(2026, 3, 23)
BERLIN = ZoneInfo("Europe/Berlin")


def clock(day=TODAY, at=time(12), zone=BERLIN, **settings):
    return Clock(datetime.combine(day, at, tzinfo=zone), **settings)


class DayTests(TestCase):
    def assertWords(self, date_format, words):
        read = clock(date_format=date_format).day
        self.assertEqual({day: read(day) for day in words}, words)

    def test_day_is_named_or_written_as_a_date(self):
        self.assertWords(
            "day",
            {
                date(2026, 3, 24): "Yesterday",
                date(2026, 3, 25): "Today",
                date(2026, 3, 26): "Tomorrow",
                date(2026, 3, 23): "Mon 23 Mar",
                date(2026, 4, 1): "Wed 1 Apr",
                date(2027, 3, 25): "25 Mar 2027",
                date(1, 1, 1): "1 Jan 0001",
                date(9999, 12, 31): "31 Dec 9999",
            },
        )

    def test_format_with_the_month_first(self):
        self.assertWords(
            "month",
            {
                date(2026, 3, 24): "Yesterday",
                date(2026, 3, 23): "Mon Mar 23",
                date(2026, 4, 1): "Wed Apr 1",
                date(2027, 3, 25): "Mar 25, 2027",
                date(1, 1, 1): "Jan 1, 0001",
                date(9999, 12, 31): "Dec 31, 9999",
            },
        )

    def test_iso_format(self):
        self.assertWords(
            "iso",
            {
                date(2026, 3, 24): "Yesterday",
                date(2026, 3, 23): "Mon 2026-03-23",
                date(2026, 4, 1): "Wed 2026-04-01",
                date(2027, 3, 25): "2027-03-25",
                date(1, 1, 1): "0001-01-01",
                date(9999, 12, 31): "9999-12-31",
            },
        )

    def test_year_is_written_from_300_days_on(self):
        for days, words in [
            (299, "Mon 18 Jan"),
            (300, "19 Jan 2027"),
            (-299, "Fri 30 May"),
            (-300, "29 May 2025"),
        ]:
            self.assertEqual(clock().day(TODAY + timedelta(days=days)), words)

    def test_first_and_last_day_of_the_calendar(self):
        for last in (date.min, date.max):
            self.assertEqual(clock(last, zone=UTC).day(last), "Today")

    def test_date_is_never_a_name(self):
        self.assertEqual(clock().date(TODAY), "Wed 25 Mar")
        self.assertEqual(clock().date(date(2026, 3, 26)), "Thu 26 Mar")

    def test_today_is_in_the_users_zone(self):
        late = datetime(2026, 3, 25, 23, 30, tzinfo=UTC)
        self.assertEqual(Clock(late.astimezone(BERLIN)).today, date(2026, 3, 26))
        self.assertEqual(Clock(late).today, TODAY)


class MidnightTests(TestCase):
    """Midnight is the first moment of the next day, also where the clock changes then."""

    def test_midnight_is_the_first_moment_of_the_next_day(self):
        for zone, *day in [
            ("Europe/Berlin", 2026, 3, 28),  # changed later in the night
            ("Asia/Kathmandu", 2026, 11, 25),
            ("Africa/Cairo", 2026, 4, 23),  # the next day begins at 1
            ("America/Sao_Paulo", 2018, 2, 17),  # back to 23 at the end of this day
            ("America/Havana", 2026, 10, 31),  # midnight is twice
            ("Pacific/Apia", 2011, 12, 29),  # the day after it was left out
        ]:
            for hour in (0, 12, 23):
                with self.subTest(zone=zone, hour=hour):
                    here = clock(date(*day), time(hour, 30), ZoneInfo(zone))
                    second = timedelta(seconds=1)
                    before = here.midnight.astimezone(UTC) - second
                    self.assertEqual(here.day_of(before), date(*day))
                    self.assertGreater(here.day_of(before + second), date(*day))


class TimeTests(TestCase):
    def test_24_hour_format(self):
        read = clock().time
        self.assertEqual(
            [read(time(0, 5)), read(time(9)), read(time(17, 30, 59))], ["00:05", "09:00", "17:30"]
        )

    def test_12_hour_format(self):
        read = clock(hours=12).time
        for at, words in [
            (time(0, 5), "12:05 am"),
            (time(9), "9:00 am"),
            (time(11, 59), "11:59 am"),
            (time(12), "12:00 pm"),
            (time(17, 30), "5:30 pm"),
            (time(23, 59), "11:59 pm"),
        ]:
            self.assertEqual(read(at), words)

    def test_moment_is_in_the_users_zone_with_its_year(self):
        moment = datetime(2026, 10, 3, 22, 30, tzinfo=UTC)
        for settings, words in [
            ({}, "4 Oct 2026, 00:30"),
            ({"date_format": "month", "hours": 12}, "Oct 4, 2026, 12:30 am"),
            ({"date_format": "iso"}, "2026-10-04, 00:30"),
            ({"zone": ZoneInfo("America/New_York")}, "3 Oct 2026, 18:30"),
        ]:
            self.assertEqual(clock(**settings).moment(moment), words)


class WeekTests(TestCase):
    """From Monday 23 March to Sunday 29 March 2026, day by day."""

    def days(self, method, week_start=0):
        week = [clock(MONDAY + timedelta(days=n), week_start=week_start) for n in range(7)]
        return [getattr(one, method)() for one in week]

    def test_next_week_begins_on_monday(self):
        self.assertEqual(self.days("next_week"), [date(2026, 3, 30)] * 7)

    def test_next_week_begins_on_saturday(self):
        self.assertEqual(
            self.days("next_week", 5), [date(2026, 3, 28)] * 5 + [date(2026, 4, 4)] * 2
        )

    def test_next_week_begins_on_sunday(self):
        self.assertEqual(self.days("next_week", 6), [date(2026, 3, 29)] * 6 + [date(2026, 4, 5)])

    def test_weekend_is_the_coming_saturday(self):
        for week_start in (0, 5, 6):
            self.assertEqual(
                self.days("weekend", week_start),
                [date(2026, 3, 28)] * 5 + [date(2026, 4, 4)] * 2,
            )
