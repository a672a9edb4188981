from unittest import TestCase
from xml.etree import ElementTree

from accounts.text import legible, page_in, unix_lines, unstorable


class UnstorableTests(TestCase):
    def test_first_unstorable_character_is_named(self):
        self.assertEqual(unstorable("a\x00b\x07"), "U+0000")
        self.assertEqual(unstorable("bell\x07"), "U+0007")
        self.assertEqual(unstorable("half \ud83d"), "U+D83D")
        self.assertEqual(unstorable("\ufffe"), "U+FFFE")

    def test_every_language_and_emoji_can_be_stored(self):
        self.assertEqual(unstorable("é ß 日本語 עברית 👩‍👩‍👧 \t\r\n\x85\u2028 \U0010ffff"), "")

    def test_agrees_with_an_xml_parser_on_the_first_plane(self):
        for code in [*range(0xD800), *range(0xE000, 0x10000)]:
            char = chr(code)
            if char in "<&":
                continue
            try:
                ElementTree.fromstring(f"<a>{char}</a>")
            except ElementTree.ParseError:
                fits = False
            else:
                fits = True
            self.assertEqual(unstorable(char) == "", fits, hex(code))


class LinesTests(TestCase):
    def test_line_ends_become_newlines(self):
        self.assertEqual(unix_lines("a\r\nb\rc\nd\n\r"), "a\nb\nc\nd\n\n")


class LegibleTests(TestCase):
    def test_legible_text_is_one_line_with_pictures_of_control_characters(self):
        self.assertEqual(
            legible(" two\nlines\u2028and a bell \x07\x7f "), "two lines and a bell ␇␡"
        )
        self.assertEqual(legible("👩‍👩‍👧 اتصل بالطبيب"), "👩‍👩‍👧 اتصل بالطبيب")

    def test_invisible_text_is_empty(self):
        for blank in ["", "  \t", "\u200b\u2060", "\x07", "\xa0"]:
            self.assertEqual(legible(blank), "")


class PageTests(TestCase):
    def test_finds_words_that_a_mail_program_may_link(self):
        for text, page in {
            "Your bank. Verify at http://evil.test/login now": "http://evil.test/login",
            "see HTTPS://1.2.3.4": "HTTPS://1.2.3.4",
            "(www.evil.test)": "(www.evil.test)",
            "evil.test": "evil.test",
            "t.co/abc": "t.co/abc",
            "evil。test": "evil。test",
            "bücher.example": "bücher.example",
            "ann@example.org": "ann@example.org",
        }.items():
            with self.subTest(text):
                self.assertEqual(page_in(text), page)

    def test_names_of_people_are_not_links(self):
        for name in ["J.R.R. Tolkien", "Dr. Ann Smith", "S.p.A.", "Mr.T", "Ann 2.0", "¿...?", ""]:
            with self.subTest(name):
                self.assertEqual(page_in(name), "")
