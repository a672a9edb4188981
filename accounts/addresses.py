"""Which e-mail addresses there are, and which of them a new account may have.

There are Django's, and those with letters beyond ASCII before the @. A new one reads as no other:
existing accounts keep theirs.
"""

import re
import unicodedata

import idna
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.encoding import punycode

ATOM = "[-!#$%&'*+/=?^_`{}|~0-9A-Z]"  # a character of the local part, in Django's pattern


class InternationalEmailValidator(EmailValidator):
    """Django's, and what is neither ASCII nor a space in the local part (RFC 6531, section 3.3)."""

    user_regex = re.compile(
        EmailValidator.user_regex.pattern.replace(ATOM, rf"(?:{ATOM}|[^\s\x00-\x9f])"),
        EmailValidator.user_regex.flags,
    )


validate_email = InternationalEmailValidator()

LONGEST_LOCAL_PART = 64  # RFC 5321, section 4.5.3.1.1


def validate_new_email(email: str) -> None:
    """Refuse an address that could be taken for another. Raises ValidationError.

    In quotes the part before the @ may be any text, and so may one without end.
    """
    local, _, domain = email.rpartition("@")
    if '"' in local or len(local) > LONGEST_LOCAL_PART:
        raise ValidationError(
            f"Enter an address with at most {LONGEST_LOCAL_PART} characters, and no quotes,"
            " before the @."
        )
    if not domain.startswith("["):  # the number of a machine
        validate_domain(domain.lower())


def validate_domain(domain: str) -> None:
    """Refuse a domain, in small letters, that could be taken for another. Raises ValidationError.

    Its form is that of UTS 46 (non-transitional), in letters rather than in Punycode; each label is
    of one script (UTS 39, section 5.1); and our mail goes to it and no other: what Django sends
    follows the rules of 2003, for which straße.example is strasse.example.
    """
    try:
        read = idna.decode(domain, uts46=True)
        ascii_form = idna.encode(read)
    except idna.IDNAError:
        raise ValidationError(f"“{domain}” is not the name of a domain.") from None
    if read != domain:
        raise ValidationError(
            f"“{domain}” is another way to write “{read}”. If that is your domain, enter it that"
            " way."
        )
    for label in domain.split("."):
        refuse_mixed_scripts(label)
    if mail_domain(domain) != ascii_form.decode():
        raise ValidationError(f"We can't send mail to “{domain}”. Enter another address.")


def refuse_mixed_scripts(label: str) -> None:
    """Raise ValidationError if no language is written with all the letters of a label."""
    scripts = scripts_of(label)
    is_of_one_language = any(scripts <= together for together in WRITTEN_TOGETHER)
    if len(scripts) > 1 and not is_of_one_language:
        names = " and ".join(sorted(script.title() for script in scripts))
        raise ValidationError(
            f"“{label}” mixes {names} letters, as forged domains do. Type it again, in one"
            " alphabet."
        )


def mail_domain(domain: str) -> str | None:
    """Return the ASCII form to which Django sends mail, None if it can't send any there.

    The rules of 2003 forbid a label from right to left that ends in a digit (RFC 3454, section 6).
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
    """Return the scripts of the letters, marks and numbers in a label that UTS 46 leaves as it is.

    Python knows the names of characters, not their scripts; the first word of a name is its script,
    SCRIPTS apart. What UTS 46 takes out of domains, such as "FULLWIDTH LATIN", isn't asked for.
    """
    characters = [each for each in label if unicodedata.category(each)[0] in "LMN"]
    names = [unicodedata.name(each, "") for each in characters]
    words = [re.match("[A-Z]*", name)[0] for name in names]
    return {SCRIPTS.get(word, word) for word in words} - {None}
