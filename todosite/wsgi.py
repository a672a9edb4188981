"""The WSGI application that gunicorn serves (see Procfile)."""

import os

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todosite.settings")
django.setup(set_prefix=False)


class Application(WSGIHandler):
    """Django's application, which makes a request of whatever a visitor sends.

    Django parses the Content-Type and, where that has a charset, the query before any middleware
    runs. What it raises there would be the server's bare 500.
    """

    @staticmethod
    def request_class(environ):
        """Return a request. A type that can't be parsed, or of nothing, counts as none."""
        if environ["REQUEST_METHOD"].upper() != "POST":
            environ["CONTENT_TYPE"] = ""
        try:
            return WSGIRequest(environ)
        except Exception:
            environ["CONTENT_TYPE"] = ""
            return WSGIRequest(environ)


application = Application()
