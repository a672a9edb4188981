from datetime import date
from functools import partial
from time import process_time

from django.utils import timezone

from accounts.clock import Clock
from accounts.management.base import ExampleCommand
from tasks import recurrence, search
from tasks.quickadd import pasted
from tasks.quickadd.parser import parse
from tasks.quickadd.phrases import PHRASES
from tasks.quickadd.reading import lists_by_name, read_all
from tasks.tests import worst

GOAL = 20  # milliseconds for a line, on a machine that does nothing else
TIMES = 5  # how often a slow text is measured again; the best time counts
SLOW = 20  # how many of the slowest texts are measured again
EACH = 7  # one rule in so many is measured
SHOWN = 60  # characters of the slowest text
LISTS = lists_by_name({f"garden project {number}": number for number in range(200)})


class Command(ExampleCommand):
    help = (
        "Measure the CPU that quick add, pasted lines, searches and repeats take at worst. What is"
        " measured is made up from what their grammars know; nothing is written."
    )
    example = "manage.py benchmark --lines 5000 --seed 7"

    def add_arguments(self, parser):
        parser.add_argument("--lines", type=int, default=1000, help="lines that mix two phrases")
        parser.add_argument("--seed", type=int, default=1, help="seed of the random lines")

    def handle(self, *, lines, seed, **options):
        now = timezone.now()
        self.measure_lines(lines, seed, now)
        self.measure_searches()
        self.measure_repeats()

    def measure_lines(self, number, seed, now):
        """Measure the worst of lines, and as many of them as can be pasted."""
        read_line = partial(
            parse,
            now=now,
            lists=LISTS,
            new_lists=False,
        )
        worst_line, seconds = slowest(worst_lines(number, seed), read_line)
        self.tell("line", worst_line, seconds, f"; the goal is {GOAL} ms")
        texts = [worst_line] * pasted.MOST_LINES
        read_texts = partial(read_all, clock=Clock(now), lists=LISTS)
        _, seconds = slowest([texts], read_texts)
        self.stdout.write(f"{len(texts)} such lines pasted at once: {in_ms(seconds)}")

    def measure_searches(self):
        texts = [text for text in worst.searches() if search.count(text) <= search.MOST_WORDS]
        read_search = partial(search.read, lists=LISTS, tags=LISTS)
        text, seconds = slowest(texts, read_search)
        self.tell("search", text, seconds)

    def measure_repeats(self):
        rules = worst.rules()[::EACH]
        find_day = partial(far_ahead, day=timezone.localdate())
        rule, seconds = slowest(rules, find_day)
        self.tell("repeat", rule, seconds)

    def tell(self, name, text, seconds, more=""):
        words = " ".join(text.split())
        shown = words[:SHOWN]
        self.stdout.write(f"The worst {name}: {in_ms(seconds)}{more} ({shown})")


def worst_lines(number, seed):
    """Return lines of 500 characters: of one phrase or word, of two, and of near matches."""
    items = worst.words() + worst.phrases(2, seed)
    lines = [
        *worst.lines_of_one(items),
        *worst.lines_of_two(items, number, seed=seed),
    ]
    for _, _, expression, _ in PHRASES:
        lines += worst.struggles(expression, 10, seed=seed)
    return lines


def far_ahead(rule, day):
    """Return whether a rule that begins on day includes the last day of the calendar."""
    try:
        return recurrence.is_day_of(rule, anchor=day, day=date.max)
    except ValueError:  # an invalid rule
        return None


def slowest(texts, work):
    """Return the text for which work took longest, and its time in seconds of CPU."""
    once = [(took(work, text), at) for at, text in enumerate(texts)]
    once.sort(reverse=True)
    again = []
    for _, at in once[:SLOW]:
        times = [took(work, texts[at]) for _ in range(TIMES)]
        again.append((min(times), at))
    seconds, at = max(again)
    return texts[at], seconds


def took(work, text):
    start = process_time()
    work(text)
    return process_time() - start


def in_ms(seconds):
    return f"{seconds * 1000:.1f} ms"
