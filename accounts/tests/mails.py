"""Helpers to read the mails that tests send."""

import re


def link_in(message):
    """Return the path of the first link in a mail."""
    return re.search(r"http://testserver(/\S+)", message.body)[1]
