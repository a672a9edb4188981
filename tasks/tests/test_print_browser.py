"""Printed pages in Chromium: full width, portrait and landscape, and no buttons."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tasks.tests.making import add_list, add_step, add_tasks

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.exhaustive]

PAPER = {"upright": (718, 1047), "across": (1047, 718)}  # A4 in CSS pixels, within margins of 1 cm
# Buttons draw the boxes to tick by hand, and an open fold has its heading.
CONTROLS = """
() => [...document.querySelectorAll("a, button, summary, input, select, textarea")]
    .filter(each => each.checkVisibility({opacityProperty: true}) && each.matches(
        ".skip, .btn, .btn-icon, .chip, .act, :not([open]) > summary,"
        + "button:not(.check, .tick), [type=radio]"))
    .map(each => each.outerHTML)
"""
LUMINANCE = """
element => getComputedStyle(element).color.match(/[\\d.]+/g).slice(0, 3).every(part => part < 128)
"""


@pytest.fixture
def page(signed_in, ann):
    work = add_list(ann, "Work")
    add_tasks(ann, "Milk", "Bread")
    task = ann.tasks.create(title="Call", due_date=ann.today(), list=work, description="Notes")
    add_step(task, "Dial")
    ann.tasks.create(title="Late", due_date=ann.today() - timedelta(1), list=work)
    ann.tasks.create(title="Done", list=work).complete()
    signed_in.emulate_media(media="print", color_scheme="dark")
    return signed_in


def pages(ann):
    task = ann.tasks.get(title="Call")
    work = task.list.get_absolute_url()
    return {
        "/today/": ".listing",
        "/inbox/": ".listing",
        "/upcoming/": ".listing",
        work: ".listing",
        "/tasks/": ".listing",
        "/search/?q=task": ".listing",
        "/print/?on=%2Finbox%2F": ".listing",
        f"{task.get_absolute_url()}?on=%2Finbox%2F": "#detail-body",
        "/history/": ".main",
        "/lists/": ".listing",
    }


def test_printed_page_uses_the_full_width_without_buttons(page, ann):
    for url, part in pages(ann).items():
        page.goto(url)
        for width, height in PAPER.values():
            page.set_viewport_size({"width": width, "height": height})
            box = page.locator(part).first.bounding_box()
            assert (url, box["x"], box["width"]) == (url, 0, width)
            assert (url, page.evaluate(CONTROLS)) == (url, [])


def test_print_button_prints_on_white(page, live_server):
    page.context.add_cookies([{"name": "theme", "value": "dark", "url": live_server.url}])
    page.goto("/inbox/")
    assert page.locator(".task-title").first.evaluate(LUMINANCE)
    page.emulate_media(media="screen")
    page.get_by_role("link", name="Print “Inbox”").click()
    page.evaluate("window.print = () => { window.printed = true; }")
    page.get_by_role("button", name="Print").click()
    assert page.evaluate("window.printed")
    page.emulate_media(media="print")
    expect(page.locator(".task-title")).to_have_text(["Milk", "Bread"])
    expect(page.get_by_role("link", name="Back to Inbox")).to_be_hidden()
