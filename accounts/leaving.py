"""Deletion of accounts, with every row that leads to their user.

The database's own foreign keys tell which models these are, so a new table needs no line here. The
rows are deleted in batches, each a short transaction, so that an interrupted deletion can be
continued. It begins with UserQuerySet.begin_deletion(), which closes the account.
"""

import json
import re
from hashlib import sha256

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

from accounts.models import Adoption, Session, User

BATCH = 2000  # rows

# Pages for users who leave: to stay, to sign out, or to confirm access before a view that is open.
OPEN = {
    *["leave", "stay", "account_logout"],
    *["account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"],
}


def open_while_leaving(view):
    """Decorate a view: users with a pending deletion may still use it."""
    view.is_open_while_leaving = True
    return view


def is_open(name, view):
    """Return whether users with a pending deletion may use a view, given its route's name."""
    return name in OPEN or getattr(view, "is_open_while_leaving", False)


def models_of_users():
    """Return each model with rows that lead to a user, and the lookup of that user.

    Return {model: lookup}. A model comes before the models it refers to, since its rows go first.
    """
    found = {}
    collect(User, "", found, seen={User})
    return found


def collect(model, lookup, found, seen):
    """Add the models that refer to a model, directly or indirectly, to found."""
    for relation in model._meta.get_fields(include_hidden=True):
        is_reference = (relation.one_to_many or relation.one_to_one) and relation.auto_created
        if not is_reference or relation.related_model in seen:
            continue
        below = relation.related_model
        seen.add(below)
        to_user = own_lookup(below) or f"{relation.field.name}__{lookup}"
        collect(below, to_user, found, seen)
        found[below] = to_user


def own_lookup(model):
    """Return the name of a model's own foreign key to users, "" without one."""
    names = [field.name for field in model._meta.fields if field.related_model is User]
    return "".join(names[:1])


def rows_of(user):
    """Return all rows that lead to a user, as querysets in the order of their deletion."""
    return [
        model._base_manager.filter(**{lookup: user.pk})
        for model, lookup in models_of_users().items()
    ]


def count(user):
    """Return how many rows lead to a user."""
    return sum(rows.count() for rows in rows_of(user))


def delete(user):
    """Delete a user and all rows that lead there. Return the number of these rows.

    The account is closed (UserQuerySet.begin_deletion). Call this outside a transaction, since each
    batch is one.
    """
    emails = {user.email, *user.emailaddress_set.values_list("email", flat=True)}
    forget(user, emails)
    number = delete_rows(user) + finish(user)
    forget(user, emails)  # sign-ins that were tried in the meantime
    return number


def delete_rows(user):
    """Delete all rows that lead to a user, in batches. Return their number."""
    number = 0
    for rows in rows_of(user):
        while deleted := delete_batch(rows):
            number += deleted
    return number


def forget(user, emails):
    """Delete the traces of a user with these addresses in the cache, and in sessions without a
    user.
    """
    forget_in_cache(user, emails)
    forget_in_sessions(user, emails)


def forget_in_cache(user, emails):
    """Delete the entries in the cache by which allauth counts and remembers acts of a user.

    Its keys (allauth.core.internal.ratelimit, allauth.mfa.totp) are compared by whole parts: an id
    from the old system may be so short that it occurs in others.
    """
    counted = [f"mfa-auth-user-{user.pk}", *(email.lower() for email in emails)]
    hashes = [sha256(key.encode()).hexdigest() for key in counted]
    parts = [
        f":user:{user.pk}:",
        f"?user={user.pk}&",
        *(f":{digest}:" for digest in hashes),
    ]
    table = connection.ops.quote_name(settings.CACHES["default"]["LOCATION"])
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {table} WHERE EXISTS (SELECT FROM unnest(%s::text[]) AS part"
            " WHERE strpos(cache_key || ':', part) > 0)",
            [parts],
        )


def forget_in_sessions(user, emails):
    """Delete sessions without a user that name this one, such as a sign-in that stopped at the
    second factor.
    """
    texts = "|".join(map(re.escape, emails))
    own = re.compile(rf'"{re.escape(user.pk)}"|(?<![\w.+-])(?:{texts})(?![\w.+-])')
    rows = Session.objects.filter(user=None).order_by("pk")
    last = ""
    while page := list(rows.filter(pk__gt=last)[:BATCH]):
        last = page[-1].pk
        named = [session.pk for session in page if own.search(text_of(session))]
        Session.objects.filter(pk__in=named).delete()


def text_of(session):
    """Return the data of a session as JSON."""
    return json.dumps(session.get_decoded(), ensure_ascii=False)


@transaction.atomic
def delete_batch(rows):
    """Delete some of these rows, with their entries in the ledger and the admin's log.

    They are locked in one order, so that two runs wait for each other. Return their number.
    """
    locked = rows.order_by("pk").select_for_update()[:BATCH]
    pks = list(locked.values_list("pk", flat=True))
    if pks:
        forget_rows(rows.model, pks)
        # Django reads the rows that others refer to: of these no more than their ids.
        rows.model._base_manager.only("pk").filter(pk__in=pks).delete()
    return len(pks)


@transaction.atomic
def finish(user):
    """Delete the user's own row, with rows that were added at the last moment. Return their number.

    The lock makes other transactions that have added some fail: their user is gone.
    """
    User.objects.select_for_update().filter(pk=user.pk).first()
    number = delete_rows(user)
    forget_rows(User, [user.pk])
    Adoption.objects.filter(kind=Adoption.Kind.PASSWORD, old_id=user.pk).empty()
    User.objects.filter(pk=user.pk).delete()
    return number


def forget_rows(model, pks):
    """Empty the ledger's entries of deleted rows, and delete the admin's log about them.

    Most models have neither, which a quick query shows.
    """
    ids = list(map(str, pks))
    entries = Adoption.objects.filter(kind=model._meta.model_name)
    if entries.exists():
        entries.filter(old_id__in=ids).empty()
    log = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(model))
    if log.exists():
        log.filter(object_id__in=ids).delete()
