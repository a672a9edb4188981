"""The layout of pages in Chromium: on a phone, at 400 %, on a tablet, by finger and by key."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tasks.tests.browsing import look, open_task, titles
from tasks.tests.making import add_list, add_step
from todosite.tests.axe import BOTH, assert_fine

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.exhaustive]

# A tablet is as low here as Today needs to scroll.
PHONE, ZOOMED, ACROSS, LOW_TABLET = (390, 844), (320, 256), (844, 390), (820, 600)
TABLETS = [(744, 1133), (820, 1180), (1023, 700)]

# All targets, except links in a sentence: [is in a bar, words, x, y, width, height]. For a field
# inside a label it is the label. A whole row leads to its task, so its title is no target.
STOPS = "a[href], button, summary, select, textarea, input"
TARGETS = """
stops => [...document.querySelectorAll(stops)]
    .filter(each => each.checkVisibility({visibilityProperty: true})
        && !each.matches("[type=hidden], .skip, .task-title")
        && !(each.matches("p a") && getComputedStyle(each).display === "inline"))
    .map(each => {
        const label = each.matches("[type=checkbox], [type=radio]") && each.closest("label");
        const {x, y, width, height} = (label || each).getBoundingClientRect();
        const words = each.className + " " + each.textContent.trim();
        return [Boolean(each.closest(".side-head, .nav-main")), words, x, y, width, height];
    })
    .filter(([, , , , width, height]) => width > 1 && height > 1)
"""
HIDDEN = """
stops => {
    const all = [...document.querySelectorAll(stops)]
        .filter(each => each.checkVisibility({visibilityProperty: true}) && each.type !== "hidden");
    const isSeen = each => {
        const {x, y, width, height} = each.getBoundingClientRect();
        const parts = [.5, .25, .75, .02, .98];
        return parts.some(across => parts.some(down => {
            const there = document.elementFromPoint(x + width * across, y + height * down);
            return there && (each.contains(there) || there.closest("label")?.contains(each));
        }));
    };
    const hidden = [];
    for (const each of [...all, ...all.reverse()]) {
        each.focus();
        if (document.activeElement === each && !isSeen(each)) hidden.push(each.outerHTML);
    }
    return hidden;
}
"""


@pytest.fixture
def ids(ann):
    """Enough rows of all kinds to scroll pages of tasks; the ids of some by the names in PAGES."""
    work = add_list(ann, "Work")
    tags = [ann.tags.create(name=name) for name in ["a", "b", "calls", "deep-work", "family"]]
    for n in range(18):
        task = ann.tasks.create(
            title=f"Task {n} that has a title of more than one line",
            due_date=ann.today() + timedelta(n // 6 - 1),
            list=work if n % 2 else None,
            priority=n % 4,
        )
        task.attach(tags[: n % 6])
    add_step(task, "Dial")
    add_step(task, "Talk")
    ann.tasks.create(title="Old", list=work).complete()
    return {"list": work.pk, "pk": task.pk, "tag": tags[0].pk}


PAGES = [
    "/today/",
    "/upcoming/",
    "/inbox/",
    "/lists/{list}/",
    "/tags/{tag}/",
    "/tasks/",
    "/lists/",
    "/search/?q=task",
    "/tasks/{pk}/?on=/today/",
    "/history/",
    "/print/?on=/today/",
]


def apart(one, other):
    """Return the distance of two boxes in pixels."""
    (x, y, width, height), (left, top, across, down) = one, other
    return max(left - x - width, x - left - across, top - y - height, y - top - down)


def too_near(targets):
    """Return targets that are smaller than 44 pixels without 8 around them, or below 24."""
    found = []
    for is_in_bar, what, *box in targets:
        # A fixed bar covers rows until the page is scrolled.
        near = [(name, other) for in_bar, name, *other in targets if in_bar == is_in_bar]
        others = [(apart(box, other), name[:40]) for name, other in near if other != box]
        _, _, width, height = (round(side) for side in box)
        nearest = min(others, default=(8, ""))
        if min(width, height) < 24 or (height < 44 and nearest[0] < 7.9):
            found.append((what[:60], width, height, *nearest))
    return found


def resize(page, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})


def check_at_400_percent(page, at):
    """Check that the add box is visible at the top, and no bar after scrolling."""
    if at[0] in ("/today/", "/inbox/", "/lists/{list}/"):
        box = page.get_by_role("button", name="Add", exact=True).bounding_box()
        assert (at, box["y"] + box["height"] <= 256) == (at, True)
    page.evaluate("scrollTo(0, 1000)")
    bars = "[...document.querySelectorAll('.side-head, .nav-main')]"
    tops = page.evaluate(f"{bars}.map(bar => bar.getBoundingClientRect().bottom)")
    if page.evaluate("scrollY") > 200:
        assert (at, max(tops, default=0) <= 0) == (at, True)
    assert (at, page.evaluate("document.documentElement.scrollWidth")) == (at, 320)


def test_targets_are_large_or_apart_and_no_focus_is_hidden(signed_in, ids):
    """WCAG 2.5.8 requires 24 pixels or the same distance; a finger needs more.

    WCAG 2.4.11 requires that no fixed bar hides the focus, in either direction.
    """
    page = signed_in
    for path in PAGES:
        page.goto(path.format(**ids))
        for size in (PHONE, ZOOMED, ACROSS, LOW_TABLET):
            at = path, size
            resize(page, size)
            if size in (PHONE, ZOOMED):
                page.evaluate("scrollTo(0, 0)")
                assert (at, too_near(page.evaluate(TARGETS, STOPS))) == (at, [])
            if size == ZOOMED:
                check_at_400_percent(page, at)
            assert (at, page.evaluate(HIDDEN, STOPS)) == (at, [])


def test_targets_are_large_or_apart_while_rows_are_selected_or_a_message_is_there(signed_in, ids):
    page = signed_in
    resize(page, PHONE)
    page.goto("/today/")
    page.locator("#bulk > summary").click()
    for size in (PHONE, ZOOMED):
        resize(page, size)
        assert (size, too_near(page.evaluate(TARGETS, STOPS))) == (size, [])
    page.locator("#bulk > summary").click()
    resize(page, PHONE)
    look(page)
    page.get_by_role("button", name="Complete “").first.click()
    expect(page.locator(".toast")).to_be_visible()
    assert page.evaluate(HIDDEN, STOPS) == []


WIDTHS = [320, 390, 820, 1280]
LINE = ["Call Ann tomorrow 5pm", " #calls #family !high every monday", " +Nowhere"]
# The chips of a line that another element covers.
COVERED = """
() => [...document.querySelectorAll(".chips .chip, .chips .link")].filter(chip => {
    if (!chip.checkVisibility()) return false;
    const {x, y, width, height} = chip.getBoundingClientRect();
    return [.1, .5, .9].some(part =>
        !chip.contains(document.elementFromPoint(x + width * part, y + height / 2)));
}).map(chip => chip.textContent.trim())
"""


def type_line(page, box, parts):
    """Type a line, and wait until each part of the line has been read."""
    for part in parts:
        with page.expect_response("**/tasks/read/"):
            box.press_sequentially(part)
        expect(page.locator(".chips .chip").first).to_be_visible()
        page.wait_for_timeout(100)
        yield


def empty(page, box):
    """Empty a box, whose text would come along to the next page."""
    box.fill("")
    expect(page.locator(".chips .chip")).to_have_count(0)


def test_typing_moves_no_content_and_chips_are_not_covered(signed_in, ids):
    page = signed_in
    page.goto("/today/")
    box = page.locator("#add-text")
    for width in WIDTHS:
        resize(page, (width, 844))
        before = page.locator("#listing").bounding_box()["y"]
        for _ in type_line(page, box, LINE):
            assert (width, page.locator("#listing").bounding_box()["y"]) == (width, before)
            assert (width, page.evaluate(COVERED)) == (width, [])
        assert page.evaluate("document.documentElement.scrollWidth") == width
        empty(page, box)


def test_add_form_does_not_move_for_one_row_of_chips(signed_in):
    page = signed_in
    page.goto("/tasks/add/")
    box = page.get_by_label("What do you want to do?")
    for width in (390, 1280):
        resize(page, (width, 844))
        before = page.locator("#line-help").bounding_box()["y"]
        list(type_line(page, box, ["Call Ann tomorrow 5pm"]))
        assert (width, page.locator("#line-help").bounding_box()["y"]) == (width, before)
        list(type_line(page, box, LINE[1:]))
        covered, hidden = page.evaluate(COVERED), page.evaluate(HIDDEN, STOPS)
        assert (width, covered, hidden) == (width, [], [])
        empty(page, box)


def test_chip_of_a_second_row_can_be_pressed_in_safari(signed_in):
    """Safari doesn't focus a button that is pressed."""
    page = signed_in
    resize(page, PHONE)
    page.goto("/today/")
    list(type_line(page, page.locator("#add-text"), ["Call Ann tomorrow 5pm #calls !high"]))
    page.evaluate("addEventListener('mousedown', () => document.activeElement.blur())")
    page.locator(".chips .chip", has_text="High").click()
    expect(page.locator(".chips .chip", has_text="kept as text")).to_be_visible()
    page.locator("#add-text").fill("")


def test_link_to_the_guide_is_below_the_box(signed_in, ids):
    page = signed_in
    guide = page.get_by_role("link", name="What can I type?")
    box = page.get_by_label("Add a task")
    for path in ("/today/", "/lists/{list}/", "/settings/"):
        page.goto(path.format(**ids))
        for width in WIDTHS:
            resize(page, (width, 844))
            expect(guide).to_have_count(1)
            place = box.bounding_box()
            below = guide.bounding_box()["y"] - place["y"] - place["height"]
            assert (path, width, 0 <= below < 40) == (path, width, True)
            box.fill("Call Ann tomorrow")
            expect(page.locator(".chips .chip")).to_have_count(1)
            expect(guide).to_have_count(1)
            empty(page, box)


def test_tablet_shows_the_sidebar_or_the_list_next_to_the_task(signed_in, ids):
    page = signed_in
    page.goto("/today/")
    sidebar = page.get_by_role("complementary", name="Navigation")
    for size in TABLETS:
        resize(page, size)
        expect(sidebar.get_by_role("link", name="Work , 9 tasks")).to_be_visible()
        expect(sidebar.get_by_role("link", name="Settings", exact=True)).to_be_visible()
        listing, bar = page.locator("#listing").bounding_box(), sidebar.bounding_box()
        assert (size, bar["x"] + bar["width"] <= listing["x"]) == (size, True)
        assert (size, listing["width"] > 400) == (size, True)
    resize(page, TABLETS[0])
    open_task(page, titles(page).nth(2).text_content())
    for size in TABLETS:
        resize(page, size)
        expect(titles(page).nth(2)).to_be_visible()
        boxes = [page.locator(part).bounding_box() for part in ["#listing", "#detail-body"]]
        listing, task = boxes
        assert (size, listing["x"] + listing["width"] <= task["x"]) == (size, True)
        assert (size, min(listing["width"], task["width"]) > 270) == (size, True)
        assert (size, task["y"] < 100) == (size, True)
        expect(sidebar.get_by_role("link", name="Inbox")).to_be_visible()
        expect(sidebar.get_by_role("link", name="Lists")).to_be_visible()
    assert_fine(page, "task on a tablet", [(width, BOTH) for width, _ in TABLETS])


def test_line_to_try_fills_the_box_without_replacing_typed_text(signed_in):
    page = signed_in
    page.goto("/today/")
    page.wait_for_load_state()
    page.get_by_role("link", name="Call Sam tomorrow at 5pm #calls").click()
    box = page.get_by_label("Add a task")
    expect(box).to_have_value("Call Sam tomorrow at 5pm #calls")
    expect(box).to_be_focused()
    expect(page.locator(".chips .chip").first).to_contain_text("Tomorrow")
    box.fill("Half a line")
    page.get_by_role("link", name="Buy milk !high").click()
    expect(page.get_by_label("What do you want to do?")).to_have_value("Buy milk !high")
    page.go_back()
    expect(box).to_have_value(re.compile("Half a line ?"))
