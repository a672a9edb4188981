"""Reading the mails that the tests receive."""

import re


def link_in(message):
    """Return the path of the one link in a mail."""
    (path,) = re.findall(r"http://testserver(/\S+)", message.body)
    return path
