"""Takes the pictures of README.md and of the landing page anew: `make pictures`.

They show the demo data in the real product.
"""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from playwright.sync_api import expect

from accounts.models import User
from tasks.tests.browsing import message, press, sign_in

pytestmark = pytest.mark.django_db(transaction=True)

FOLDER = Path(settings.BASE_DIR, "static", "pictures")
DESKTOP = {"width": 1280, "height": 720}
PHONE = {"width": 390, "height": 720}
PART = {"width": 1080, "height": 560}


@pytest.fixture(params=["light", "dark"])
def look(request, browser, client, live_server):
    """Return a function that opens an address as Maya, at a size, and returns page and scheme."""
    call_command("demo_data", really=True, verbosity=0)
    contexts = []

    def look(path, size, scale=1):
        context = browser.new_context(
            base_url=live_server.url,
            viewport=size,
            device_scale_factor=scale,
            color_scheme=request.param,
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        sign_in(page, client, User.objects.get(), live_server)
        page.goto(path)
        page.wait_for_load_state()
        return page

    look.scheme = request.param
    yield look
    for context in contexts:
        context.close()


def keep(page, name, look, **options):
    page.evaluate("document.activeElement.blur()")
    page.screenshot(path=FOLDER / f"{name}-{look.scheme}.png", **options)


def of_part(page):
    """Return the arguments of a screenshot of the content next to the sidebar."""
    main, rows = (page.locator(name).bounding_box() for name in [".main", ".listing"])
    height = rows["y"] + rows["height"] + 40
    return {"clip": {"x": main["x"], "y": 0, "width": main["width"], "height": height}}


def test_today(look):
    page = look("/today/", DESKTOP)
    page.get_by_role("link", name="Finish the pitch deck for Thursday", exact=True).click()
    expect(page.get_by_label("Title")).to_be_visible()
    keep(page, "today", look)


def test_phone(look):
    page = look("/today/", PHONE, scale=2)
    keep(page, "phone", look)


def test_search(look):
    page = look("/search/?q=the+plan&completed=1", PART)
    keep(page, "search", look, **of_part(page))


def test_history(look):
    page = look("/inbox/", PART)
    press(page, "Renew the passport", "Tomorrow")
    expect(message(page)).to_contain_text("Moved “Renew the passport”")
    page.goto("/today/")
    page.get_by_text("Select", exact=True).click()
    page.get_by_label("Select “Send the Q1 invoice to Hollis & Grey”").check()
    page.get_by_label("Select “Water the fern and the two orchids”").check()
    page.locator("#bulk").get_by_role("button", name="Complete", exact=True).click()
    expect(message(page)).to_contain_text("Completed 2 tasks.")
    page.goto("/history/")
    keep(page, "history", look, **of_part(page))


def test_go(look):
    page = look("/today/", PART)
    page.keyboard.press("Control+k")
    page.keyboard.type("work", delay=30)
    expect(page.locator(".go-place", has_text="Search for “work”")).to_be_visible()
    page.screenshot(path=FOLDER / f"go-{look.scheme}.png")


def test_touch_icon(page):
    page.set_viewport_size({"width": 180, "height": 180})
    icon = Path(settings.BASE_DIR, "static", "icon.svg").read_text()
    page.set_content(icon)
    page.add_style_tag(content="body { margin: 0; background: #0e6b5c } svg { display: block }")
    page.screenshot(path=FOLDER / "touch-icon.png")
