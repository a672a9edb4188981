"""The tasks and steps in pasted lines."""

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
    def test_each_line_is_a_task_except_empty_ones(self):
        self.assertEqual(titles("Milk\r\n\r\n  \nBread\rEggs\n"), ["Milk", "Bread", "Eggs"])

    def test_bullets_numbers_and_checkboxes_are_removed(self):
        for line in ["- Milk", "* Milk", "• Milk", "+ Milk", "1. Milk", "1) Milk", "- [ ] Milk"]:
            with self.subTest(line):
                self.assertEqual(titles(line), ["Milk"])
        self.assertEqual(titles("[ ] Milk\n[] Bread\n[X] Eggs"), ["Milk", "Bread", "Eggs"])

    def test_bullets_of_other_programs_are_removed(self):
        glyphs = "•◦▪▫‣·・⁃∙\uf0b7\uf0a7\uf0d8"
        of_word = [f"{letter}\tMilk" for letter in "·o§vqØü"]
        lines = [f"{glyph}{blank}Milk" for glyph in glyphs for blank in ["", " ", "\t", "\u00a0"]]
        lines += [*of_word, "● Milk", "■ Milk", "– Milk", "— Milk", "\t·\t Milk"]
        for line in lines:
            with self.subTest(line):
                self.assertEqual(read(line), [("Milk", False, [])])

    def test_checked_boxes_are_completed_tasks(self):
        said = {"☐□○◻▢◯⬜": False, "☑☒✅✓✔🗹\uf0fe\uf0fd": True}
        boxes = {box: done for glyphs, done in said.items() for box in glyphs}
        boxes |= {"[ ]": False, "[]": False, "[\u00a0]": False, "[x]": True, "[X]": True}
        boxes |= {"[✓]": True, "☑\ufe0f": True, "✔\ufe0f": True}
        for box, done in boxes.items():
            before_all = ["", "- ", "• ", "1. ", "·\t"]
            if box.startswith("["):
                before_all += ["-", "*", "+", "–", "1.", "1)"]
            for before in before_all:
                with self.subTest(before + box):
                    self.assertEqual(read(f"{before}{box} Milk"), [("Milk", done, [])])
                    self.assertEqual(read(f"Cake\n  {before}{box}  Milk")[0][2], [("Milk", done)])
        for box in ["[x]", "[ ]", "☑", "☐", "✓", "✅\ufe0f"]:
            with self.subTest(box):
                self.assertEqual(titles(f"{box}Milk"), ["Milk"])

    def test_numbering_counts_up_from_one(self):
        for lines, words in [
            ("1. Milk\n2. Bread\n3. Eggs", "Milk Bread Eggs"),
            ("1) Milk\n\nJam\n2) Bread", "Milk Jam Bread"),
            ("1. Milk\n1. Bread\n1. Eggs", "Milk Bread Eggs"),  # as Markdown has it, too
            ("1. Milk\n2. Bread\n1. Jam\n2. Eggs", "Milk Bread Jam Eggs"),
            ("1. [ ] Milk\n2. [x] Bread", "Milk Bread"),
            ("1. May bank holiday\n2. Feed the cat", "May bank holiday Feed the cat"),
        ]:
            with self.subTest(lines):
                self.assertEqual(" ".join(titles(lines)), words)
        ten = "\n".join(f"{n:2}. Task{n}" for n in range(1, 12))
        self.assertEqual(titles(ten), [f"Task{n}" for n in range(1, 12)])

    def test_steps_are_numbered_by_themselves(self):
        text = "1. Cake\n   1. Eggs\n   2. Milk\n2. Party\n   1) Hats\n   2) Games\n3. Bed"
        self.assertEqual(
            read(text),
            [
                ("Cake", False, [("Eggs", False), ("Milk", False)]),
                ("Party", False, [("Hats", False), ("Games", False)]),
                ("Bed", False, []),
            ],
        )

    def test_number_out_of_sequence_stays_in_the_line(self):
        for lines in [
            ["24. Dezember Feier"],
            ["24. December party", "31. December party"],
            ["Milk", "24. Dezember Feier", "25. Dezember Oma"],
            ["1. Dezember Feier"],
            ["1. 12. Feier"],
            ["1. 12. Feier", "2. 12. Oma", "3. 1. Ski"],
            ["1. December choir", "2. December market", "3. December: bake"],
            ["3. Milk", "4. Bread"],
            ["12) Milk"],
            ["2. Bundesliga schauen"],
            ["0. Milk"],
        ]:
            with self.subTest(lines):
                self.assertEqual(titles("\n".join(lines)), lines)
        self.assertEqual(titles("1. Milk\n24. Dezember Feier"), ["Milk", "24. Dezember Feier"])
        self.assertEqual(titles("1. Milk\n2) Bread"), ["Milk", "2) Bread"])

    def test_text_that_resembles_a_bullet_stays(self):
        lines = ["-5 degrees", "3.5 km", "*really* now", "1.Milk", "1234. Milk", "2026"]
        lines += ["[draft] Letter", "(1) Milk", "--", "x Milk", "o Milk", "—Milk", "§ 5 BGB"]
        lines += ["[x](https://example.org) read", "[ ](https://example.org)", "[x]: see below"]
        lines += ["-[x](https://example.org)", "*[x](y)*", "v Milk", "Ø Milk", "-[draft] Letter"]
        lines += ["○○さんに電話", "□□の件", "●●", "✗ Milk", "[-] Milk", "\uf8ff Milk"]
        for line in lines:
            with self.subTest(line):
                self.assertEqual(titles(line), [line])

    def test_bullet_alone_is_no_task(self):
        self.assertEqual(titles("-\n* \n- [ ]\nMilk"), ["Milk"])

    def test_indented_lines_are_steps_at_any_depth(self):
        text = "- Cake\n  - Eggs\n      - of hens\n\t- Milk\n- Party"
        steps = [("Eggs", False), ("of hens", False), ("Milk", False)]
        self.assertEqual(read(text), [("Cake", False, steps), ("Party", False, [])])

    def test_common_indentation_is_ignored(self):
        cake = [("Cake", False, [("Eggs", False)]), ("Party", False, [])]
        for indent in ["    ", "\t", "\u00a0"]:
            for end in ["\n", "\r\n"]:
                with self.subTest(indent=indent, end=end):
                    lines = [indent + "Cake", "", indent + "  Eggs", indent + "Party"]
                    self.assertEqual(read(end.join(lines)), cake)

    def test_tab_equals_four_spaces(self):
        self.assertEqual(titles("    Cake\n\tParty"), ["Cake", "Party"])
        self.assertEqual(read("Cake\n\tEggs"), [("Cake", False, [("Eggs", False)])])

    def test_bullet_may_be_followed_by_any_space(self):
        self.assertEqual(titles("•\tMilk\n-\u00a0Bread\n1.  [x]  Eggs"), ["Milk", "Bread", "Eggs"])

    def test_only_one_bullet_is_removed(self):
        self.assertEqual(titles("- 5 - 3 = 2\n1. 2) of 3 [x] "), ["5 - 3 = 2", "2) of 3 [x]"])

    def test_less_indented_line_begins_another_task(self):
        self.assertEqual(titles("  Cake\nParty\n  Balloons"), ["Cake", "Party"])

    def test_ticked_boxes_are_done(self):
        text = "[x] Cake\n  - [X] Eggs\n  - [ ] Milk"
        self.assertEqual(read(text), [("Cake", True, [("Eggs", True), ("Milk", False)])])

    def test_line_numbers_are_known(self):
        (cake,) = pasted.read("\n\nCake\n\n  Eggs")
        self.assertEqual((cake.number, cake.steps[0].number), (3, 5))

    def test_only_nonempty_lines_are_counted(self):
        self.assertEqual(pasted.count("Milk\r\n\r\n  \n\u200b\nBread\n"), 2)

    def test_empty_text_has_no_tasks(self):
        for text in ["", " \n\t\r\n", "\ufeff"]:
            self.assertEqual((pasted.read(text), pasted.count(text)), ([], 0))

    def test_invisible_line_is_no_task(self):
        self.assertEqual(titles("\ufeff- Milk\n\u200b\n- \u200b\nBread"), ["Milk", "Bread"])

    def test_unstorable_line_is_not_skipped(self):
        self.assertEqual((titles("Milk\n\x00"), pasted.count("Milk\n\x00")), (["Milk", "\x00"], 2))
