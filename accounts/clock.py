"""Days, times and moments in a user's own format. Pure: no Django, and no clock of its own."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

# Three formats of a day: near today, far from today (with the year), and in full.
DATE_FORMATS = {
    "day": ("{0:%a} {0.day} {0:%b}", "{0.day} {0:%b} {0.year:04}", "{0:%A}, {0.day} {0:%B}"),
    "month": ("{0:%a} {0:%b} {0.day}", "{0:%b} {0.day}, {0.year:04}", "{0:%A}, {0:%B} {0.day}"),
    "iso": (
        "{0:%a} {0.year:04}-{0:%m-%d}",
        "{0.year:04}-{0:%m-%d}",
        "{0:%A}, {0.year:04}-{0:%m-%d}",
    ),
}
NEAR = 300  # days; a day nearer to today is written without its year
SATURDAY = 5
BY_NAME = {-1: "Yesterday", 0: "Today", 1: "Tomorrow"}  # by the number of days from today


@lru_cache(10_000)
def written(form: str, day: date) -> str:
    """Return a day in a form of DATE_FORMATS, which takes longer than all else in its row."""
    return form.format(day)


@dataclass(frozen=True)
class Clock:
    """The present moment in a user's time zone, with the user's formats of dates and times.

    now is an aware datetime in the user's zone; date_format is a key of DATE_FORMATS; hours is 12
    or 24; week_start is 0 for Monday … 6 for Sunday.
    """

    now: datetime
    date_format: str = "day"
    hours: int = 24
    week_start: int = 0

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def midnight(self) -> datetime:
        """The moment at which the next day begins in the user's time zone, aware."""
        tomorrow = self.today + timedelta(days=1)
        return datetime.combine(tomorrow, time(), self.now.tzinfo)

    def day(self, day: date) -> str:
        """Return a day by its name or date: Today, Tomorrow, Yesterday, Fri 3 Oct, 5 Jan 2031."""
        # By ordinals: today + 1 day does not exist on 31 December 9999.
        ahead = day.toordinal() - self.today.toordinal()
        return BY_NAME.get(ahead) or self.date(day)

    def day_within(self, day: date) -> str:
        """Return a day as written within a sentence: today, tomorrow, Fri 3 Oct."""
        words = self.day(day)
        return words.lower() if words.isalpha() else words

    def date(self, day: date) -> str:
        """Return a day as a date, never as a name: Fri 3 Oct, or 5 Jan 2031 if far from today."""
        near, far, _ = DATE_FORMATS[self.date_format]
        ahead = day.toordinal() - self.today.toordinal()
        form = near if abs(ahead) < NEAR else far
        return written(form, day)

    def in_full(self, day: date) -> str:
        """Return a day with full names and without its year: Friday, 3 October."""
        return DATE_FORMATS[self.date_format][2].format(day)

    def time(self, clock: time) -> str:
        """Return a time of day as 17:30 or 5:30 pm."""
        if self.hours == 24:
            return f"{clock:%H:%M}"
        hour = clock.hour % 12 or 12
        half = "am" if clock.hour < 12 else "pm"
        return f"{hour}:{clock:%M} {half}"

    def local(self, moment: datetime) -> datetime:
        """Return an aware moment in the user's time zone."""
        return moment.astimezone(self.now.tzinfo)

    def day_of(self, moment: datetime) -> date:
        """Return the day of an aware moment in the user's time zone."""
        return self.local(moment).date()

    def when(self, moment: datetime) -> str:
        """Return an aware moment in the user's time zone, with its day: Yesterday 14:02."""
        local = self.local(moment)
        day = self.day(local.date())
        return f"{day} {self.time(local.time())}"

    def moment(self, moment: datetime) -> str:
        """Return an aware moment in the user's time zone, with its year: 3 Oct 2026, 17:30."""
        local = self.local(moment)
        day = DATE_FORMATS[self.date_format][1].format(local)
        return f"{day}, {self.time(local.time())}"

    def within_day(self, moment: datetime) -> str:
        """Return an aware moment for a sentence: 17:30, or for another day: yesterday, 17:30."""
        local = self.local(moment)
        day = local.date()
        clock = self.time(local.time())
        if day == self.today:
            return clock
        return f"{self.day_within(day)}, {clock}"

    def next_week(self) -> date:
        """Return the first day of the next week, by the user's first day of the week."""
        return self.coming(self.week_start)

    def weekend(self) -> date:
        """Return the next Saturday; on a Saturday, the Saturday in a week."""
        return self.coming(SATURDAY)

    def coming(self, weekday: int) -> date:
        """Return the next day after today that falls on a weekday, 0 for Monday … 6 for Sunday."""
        days = (weekday - self.today.weekday() - 1) % 7 + 1
        return self.today + timedelta(days)

    def next_days(self) -> list[tuple[str, date]]:
        """Return the days to which things are often postponed, each once, as (name, day)."""
        days = {
            self.today: "Today",
            self.today + timedelta(days=1): "Tomorrow",
        }
        days.setdefault(self.weekend(), "Weekend")
        days.setdefault(self.next_week(), "Next week")
        return [(words, day) for day, words in days.items()]
