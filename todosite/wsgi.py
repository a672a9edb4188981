"""The WSGI application that gunicorn serves (see Procfile)."""

import os

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todosite.settings")
django.setup(set_prefix=False)


class Application(WSGIHandler):
    """Django's application, for any request that a visitor may send.

    Django parses the Content-Type and, if that names a charset, the query before any middleware
    runs. An error there would be a bare 500 of the server.
    """

    @staticmethod
    def request_class(environ):
        """Return a request. An unparsable Content-Type, or one without a body, counts as none."""
        if environ["REQUEST_METHOD"].upper() != "POST":
            environ["CONTENT_TYPE"] = ""
        try:
            return WSGIRequest(environ)
        except Exception:
            environ["CONTENT_TYPE"] = ""
            return WSGIRequest(environ)


application = Application()
