"""Which e-mail addresses there are: Django's, and those with letters beyond ASCII before the @."""

import re

from django.core.validators import EmailValidator

ATOM = "[-!#$%&'*+/=?^_`{}|~0-9A-Z]"  # a character of the local part, in Django's pattern


class InternationalEmailValidator(EmailValidator):
    """Django's, and what is neither ASCII nor a space in the local part (RFC 6531, section 3.3)."""

    user_regex = re.compile(
        EmailValidator.user_regex.pattern.replace(ATOM, rf"(?:{ATOM}|[^\s\x00-\x9f])"),
        EmailValidator.user_regex.flags,
    )


validate_email = InternationalEmailValidator()
