"""Who sits at the browser: Ann, with JavaScript or without it."""

import pytest

from accounts.tests.people import PASSWORD, add_user
from tasks.tests.browsing import sign_in
from todosite.tests.visitor import Visitor


@pytest.fixture
def ann():
    return add_user(password=PASSWORD)


@pytest.fixture
def visitor(ann):
    """Ann, signed in, at a browser without JavaScript that is no Chromium."""
    return Visitor(ann)


@pytest.fixture(params=["script", "no script"])
def anybody(request):
    """A page of a browser, once with JavaScript and once without."""
    page = request.getfixturevalue("page" if request.param == "script" else "no_js")
    page.set_default_timeout(5000)
    return page


@pytest.fixture
def signed_in(shared_page, ann, client, live_server):
    shared_page.set_default_timeout(5000)
    sign_in(shared_page, client, ann, live_server)
    return shared_page
