"""What pasted lines become."""

from unittest import TestCase

from tasks.quickadd import pasted


def read(text):
    """Return (title, done, [(title, done) of its steps]) of each task."""
    return [
        (task.title, task.done, [(step.title, step.done) for step in task.steps])
        for task in pasted.read(text)
    ]


def titles(text):
    return [task.title for task in pasted.read(text)]


class PastedTests(TestCase):
    def test_each_line_is_a_task_and_blank_ones_are_none(self):
        self.assertEqual(titles("Milk\r\n\r\n  \nBread\rEggs\n"), ["Milk", "Bread", "Eggs"])

    def test_bullets_numbers_and_boxes_go(self):
        for line in ["- Milk", "* Milk", "• Milk", "+ Milk", "1. Milk", "12) Milk", "- [ ] Milk"]:
            with self.subTest(line):
                self.assertEqual(titles(line), ["Milk"])
        self.assertEqual(titles("[ ] Milk\n[] Bread\n[X] Eggs"), ["Milk", "Bread", "Eggs"])

    def test_what_only_begins_like_a_bullet_stays(self):
        lines = ["-5 degrees", "3.5 km", "*really* now", "1.Milk", "1234. Milk", "2026"]
        for line in [*lines, "[x]Milk", "[draft] Letter", "(1) Milk", "--", "x Milk"]:
            with self.subTest(line):
                self.assertEqual(titles(line), [line])

    def test_bullet_alone_is_no_task(self):
        self.assertEqual(titles("-\n* \n- [ ]\nMilk"), ["Milk"])

    def test_indented_lines_are_steps_however_far(self):
        text = "- Cake\n  - Eggs\n      - of hens\n\t- Milk\n- Party"
        steps = [("Eggs", False), ("of hens", False), ("Milk", False)]
        self.assertEqual(read(text), [("Cake", False, steps), ("Party", False, [])])

    def test_common_indentation_means_nothing(self):
        cake = [("Cake", False, [("Eggs", False)]), ("Party", False, [])]
        for indent in ["    ", "\t", "\u00a0"]:
            for end in ["\n", "\r\n"]:
                with self.subTest(indent=indent, end=end):
                    lines = [indent + "Cake", "", indent + "  Eggs", indent + "Party"]
                    self.assertEqual(read(end.join(lines)), cake)

    def test_tab_is_as_far_in_as_four_blanks(self):
        self.assertEqual(titles("    Cake\n\tParty"), ["Cake", "Party"])
        self.assertEqual(read("Cake\n\tEggs"), [("Cake", False, [("Eggs", False)])])

    def test_bullet_may_be_followed_by_any_blank(self):
        self.assertEqual(titles("•\tMilk\n-\u00a0Bread\n1.  [x]  Eggs"), ["Milk", "Bread", "Eggs"])

    def test_one_bullet_goes_and_what_else_is_in_the_line_stays(self):
        self.assertEqual(titles("- 5 - 3 = 2\n1. 2) of 3 [x] "), ["5 - 3 = 2", "2) of 3 [x]"])

    def test_line_further_out_begins_another_task(self):
        self.assertEqual(titles("  Cake\nParty\n  Balloons"), ["Cake", "Party"])

    def test_ticked_boxes_are_done(self):
        text = "[x] Cake\n  - [X] Eggs\n  - [ ] Milk"
        self.assertEqual(read(text), [("Cake", True, [("Eggs", True), ("Milk", False)])])

    def test_knows_where_each_line_stood(self):
        (cake,) = pasted.read("\n\nCake\n\n  Eggs")
        self.assertEqual((cake.number, cake.steps[0].number), (3, 5))

    def test_counts_the_lines_that_hold_something(self):
        self.assertEqual(pasted.count("Milk\r\n\r\n  \n\u200b\nBread\n"), 2)

    def test_nothing_is_nothing(self):
        for text in ["", " \n\t\r\n", "\ufeff"]:
            self.assertEqual((pasted.read(text), pasted.count(text)), ([], 0))

    def test_what_cannot_be_seen_is_no_task_and_hides_no_bullet(self):
        self.assertEqual(titles("\ufeff- Milk\n\u200b\n- \u200b\nBread"), ["Milk", "Bread"])

    def test_what_cannot_be_kept_is_not_passed_over(self):
        self.assertEqual((titles("Milk\n\x00"), pasted.count("Milk\n\x00")), (["Milk", "\x00"], 2))
