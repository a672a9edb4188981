"""The e-mail addresses that an account can have, and the stricter rules for a new account.

Allowed are Django's addresses, and others with letters beyond ASCII before the @. A new address
must not look like another one; existing accounts keep theirs.
"""

import re
import unicodedata

import idna
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.encoding import punycode

ATOM = "[-!#$%&'*+/=?^_`{}|~0-9A-Z]"  # a character of the local part, in Django's pattern


class InternationalEmailValidator(EmailValidator):
    """Django's rules, but with non-ASCII characters in the local part (RFC 6531, section 3.3)."""

    user_regex = re.compile(
        EmailValidator.user_regex.pattern.replace(ATOM, rf"(?:{ATOM}|[^\s\x00-\x9f])"),
        EmailValidator.user_regex.flags,
    )


validate_email = InternationalEmailValidator()

LONGEST_LOCAL_PART = 64  # RFC 5321, section 4.5.3.1.1


def validate_new_email(email: str) -> None:
    """Raise ValidationError for an address that could be mistaken for another.

    A quoted part before the @ is refused, since it may be any text; so is a part that is too long.
    """
    local, _, domain = email.rpartition("@")
    if '"' in local or len(local) > LONGEST_LOCAL_PART:
        raise ValidationError(
            f"Enter an email with at most {LONGEST_LOCAL_PART} characters, and no quotes,"
            " before the @."
        )
    if not domain.startswith("["):  # the number of a machine
        validate_domain(domain.lower())


def validate_domain(domain: str) -> None:
    """Raise ValidationError for a domain, in lower case, that could be mistaken for another one.

    A domain is written as UTS 46 (non-transitional) writes it, in letters rather than in Punycode.
    Each label is of one script (UTS 39, section 5.1). Our mail has to reach this domain and no
    other: Django encodes by the rules of 2003, in which straße.example is strasse.example.
    """
    try:
        read = idna.decode(domain, uts46=True)
        ascii_form = idna.encode(read)
    except idna.IDNAError:
        raise ValidationError(f"“{domain}” isn't a valid domain.") from None
    if read != domain:
        raise ValidationError(
            f"“{domain}” is another way to write “{read}”. If that is your domain, enter it that"
            " way."
        )
    for label in domain.split("."):
        refuse_mixed_scripts(label)
    if mail_domain(domain) != ascii_form.decode():
        raise ValidationError(f"We can't send email to “{domain}”. Enter another one.")


def refuse_mixed_scripts(label: str) -> None:
    """Raise ValidationError if no language is written with all the letters of a label."""
    scripts = scripts_of(label)
    is_of_one_language = any(scripts <= together for together in WRITTEN_TOGETHER)
    if len(scripts) > 1 and not is_of_one_language:
        names = " and ".join(sorted(script.title() for script in scripts))
        raise ValidationError(
            f"“{label}” mixes {names} letters, as forged domains do. Enter it in one alphabet."
        )


def mail_domain(domain: str) -> str | None:
    """Return the ASCII form of a domain to which Django sends mail, or None if it can't.

    The rules of 2003 forbid a right-to-left label that ends in a digit (RFC 3454, section 6).
    """
    try:
        return punycode(domain)
    except UnicodeError:
        return None


# Scripts that one language is written in: Japanese, Korean, Chinese.
WRITTEN_TOGETHER = [{"HAN", "HIRAGANA", "KATAKANA"}, {"HAN", "HANGUL"}, {"HAN", "BOPOMOFO"}]
# How names of characters begin that aren't called after their script (None: they go with any).
SCRIPTS = {
    **{"CJK": "HAN", "IDEOGRAPHIC": "HAN", "EXTENDED": "ARABIC"},
    **dict.fromkeys(["COMBINING", "DIGIT", "MODIFIER"]),
}


def scripts_of(label: str) -> set[str]:
    """Return the scripts of the letters, marks and numbers in a label that UTS 46 leaves unchanged.

    Python knows the names of characters, not their scripts. The first word of a name is the script,
    apart from the words in SCRIPTS. Names such as "FULLWIDTH LATIN" can't occur: UTS 46 removes
    such characters from domains.
    """
    characters = [each for each in label if unicodedata.category(each)[0] in "LMN"]
    names = [unicodedata.name(each, "") for each in characters]
    words = [re.match("[A-Z]*", name)[0] for name in names]
    return {SCRIPTS.get(word, word) for word in words} - {None}
