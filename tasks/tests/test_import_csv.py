"""A CSV file of any program: its reading, the questions about its columns, and the command."""

import json
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.management import CommandError, call_command
from django.test import SimpleTestCase, TestCase

from accounts.tests.people import add_user
from tasks.importing import mapping as mappings
from tasks.importing.files import File, Unreadable
from tasks.importing.products import PRODUCTS, products_of
from tasks.importing.reading import READERS
from tasks.importing.tables import table_of
from tasks.importing.vocabulary import is_done, priority
from tasks.importing.written import NotRead, day_and_time, time_of_day
from tasks.models import ColumnMapping, ImportPlan
from tasks.tests.imported import lines_of, notes_of, plan_of_text, raw_sample, said
from tasks.tests.pages import messages_of
from tasks.tests.test_import import URL, as_file
from tasks.tests.test_import_hostile import packed
from todosite.tests.html import hidden, one, select, words

GERMAN = raw_sample("generic/reminders-semicolon-cp1252.csv")
TABS = raw_sample("generic/excel-utf16-tab.csv")
COLUMNS = f"{URL}columns/"


def guess_of(text):
    raw = text if isinstance(text, bytes) else text.encode()
    return mappings.guess(table_of(File("any", raw)))


class CellTests(SimpleTestCase):
    def read(self, cell, order=""):
        """Return the day, time and moment of a cell as one text, or why it can't be read."""
        try:
            day, clock, moment = day_and_time(cell, order)
        except NotRead as error:
            return str(error)
        return " ".join(str(part) for part in (day, clock, moment and moment.utcoffset()) if part)

    def test_dates_are_read_as_a_whole(self):
        for cell, expected in {
            "2026-12-05": "2026-12-05",
            "2026/12/5 9:05": "2026-12-05 09:05:00",
            "20261205": "2026-12-05",
            "Saturday, December 5, 2026 9:00 AM": "2026-12-05 09:00:00",
            "5 Dec 2026": "2026-12-05",
            "05-Dec-2026 12:15 a.m.": "2026-12-05 00:15:00",
            "2026-12-05T10:00:00.0000000+01:00": "2026-12-05 10:00:00 1:00:00",
            "12/12/2026": "2026-12-12",
            "01/02/2026": "It doesn't say whether the day or the month comes first.",
            "2026-02-30": "This day or time doesn't exist.",
            "2026-12-05 25:00": "This day or time doesn't exist.",
            "2026-12-05 9": "It isn't a time.",
            "5. Dezember 2026": "It isn't a date.",
            "0026-12-05": "This day is too far away.",
        }.items():
            with self.subTest(cell):
                self.assertEqual(self.read(cell), expected)

    def test_order_says_what_the_numbers_are(self):
        self.assertEqual(self.read("01/02/2026", "day"), "2026-02-01")
        self.assertEqual(self.read("1.2.26 18.30 Uhr", "day"), "2026-02-01 18:30:00")
        self.assertEqual(self.read("01/02/2026 6:30 PM", "month"), "2026-01-02 18:30:00")
        self.assertEqual(self.read("31/12/2026", "month"), "This day or time doesn't exist.")

    def test_times_priorities_and_states_are_read_in_many_languages(self):
        self.assertEqual(str(time_of_day("5:30 pm")), "17:30:00")
        self.assertRaises(NotRead, time_of_day, "noon")
        levels = [priority(word) for word in ["Hoch", "!!", "p3", "None", "1", "Basse"]]
        self.assertEqual(levels, [3, 2, 1, 0, None, 1])
        states = [is_done(word) for word in ["Ja", "☐", "In Progress", "Cancelled", "perhaps"]]
        self.assertEqual(states, [True, False, False, True, None])


class TableTests(SimpleTestCase):
    def test_delimiter_encoding_and_header_are_found(self):
        for text, expected in {
            "Task;Due\na, b;1": (";", True, "Task Due"),
            "sep=|\r\nTask|Due\r\nMilk|": ("|", True, "Task Due"),
            "Tasks of Ann\n\nList;Title\nHome;Milk\n;Bread": (";", True, "List Title"),
            "Milk,2026-12-05\nBread,": (",", False, "Column 1 Column 2"),
            "Foo,Bar\nMilk,2026-12-05": (",", True, "Foo Bar"),
            "Task,Due,Due\nMi\0lk,,2026-12-05": (",", True, "Task Due Due (3)"),
        }.items():
            with self.subTest(text):
                table = table_of(File("any", text.encode()))
                names = " ".join(column.name for column in table.columns)
                self.assertEqual((table.delimiter, table.has_header, names), expected)

    def test_utf16_needs_no_mark(self):
        for encoding in ["utf-16-le", "utf-16-be"]:
            plan = plan_of_text("Task\tDue\nÜber\t2026-12-05\n".encode(encoding))
            self.assertEqual(lines_of(plan), ["Inbox: Über 2026-12-05"])

    def test_other_texts_are_no_tables(self):
        for text in ["Hello, you\nand you", "", '{"a": 1,\n"b": 2}', "<p>a,b", "a,b\0,c\n" * 9]:
            with self.subTest(text):
                self.assertIsNone(table_of(File("any", text.encode())))

    def test_each_column_has_a_guess(self):
        head = "Subject,Deadline,Due Date,Priority,Project,Section,Labels,Status,Owner,Empty"
        cells = "Milk,2026-12-01,2026-12-05,High,Home,Kitchen,a b,Done,Ann,"
        fields = guess_of(f"{head}\n{cells}").columns
        expected = "title extra due priority list section tags done extra skip"
        self.assertEqual(" ".join(fields), expected)

    def test_order_of_day_and_month_needs_a_proof(self):
        for cells, expected in {
            "12/31/2026 01/02/2027": "month",
            "31/12/2026 01/02/2027": "day",
            "01.02.2027": "day",
            "01/02/2027 02/03/2027": "",
            "31/12/2026 12/31/2026 01/02/2027": "",
        }.items():
            with self.subTest(cells):
                self.assertEqual(mappings.order_in(cells.split()), expected)

    def test_spreadsheets_and_other_files_are_answered_in_words(self):
        for raw, expected in {
            b"%PDF-1.7": "This is a PDF. Export your tasks as CSV",
            b"<!DOCTYPE html><p>a,b": "This is a web page.",
            b"Hello": "This is no file that can be imported.",
            b'[{"what": 1}]': "This is JSON of a kind that isn't known here.",
        }.items():
            with self.subTest(raw), self.assertRaisesMessage(Unreadable, expected):
                plan_of_text(raw)


class RowTests(SimpleTestCase):
    def test_german_table_becomes_its_rows(self):
        plan = plan_of_text(GERMAN)
        self.assertEqual(
            lines_of(plan),
            [
                "Haushalt: Müll rausbringen high 2026-12-05",
                "Haushalt: Größe messen 2026-12-31 18:30 ✓2026-12-01T11:00:00",
                "Inbox: Zahlen: 1,5 m low",
            ],
        )
        self.assertEqual(
            notes_of(plan),
            {"Müll rausbringen": "gelbe Tonne", "Zahlen: 1,5 m": "Komma, im Text"},
        )
        self.assertEqual(
            said(plan),
            "The file: It isn't UTF-8, so it was read as Windows-1252.\nThe column “Erledigt”: It"
            " doesn't say when a task was completed. Today is taken for it.",
        )

    def test_month_is_first_where_another_date_proves_it(self):
        expected = ["Inbox: Überweisung 2026-12-31", "Inbox: Call back 2027-01-02"]
        self.assertEqual(lines_of(plan_of_text(TABS)), expected)

    def test_cells_that_cannot_be_read_go_to_the_notes_with_their_row(self):
        text = (
            "Title,Due,Time,Priority,Done,Mood\n"
            "A,soon,,7,perhaps,good\n"
            "B,46357,,High,yes,\n"
            "C,tomorrow at 9am,,,,\n"
            "D,,17:00,,,\n"
            "E,2026-12-05,17:00,,waiting,\n"
            ",,,,,lost\n"
        )
        plan = plan_of_text(text)
        self.assertEqual(
            lines_of(plan),
            [
                "Inbox: A",
                "Inbox: B high ✓2026-12-01T11:00:00",
                "Inbox: C 2026-12-02 09:00",
                "Inbox: D",
                "Inbox: E 2026-12-05 17:00",
                "Inbox: Untitled",
            ],
        )
        self.assertEqual(notes_of(plan)["A"], "Due: soon\nPriority: 7\nDone: perhaps\nMood: good")
        for expected in [
            "The column “Mood”: It has no place of its own, so the notes have it.",
            "line 2: Due “soon”: It isn't a date. The notes have it.",
            "line 2: Priority “7”: It isn't known whether this is high or low.",
            "line 2: Done “perhaps”: It says neither done nor open, so the task is open.",
            "line 3: Due “46357”: It isn't a date. It looks like Excel's number of a day",
            "line 5: Time “17:00”: A time needs a date.",
            "line 6: Done “waiting”: Todosite has no such state.",
        ]:
            self.assertIn(expected, said(plan))

    def test_state_counts_beside_a_day_of_completion(self):
        text = (
            "Title,Done,Completed at\nA,no,2026-11-01\nB,yes,2026-11-01\n"
            "C,cancelled,2026-11-01\nD,perhaps,2026-11-01\n"
        )
        plan = plan_of_text(text)
        completed = "✓2026-11-01T11:00:00"
        self.assertEqual(
            lines_of(plan),
            ["Inbox: A", *(f"Inbox: {title} {completed}" for title in "BCD")],
        )
        self.assertEqual(
            said(plan),
            "line 2: It has a day of completion and isn't done, so it is open.\n"
            "line 4: Done “cancelled”: Todosite has no such state. The notes have it.\n"
            "line 5: Done “perhaps”: It says neither done nor open, so its day of completion"
            " counts. The notes have it.",
        )

    def test_moments_become_days_and_times_of_the_user(self):
        text = (
            "Title,Due,Completed at\n"
            "A,2026-12-04T23:30:00Z,2026-11-01T09:00:00Z\n"
            "B,2026-12-05T00:00:00Z,2026-11-01\n"
            "C,0001-01-01T00:00:00Z,\n"
        )
        self.assertEqual(
            lines_of(plan_of_text(text)),
            [
                "Inbox: A 2026-12-05 00:30 ✓2026-11-01T09:00:00",
                "Inbox: B 2026-12-05 ✓2026-11-01T11:00:00",
                "Inbox: C",
            ],
        )

    def test_repeats_are_read_whole_or_not_at_all(self):
        text = (
            "Title,Due,Repeat\n"
            "A,2026-12-31,FREQ=WEEKLY\n"
            "B,2026-12-07,every monday\n"
            "C,2026-12-07,FREQ=WEEKLY;TT_SKIP=HOLIDAY\n"
            "D,2026-12-07,now and then\n"
            "E,,FREQ=DAILY\n"
        )
        plan = plan_of_text(text)
        self.assertEqual(
            lines_of(plan),
            [
                "Inbox: A 2026-12-31 FREQ=WEEKLY",
                "Inbox: B 2026-12-07 FREQ=WEEKLY;BYDAY=MO",
                "Inbox: C 2026-12-07",
                "Inbox: D 2026-12-07",
                "Inbox: E",
            ],
        )
        self.assertEqual(notes_of(plan)["D"], "Repeat: now and then")
        self.assertIn("line 4: Repeat “FREQ=WEEKLY;TT_SKIP=HOLIDAY”: ", said(plan))
        self.assertIn("line 6: Repeat “FREQ=DAILY”: A repeat needs a date.", said(plan))

    def test_parts_are_named_by_id_or_title_and_may_stand_first(self):
        text = (
            "Id,Title,Parent,Due\n"
            "3,Cake,2,\n"
            "2,Party,,2026-12-05\n"
            "4,Invite,Party,2026-12-02\n"
            "5,Lost,9,\n"
            "6,Ring,6,\n"
        )
        plan = plan_of_text(text)
        self.assertEqual(
            lines_of(plan),
            [
                "Inbox: Party 2026-12-05 (Cake)",
                "Inbox: Invite 2026-12-02",
                "Inbox: Lost",
                "Inbox: Ring",
            ],
        )
        self.assertEqual(notes_of(plan), {"Invite": "Part of: Party"})
        self.assertIn("line 5: ", said(plan))
        self.assertIn("line 6: ", said(plan))

    def test_part_that_names_no_list_is_in_that_of_its_whole(self):
        file = "Task ID,Name,Projects,Parent task,Due Date\n3,Deep,,Cake,2026-12-06\n"
        file += "2,Cake,,Party,2026-12-05\n1,Party,Home,,\n4,Loop,,Loop,2026-12-05\n"
        plan = plan_of_text(file)
        lines = ["Home: Party", "Home: Cake 2026-12-05", "Home: Deep 2026-12-06"]
        lines.append("Inbox: Loop 2026-12-05")
        self.assertEqual(lines_of(plan), lines)

    def test_tags_and_steps_are_taken_apart(self):
        text = 'Title,Tags,Steps\nA,"#x, on the phone; y","[x] One\n- Two"\nB,#p @q,\nC,r s,\n'
        self.assertEqual(
            lines_of(plan_of_text(text)),
            ["Inbox: A #x #on-the-phone #y (✓One; Two)", "Inbox: B #p #q", "Inbox: C #r-s"],
        )


class PageTests(TestCase):
    def setUp(self):
        self.ann = add_user(time_zone="Europe/Berlin")
        self.client.force_login(self.ann)

    def choose(self, text, name="any.csv"):
        return self.client.post(URL, {"file": as_file(text, name)}, follow=True)

    def fields(self):
        """Return the fields that the form of the columns sends, unanswered."""
        form = one(self.client.get(COLUMNS), "form[action$='/columns/'][method=post]")
        chosen = {box.get("name"): box.get("value") for box in select(form, "[checked]")}
        for box in select(form, "select"):
            marked = select(box, "option[selected]")
            chosen[box.get("name")] = marked[0].get("value") if marked else ""
        return hidden(form) | chosen

    def map(self, **fields):
        return self.client.post(COLUMNS, self.fields() | fields, follow=True)

    def add(self):
        form = one(self.client.get(URL), "form[action$='/add/']")
        return self.client.post(f"{URL}add/", hidden(form) | {"next": ""})

    def test_columns_are_shown_with_examples_before_anything_is_read(self):
        page = words(self.choose(GERMAN))
        for expected in [
            "What do these columns contain?",
            "any.csv: Windows-1252, semicolons between the cells, 3 rows. Nothing is imported yet.",
            "“Müll rausbringen”, “Größe messen”, “Zahlen: 1,5 m” – 3 rows",
            "Priority “Hoch”",
        ]:
            self.assertIn(expected, page)
        self.assertEqual(self.fields()["column_2"], "due")
        self.assertNotIn("form[action$='/add/']", page)
        self.client.post(f"{URL}add/", {"digest": ImportPlan.objects.get().digest, "there": "0"})
        self.assertEqual(self.ann.tasks.count(), 0)

    def test_mapping_leads_to_the_preview_and_is_remembered(self):
        self.choose(GERMAN)
        page = words(self.map(column_1="skip"))
        self.assertIn("Import 3 tasks", page)
        self.assertIn("Fälligkeit Due date", page)
        self.assertIn("The column “Notizen”: It is left out, as you chose.", page)
        self.add()
        done = self.ann.tasks.get(completed_at__isnull=False)
        self.assertEqual((str(done), str(done.due_date)), ("Größe messen", "2026-12-31"))
        self.assertEqual(ColumnMapping.objects.get().user, self.ann)
        head, *rows = GERMAN.decode("cp1252").splitlines()
        turned = [";".join(reversed(row.split(";"))) for row in [head, *rows]]
        page = words(self.choose("\n".join(turned)))
        self.assertIn("We filled in what you chose the last time", page)
        self.assertEqual((self.fields()["column_4"], self.fields()["column_3"]), ("skip", "due"))

    def test_second_import_selects_nothing(self):
        self.choose(GERMAN)
        self.map()
        self.add()
        self.choose(GERMAN)
        page = words(self.map())
        self.assertIn("You already have everything in this file.", page)
        self.assertIn("Also import 3 duplicates", page)

    def test_order_is_asked_where_no_date_proves_it(self):
        self.choose("Title,Due\nA,01/02/2027\n")
        page = self.map()
        self.assertIn("“01/02/2027” could be two days. Choose what comes first.", words(page))
        self.assertEqual(page.status_code, 422)
        self.map(order="day")
        self.add()
        self.assertEqual(str(self.ann.tasks.get().due_date), "2027-02-01")

    def test_unknown_priorities_are_asked(self):
        self.choose("Title,Priority\nA,1\nB,2\nC,Low\n")
        self.assertEqual(self.fields()["priority_1_2"], "1")
        self.assertIn("Choose what “1” means.", words(self.map()))
        self.map(priority_1_0="3", priority_1_1="keep")
        self.add()
        found = list(self.ann.tasks.order_by("pk").values_list("title", "priority", "description"))
        self.assertEqual(found, [("A", 3, ""), ("B", 0, "Priority: 2"), ("C", 1, "")])

    def test_mistakes_stand_by_their_columns(self):
        self.choose("Title,Due,Name\nA,2026-12-05,B\n")
        page = words(self.map(column_2="title"))
        self.assertIn("“Title” is this, too. Choose another field for one of the two.", page)
        self.assertIn("Choose which column is the title.", words(self.map(column_0="skip")))

    def test_table_can_be_cut_in_another_way(self):
        self.choose("Foo,Bar\nMilk,2026-12-05\n")
        form = words(self.client.get(COLUMNS, {"delimiter": ",", "header": "0"}))
        self.assertIn("“Foo”, “Milk” – 2 rows", form)
        self.assertEqual(self.client.get(COLUMNS, {"delimiter": "xy"}).status_code, 200)

    def test_only_table_of_a_zip_is_asked_about(self):
        raw = packed(README__txt="Hello", tasks__csv="Task,Due\nMilk,2026-12-05\n")
        self.assertIn("What do these columns contain?", words(self.choose(raw, "any.zip")))
        self.map()
        self.add()
        self.assertEqual(str(self.ann.tasks.get().due_date), "2026-12-05")
        raw = packed(a__csv="Task,Due\nMilk,\n", b__csv="Task,Due\nBread,\n")
        self.assertIn("This ZIP file has several tables.", words(self.choose(raw, "two.zip")))

    def test_kind_can_be_changed_on_the_preview(self):
        self.choose(raw_sample("todoist/Old export.csv"))
        page = self.client.get(URL)
        fields = hidden(one(page, "form[action$='/kind/']"))
        answer = self.client.post(f"{URL}kind/", fields | {"kind": "todosite-json"})
        self.assertIn("This file can't be read as Todosite (JSON).", words(answer))
        self.assertEqual(ImportPlan.objects.get().file_kind, "todoist")
        answer = self.client.post(f"{URL}kind/", fields | {"kind": "csv"}, follow=True)
        self.assertIn("What do these columns contain?", words(answer))

    def test_waiting_table_of_another_user_is_not_asked_about(self):
        self.choose(GERMAN)
        self.client.force_login(add_user("ben@example.org"))
        self.assertRedirects(self.client.get(COLUMNS), URL)
        self.assertRedirects(self.client.post(f"{URL}kind/", {"kind": "csv"}), URL)
        self.assertEqual(messages_of(self.client.get(URL)), [])


class CommandTests(TestCase):
    def setUp(self):
        self.ann = add_user("ann@example.org", time_zone="Europe/Berlin")
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "tasks.csv"

    def run_with(self, text, *options):
        raw = text if isinstance(text, bytes) else text.encode()
        self.path.write_bytes(raw)
        out = StringIO()
        call_command("import_tasks", "ann@example.org", str(self.path), *options, stdout=out)
        return out.getvalue()

    def test_map_says_what_the_columns_are(self):
        text = "Subject,Deadline,Notes, more\nMilk,2026-12-05,fresh\n"
        said = self.run_with(text, "--map", "title=Subject,due=deadline", "--map", "notes=Notes")
        self.assertIn("- Milk (line 2, Inbox, Sat 5 Dec, notes)", said)
        self.assertIn("Added 1 open tasks to ann@example.org.", said)
        task = self.ann.tasks.get()
        self.assertEqual((str(task.due_date), task.description), ("2026-12-05", "fresh"))

    def test_report_can_be_json(self):
        said = self.run_with(
            GERMAN, "--map", "title=#1,due=#3,done=Erledigt", "--json", "--dry-run"
        )
        report = json.loads(said)
        self.assertEqual((report["added"], report["counts"]["open"]), (False, 2))
        self.assertEqual(report["tasks"][0]["due_date"], "2026-12-05")
        self.assertEqual(report["columns"]["Liste"], "A line in the notes")
        self.assertEqual(self.ann.tasks.count(), 0)

    def test_last_mapping_is_used_without_another_one(self):
        table = table_of(File("any", GERMAN))
        content = mappings.to_remember(mappings.guess(table), table)
        ColumnMapping.objects.keep(self.ann, mappings.signature(table), content)
        self.assertIn("Added 2 open tasks, 1 completed tasks", self.run_with(GERMAN))

    def test_guess_is_taken_on_request_and_by_a_dry_run(self):
        said = self.run_with(GERMAN, "--dry-run")
        self.assertIn("How the columns were read\n- Titel: Title\n", said)
        self.assertEqual(self.ann.tasks.count(), 0)
        self.run_with(GERMAN, "--map", "guess")
        self.assertEqual(self.ann.tasks.get(priority=3).title, "Müll rausbringen")
        self.run_with(raw_sample("todoist/Old export.csv"), "--map", "guess")
        self.assertTrue(self.ann.tasks.filter(title="Arzt anrufen").exists())

    def test_errors_say_what_to_add(self):
        ambiguous = "Subject,Deadline\nMilk,01/02/2027\n"
        mapped = ["--map", "title=Subject,due=Deadline"]
        for expected, text, options in [
            ('--map guess takes: --map "title=Subject,due=Deadline"', ambiguous, []),
            ("Add --dates day-first or --dates month-first.", ambiguous, mapped),
            (
                "There is no column “Topic”. There are “Subject”",
                ambiguous,
                ["--map", "title=Topic"],
            ),
            ("There is no field “what”.", ambiguous, ["--map", "what=Subject"]),
            ("--map needs title=COLUMN", ambiguous, ["--map", "due=Deadline"]),
            ("--map takes FIELD=COLUMN", ambiguous, ["--map", "Subject"]),
            ("names two columns as “title”", ambiguous, ["--map", "title=#1,title=#2"]),
            ("--priorities takes WORD=PRIORITY", ambiguous, [*mapped, "--priorities", "1"]),
            ("There is no format “xlsx”.", ambiguous, ["--format", "xlsx"]),
            ("can't be read as Todoist", ambiguous, ["--format", "todoist"]),
        ]:
            with self.subTest(expected), self.assertRaises(CommandError) as raised:
                self.run_with(text, *options)
            self.assertIn(expected, str(raised.exception))
        self.run_with(ambiguous, *mapped, "--dates", "month-first", "--priorities", "1=high")
        self.assertEqual(str(self.ann.tasks.get().due_date), "2027-01-02")


class HelpTests(TestCase):
    def test_each_format_is_explained(self):
        explained = {key for product in PRODUCTS for key in product.keys}
        self.assertLessEqual(set(READERS), explained)

    def test_page_says_how_each_file_is_made_and_whether_that_is_verified(self):
        page = words(self.client.get("/import/"))
        self.assertIn("Todoist You need a ZIP file of all projects", page)
        self.assertIn("From the product's own pages , 30 November 2026.", page)
        self.assertIn("Not verified: we found no public help page on 30 November 2026.", page)
        self.assertIn("Create an account", page)
        self.client.force_login(add_user())
        self.assertIn("Choose a file", words(self.client.get("/import/")))
        for url in ["/settings/", "/inbox/", URL]:
            with self.subTest(url):
                self.assertTrue(select(self.client.get(url), "a[href='/import/']"))

    def test_products_without_a_reader_are_not_promised(self):
        names = [product.name for product in products_of({"trello"})]
        self.assertEqual(names, ["Trello"])
