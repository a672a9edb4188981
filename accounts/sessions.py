"""What allauth's list of sessions asks of the project."""

from allauth.core import context
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from django.contrib.auth import HASH_SESSION_KEY

from accounts.models import User


class SessionsAdapter(DefaultUserSessionsAdapter):
    def end_sessions(self, sessions):
        """End all sessions of whoever asks but this one: those that the list lacks, too."""
        super().end_sessions(sessions)
        request = context.request
        User.objects.filter(pk=request.user.pk).sign_out()
        request.user.refresh_from_db(fields=["signed_out_at"])
        request.session[HASH_SESSION_KEY] = request.user.get_session_auth_hash()
