"""Reading the mails that the tests receive."""

import re


def link_in(message):
    """Return the path of the link that a mail is about, its first."""
    return re.search(r"http://testserver(/\S+)", message.body)[1]
