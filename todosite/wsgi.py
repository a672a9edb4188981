"""The WSGI application that gunicorn serves (see Procfile)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todosite.settings")

application = get_wsgi_application()
