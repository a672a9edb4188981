"""What pasted lines become."""

from unittest import TestCase

from tasks import pasted


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
        self.assertEqual(titles("[ ] Milk\n[] Bread"), ["Milk", "Bread"])

    def test_what_only_begins_like_a_bullet_stays(self):
        for line in ["-5 degrees", "3.5 km", "*really* now", "1.Milk", "[draft] Letter", "2026"]:
            with self.subTest(line):
                self.assertEqual(titles(line), [line])

    def test_bullet_alone_is_no_task(self):
        self.assertEqual(titles("-\n* \n- [ ]\nMilk"), ["Milk"])

    def test_indented_lines_are_steps_however_far(self):
        text = "- Cake\n  - Eggs\n      - of hens\n\t- Milk\n- Party"
        steps = [("Eggs", False), ("of hens", False), ("Milk", False)]
        self.assertEqual(read(text), [("Cake", False, steps), ("Party", False, [])])

    def test_common_indentation_means_nothing(self):
        self.assertEqual(read("    Cake\n      Eggs"), [("Cake", False, [("Eggs", False)])])

    def test_line_further_out_begins_another_task(self):
        self.assertEqual(titles("  Cake\nParty\n  Balloons"), ["Cake", "Party"])

    def test_ticked_boxes_are_done(self):
        text = "[x] Cake\n  - [X] Eggs\n  - [ ] Milk"
        self.assertEqual(read(text), [("Cake", True, [("Eggs", True), ("Milk", False)])])

    def test_knows_where_each_line_stood(self):
        (cake,) = pasted.read("\n\nCake\n\n  Eggs")
        self.assertEqual((cake.number, cake.steps[0].number), (3, 5))

    def test_counts_the_lines_that_hold_something(self):
        self.assertEqual(pasted.count("Milk\n\n  \nBread"), 2)
