"""Who sits at the browser: Ann, with JavaScript (signed_in) or without it (visitor)."""

import pytest

from accounts.tests.people import PASSWORD, add_user
from tasks.tests.browsing import sign_in
from todosite.tests.visitor import Visitor


@pytest.fixture
def ann():
    return add_user(password=PASSWORD)


@pytest.fixture
def visitor(ann):
    """Ann, signed in, in a browser without JavaScript (Django's test client, not Chromium)."""
    return Visitor(ann)


@pytest.fixture
def signed_in(shared_page, ann, client, live_server):
    shared_page.set_default_timeout(5000)
    sign_in(shared_page, client, ann, live_server)
    return shared_page
