"""The import of iCalendar files: the task of each VTODO."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.test import SimpleTestCase

from tasks.importing.files import Unreadable
from tasks.importing.vcalendar import calendars_in
from tasks.importing.vtimezone import Zones
from tasks.tests.imported import (
    lines_of,
    notes_of,
    plan_of_sample,
    plan_of_text,
    reminders_of,
    said,
)

VIENNA = """BEGIN:VTIMEZONE
TZID:Office
BEGIN:DAYLIGHT
DTSTART:16010325T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:16011028T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
"""


def calendar(*parts, name="Home"):
    lines = "".join(part if part.endswith("\n") else f"{part}\n" for part in parts)
    return f"BEGIN:VCALENDAR\nX-WR-CALNAME:{name}\n{lines}END:VCALENDAR\n"


def todo(*lines):
    return "\n".join(["BEGIN:VTODO", *lines, "END:VTODO\n"])


def plan_of_todo(*lines, others=""):
    return plan_of_text(calendar(todo("SUMMARY:A", *lines), others))


class SampleTests(SimpleTestCase):
    def test_tasks_of_nextcloud(self):
        plan = plan_of_sample("icalendar/nextcloud-tasks.ics")
        self.assertEqual(
            lines_of(plan),
            [
                "Haus & Garten: Paint the fence, both sides high 2026-12-12 #garden #at-home"
                " (Buy primer)",
                "Haus & Garten: Rent medium 2026-12-31 09:00 FREQ=MONTHLY;BYMONTHDAY=-1",
                "Haus & Garten: Done one low ✓2026-11-05T18:30:00",
                "Haus & Garten: Call at five 2026-12-03 17:00",
            ],
        )
        notes = notes_of(plan)
        self.assertEqual(
            notes["Paint the fence, both sides"],
            "First line\nsecond line with a very long text that has to be folded because it is"
            " longer than seventy-five octets\n\nProgress: 40 %\nStart: 2026-12-10",
        )
        self.assertEqual(reminders_of(plan), {"Rent": [60]})
        self.assertIn("task 5: “In process” has no place here", said(plan))


class DayTests(SimpleTestCase):
    def test_days_are_days_and_moments_are_on_the_clock_of_the_user(self):
        for line, due in [
            ("DUE;VALUE=DATE:20261212", "2026-12-12"),
            ("DUE:20261212", "2026-12-12"),
            ("DUE:20261212T101500", "2026-12-12 10:15"),
            ("DUE:20261212T000000", "2026-12-12"),
            ("DUE:20261212T000000Z", "2026-12-12"),
            ("DUE:20261211T230000Z", "2026-12-12"),
            ("DUE:20261211T233000Z", "2026-12-12 00:30"),
            ("DUE;TZID=America/New_York:20261212T000000", "2026-12-12"),
            ("DUE;TZID=America/New_York:20261212T120000", "2026-12-12 18:00"),
            ('DUE;TZID="W. Europe Standard Time":20261212T120000', "2026-12-12 12:00"),
            ("DUE;TZID=/mozilla.org/20050126_1/Asia/Tokyo:20261212T120000", "2026-12-12 04:00"),
            ("DUE;TZID=Office:20260712T120000", "2026-07-12 12:00"),
            ("DUE;TZID=Office:20261212T000000", "2026-12-12"),
            ("DTSTART;VALUE=DATE:20261210\nDURATION:P2D", "2026-12-12"),
            ("DTSTART:20261212T090000\nDURATION:PT90M", "2026-12-12 10:30"),
        ]:
            with self.subTest(line):
                plan = plan_of_text(calendar(VIENNA, todo("SUMMARY:A", *line.split("\n"))))
                self.assertEqual(lines_of(plan), [f"Home: A {due}"])

    def test_impossible_days_are_in_the_notes(self):
        for value in ["20260230", "20261301T100000Z", "tomorrow", "20261212T250000", "P1D"]:
            with self.subTest(value):
                plan = plan_of_todo(f"DUE:{value}")
                self.assertEqual(lines_of(plan), ["Home: A"])
                self.assertIn(f"Date, which doesn't exist: {value}", notes_of(plan)["A"])

    def test_unknown_time_zone_is_noted(self):
        plan = plan_of_todo("DUE;TZID=Mars/Base:20261212T120000")
        self.assertEqual(lines_of(plan), ["Home: A 2026-12-12 12:00"])
        self.assertIn("Its time zone “Mars/Base” isn't known here", said(plan))

    def test_own_time_zone_changes_as_the_common_one_does(self):
        (office,), _ = calendars_in(calendar(VIENNA))
        zones = Zones([office], UTC)
        at = datetime(2026, 1, 1, 12, tzinfo=UTC)
        while at.year == 2026:
            local = at.replace(tzinfo=None)
            moment, is_known = zones.moment(local, "Office")
            expected = local.replace(tzinfo=ZoneInfo("Europe/Berlin"))
            self.assertEqual((moment.utcoffset(), is_known), (expected.utcoffset(), True))
            at += timedelta(days=1)

    def test_time_zone_of_one_file_is_none_of_another(self):
        plan_of_text(calendar(VIENNA, todo("SUMMARY:A", "DUE;TZID=Office:20261212T120000")))
        plan = plan_of_todo("DUE;TZID=Office:20261212T120000")
        self.assertIn("Its time zone “Office” isn't known here", said(plan))


class RepeatTests(SimpleTestCase):
    def line(self, *lines, others=""):
        return lines_of(plan_of_todo(*lines, others=others))[0].removeprefix("Home: A ")

    def test_rules_are_kept_whole_or_in_words(self):
        for lines, line, words in [
            (["DUE:20261204", "RRULE:FREQ=WEEKLY;BYDAY=FR"],
             "2026-12-04 FREQ=WEEKLY;BYDAY=FR", ""),
            (["DTSTART:20261204", "RRULE:FREQ=WEEKLY"], "2026-12-04 FREQ=WEEKLY",
             "The day on which it starts is taken as its date"),
            (["DTSTART:20261202", "DUE:20261204", "RRULE:FREQ=WEEKLY;BYDAY=WE"],
             "2026-12-04 FREQ=WEEKLY", "“Start: 2026-12-02”"),
            (["DTSTART:20261205T080000Z", "DURATION:PT1H"], "2026-12-05 10:00",
             "“Start: 2026-12-05 09:00”"),
            (["DUE:20261204", "RRULE:FREQ=SECONDLY"], "2026-12-04", "must be daily, weekly"),
            (["DUE:20261204", "RRULE:FREQ=WEEKLY", "RRULE:FREQ=DAILY"], "2026-12-04",
             "more than one rule"),
            (["DUE:20261204", "RRULE:FREQ=WEEKLY", "RDATE:20261205"], "2026-12-04",
             "further dates"),
            (["RRULE:FREQ=WEEKLY"], "Home: A", "A repeat needs a date."),
            (["DUE:20261204", "RRULE:FREQ=WEEKLY", "COMPLETED:20261130T100000Z"],
             "2026-12-04 ✓2026-11-30T10:00:00", "It is completed."),
            # In Tokyo it is Monday, in Berlin still Sunday.
            (["DUE;TZID=Asia/Tokyo:20261207T060000", "RRULE:FREQ=WEEKLY;BYDAY=MO"],
             "2026-12-06 22:00 FREQ=WEEKLY", ""),
        ]:  # fmt: skip
            with self.subTest(lines):
                plan = plan_of_todo(*lines)
                self.assertEqual(lines_of(plan)[0].removeprefix("Home: A "), line)
                self.assertIn(words, said(plan))
                if "doesn't repeat" in said(plan):
                    self.assertIn("Repeat: FREQ=WEEKLY" if "WEEKLY" in lines[-1] else "Repeat: ",
                                  notes_of(plan)["A"])  # fmt: skip

    def test_dates_left_out_at_the_beginning_are_passed(self):
        weekly = ["DUE;TZID=Europe/Berlin:20261204T090000", "RRULE:FREQ=WEEKLY"]
        left_out = "EXDATE;TZID=Europe/Berlin:20261204T090000,20261211T090000"
        self.assertEqual(self.line(*weekly, left_out), "2026-12-18 09:00 FREQ=WEEKLY")
        self.assertEqual(
            self.line(*weekly, "EXDATE:20261204T080000Z"), "2026-12-11 09:00 FREQ=WEEKLY"
        )
        self.assertEqual(
            self.line(*weekly, "EXDATE:20260904T080000Z"), "2026-12-04 09:00 FREQ=WEEKLY"
        )
        plan = plan_of_todo(*weekly, "EXDATE:20261211T080000Z")
        self.assertEqual(lines_of(plan), ["Home: A 2026-12-04 09:00"])
        self.assertIn("later dates are left out or moved", said(plan))

    def test_occurrences_that_are_done_or_moved_are_tasks_of_their_own(self):
        done = todo(
            *["UID:1", "SUMMARY:A", "RECURRENCE-ID;VALUE=DATE:20261204", "DUE:20261204"],
            *["STATUS:COMPLETED", "COMPLETED:20261201T070000Z"],
        )
        moved = todo("UID:1", "SUMMARY:A moved", "RECURRENCE-ID:20261211", "DUE:20261212")
        plan = plan_of_todo("UID:1", "DUE:20261204", "RRULE:FREQ=WEEKLY", others=done + moved)
        self.assertEqual(
            lines_of(plan),
            [
                "Home: A 2026-12-18 FREQ=WEEKLY",
                "Home: A 2026-12-04 ✓2026-12-01T07:00:00",
                "Home: A moved 2026-12-12",
            ],
        )
        self.assertEqual(plan.tasks[0]["repeat_anchor"], "2026-12-04")


class FieldTests(SimpleTestCase):
    def test_states(self):
        for lines, line in [
            (["STATUS:NEEDS-ACTION"], "A"),
            (["COMPLETED:20261105T183000Z"], "A ✓2026-11-05T18:30:00"),
            (["PERCENT-COMPLETE:100", "LAST-MODIFIED:20261105T183000Z"], "A ✓2026-11-05T18:30:00"),
            (["STATUS:COMPLETED", "DTSTAMP:20261105T183000Z"], "A ✓2026-11-05T18:30:00"),
            (["STATUS:COMPLETED"], "A ✓2026-12-01T11:00:00"),
            (["STATUS:COMPLETED", "COMPLETED;VALUE=DATE:20261105"], "A ✓2026-11-05T11:00:00"),
            (["STATUS:CANCELLED", "LAST-MODIFIED:20261105T183000Z"], "A ✓2026-11-05T18:30:00"),
            (["STATUS:IN-PROCESS", "PERCENT-COMPLETE:100"], "A"),
            *[([f"PRIORITY:{number}"], f"A {word}") for number, word in
              zip("1456789", ["high", "high", "medium", "low", "low", "low", "low"], strict=True)],
            (["PRIORITY:0"], "A"),
            (["PRIORITY:11"], "A"),
        ]:  # fmt: skip
            with self.subTest(lines):
                self.assertEqual(lines_of(plan_of_todo(*lines)), [f"Home: {line}"])

    def test_what_has_no_place_is_in_the_notes_and_told(self):
        plan = plan_of_todo(
            r"DESCRIPTION:one\Ntwo\, three\; C:\\temp",
            "LOCATION:Room 5",
            "GEO:48.2;16.3",
            "URL:https://a.example/?x=1,2",
            "COMMENT:Ask again",
            "STATUS:CANCELLED",
            "COMPLETED:20261105T183000Z",
            "ATTACH;FMTTYPE=text/plain:https://a.example/list.txt",
            "ATTACH;ENCODING=BASE64;VALUE=BINARY;FILENAME=b.png:AAAA",
            "CLASS:PRIVATE",
            "X-COLOUR:red",
            "BEGIN:VALARM\nACTION:AUDIO\nTRIGGER:-PT90M\nEND:VALARM",
        )
        self.assertEqual(
            notes_of(plan)["A"].split("\n"),
            [
                *["one", "two, three; C:\\temp", ""],
                *["Status: canceled", "Reminder: -PT90M", "Place: Room 5", "Position: 48.2;16.3"],
                *["Link: https://a.example/?x=1,2", "Comment: Ask again"],
                "Attachment: text/plain https://a.example/list.txt",
                "Attachment: b.png",
            ],
        )
        for words in ["It was marked as private", "These properties aren't known here: X-COLOUR"]:
            self.assertIn(words, said(plan))

    def test_relations(self):
        plan = plan_of_text(
            calendar(
                todo("UID:3", "SUMMARY:Deeper", "RELATED-TO;RELTYPE=PARENT:2"),
                todo("UID:1", "SUMMARY:Top", "RELATED-TO;RELTYPE=CHILD:2"),
                todo("UID:2", "SUMMARY:Middle"),
                todo("UID:4", "SUMMARY:With a date", "RELATED-TO:1", "DUE:20261205"),
                todo("UID:5", "SUMMARY:Lost", "RELATED-TO:9"),
                todo("UID:6", "SUMMARY:Brother", "RELATED-TO;RELTYPE=SIBLING:1"),
            )
        )
        self.assertEqual(
            lines_of(plan),
            [
                "Home: Top (Middle; Deeper)",
                "Home: With a date 2026-12-05",
                "Home: Lost",
                "Home: Brother",
            ],
        )
        self.assertEqual(notes_of(plan), {"With a date": "Part of: Top"})
        self.assertIn("task 5: What it is a part of isn't in the file", said(plan))
        self.assertIn("task 6: Its relation “sibling”", said(plan))

    def test_alarms(self):
        timed, weekly = ["DUE:20261212T100000"], "RRULE:FREQ=WEEKLY"
        for lines, trigger, reminders in [
            (timed, "TRIGGER:-PT90M", [90]),
            (timed, "TRIGGER;RELATED=END:PT0S", [0]),
            (timed, "TRIGGER:PT30M", ["2026-12-12 10:30"]),
            (timed, "TRIGGER;VALUE=DATE-TIME:20261203T080000Z", ["2026-12-03 09:00"]),
            ([*timed, "DTSTART:20261212T080000"], "TRIGGER:-PT30M", [150]),
            ([*timed, "DTSTART:20261212T080000"], "TRIGGER;RELATED=END:-PT30M", [30]),
            (["DUE;VALUE=DATE:20261212"], "TRIGGER:-PT15H", ["2026-12-11 09:00"]),
            (["DUE;VALUE=DATE:20261212", weekly], "TRIGGER:PT9H", ["2026-12-12 09:00"]),
            (["DTSTART:20261212T080000"], "TRIGGER:-PT30M", ["2026-12-12 07:30"]),
            ([*timed, weekly, "EXDATE:20261212T100000"], "TRIGGER:-P1D", [1440]),
        ]:
            with self.subTest(lines=lines, trigger=trigger):
                alarm = f"BEGIN:VALARM\nACTION:DISPLAY\n{trigger}\nEND:VALARM"
                plan = plan_of_todo(*lines, alarm)
                self.assertEqual(reminders_of(plan), {"A": reminders})
                kept_once = lines[-1] == weekly
                self.assertEqual("for the next time only" in said(plan), kept_once)

    def test_alarms_that_tell_no_moment_are_in_the_notes(self):
        for alarm, notes in [
            ("ACTION:NONE\nTRIGGER;VALUE=DATE-TIME:19760401T005545Z", {}),
            ("ACTION:DISPLAY\nTRIGGER:soon", {"A": "Reminder: soon"}),
            ("X-APPLE-PROXIMITY:ARRIVE", {"A": "Reminder: at a place (arrive)"}),
        ]:
            plan = plan_of_todo(f"BEGIN:VALARM\n{alarm}\nEND:VALARM")
            self.assertEqual((notes_of(plan), reminders_of(plan)), (notes, {}))


class FileTests(SimpleTestCase):
    def test_several_calendars_and_what_is_no_task(self):
        event = "BEGIN:VEVENT\nSUMMARY:Party\nEND:VEVENT"
        text = calendar(event, todo("SUMMARY:A")) + calendar(todo("SUMMARY:B"), name="Inbox")
        plan = plan_of_text(text)
        self.assertEqual(lines_of(plan), ["Home: A", "Inbox: B"])
        self.assertIn("It also holds events (1), which are skipped.", said(plan))

    def test_list_without_a_name_is_called_like_the_file(self):
        text = calendar(todo("SUMMARY:A")).replace("X-WR-CALNAME:Home\n", "")
        self.assertEqual(lines_of(plan_of_text(text, "lists/Work.ics")), ["Work: A"])

    def test_fold_within_a_character(self):
        raw = calendar(todo("SUMMARY:Müll")).encode().replace("ü".encode(), b"\xc3\r\n \xbc")
        plan = plan_of_text(raw)
        self.assertEqual(lines_of(plan), ["Home: Müll"])
        self.assertNotIn("Windows-1252", said(plan))

    def test_unreadable_calendars_say_so(self):
        whole = calendar(todo("SUMMARY:A"))
        deep = "BEGIN:VTODO\n" * 100_000
        zone = "TZID:X\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0000\n"
        for text, words in [
            (whole[:-5], "cut off"),
            (whole.replace("END:VTODO\n", ""), "cut off"),
            (calendar("BEGIN:VEVENT\nEND:VEVENT"), "no tasks"),
            (calendar(deep), "nested too deeply"),
            ("BEGIN:VCALENDAR\n" + "\n" * 1_500_001, "more lines"),
        ]:
            with self.subTest(words), self.assertRaisesMessage(Unreadable, words):
                plan_of_text(text)
        rule = f"BEGIN:VTIMEZONE\n{zone}TZOFFSETTO:+0100\nRRULE:FREQ=SECONDLY\nEND:STANDARD"
        hostile = calendar(rule + "\nEND:VTIMEZONE", todo("SUMMARY:A", "DUE;TZID=X:20261212T1000"))
        self.assertEqual(lines_of(plan_of_text(hostile)), ["Home: A"])
