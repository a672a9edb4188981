"""The pages of an import in Chromium: accessible, and no wider than a small phone."""

import pytest
from playwright.sync_api import expect

from tasks.tests.imported import SAMPLES
from tasks.tests.making import add_list, add_tasks
from todosite.tests.axe import BOTH, LIGHT, assert_fine

pytestmark = pytest.mark.django_db(transaction=True)

CSV = SAMPLES / "generic" / "reminders-semicolon-cp1252.csv"


def choose(page, path):
    page.goto("/settings/import/")
    page.get_by_label("File", exact=True).set_input_files(path)
    page.get_by_role("button", name="Preview").click()
    page.wait_for_load_state()


def test_csv_becomes_tasks_by_its_columns(signed_in, ann):
    add_tasks(ann, "Zahlen: 1,5 m")
    choose(signed_in, CSV)
    expect(signed_in.get_by_role("heading", name="What do these columns contain?")).to_be_visible()
    assert_fine(signed_in, "columns", [(1280, BOTH)])
    signed_in.get_by_label("Notizen").select_option("Leave it out")
    signed_in.get_by_role("button", name="Show the preview").click()
    expect(signed_in.get_by_role("heading", name="Duplicates")).to_be_visible()
    assert_fine(signed_in, "preview", [(1280, BOTH)])
    signed_in.get_by_role("button", name="Import 2 tasks").click()
    expect(signed_in.get_by_text("Imported 2 tasks.")).to_be_visible()
    assert ann.tasks.count() == 3


@pytest.mark.exhaustive
def test_long_names_and_help_are_accessible_on_a_small_phone(signed_in, ann, tmp_path):
    long = "Donaudampfschifffahrt" * 8
    add_list(ann, long[:100]).archive()
    path = tmp_path / f"{long[:100]}.csv"
    path.write_text(f"Title,{long},Priority,List\n{long * 2},{long},{long},{long[:100]}\n")
    choose(signed_in, path)
    assert_fine(signed_in, "long columns", [(320, [LIGHT])])
    signed_in.get_by_label("Priority “Donau").select_option("Low")
    signed_in.get_by_role("button", name="Show the preview").click()
    assert_fine(signed_in, "long preview", [(320, [LIGHT])])
    signed_in.context.clear_cookies()
    signed_in.goto("/import/")
    assert_fine(signed_in, "help", [(1280, BOTH), (320, [LIGHT])])
