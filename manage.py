#!/usr/bin/env python
"""Run Todosite's commands: manage.py help."""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import Error


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todosite.settings")
    try:
        if sys.argv[1:2] not in (["runserver"], ["help"]):
            # One thread needs no pool, whose errors take ten seconds and many lines.
            settings.DATABASES["default"]["OPTIONS"].pop("pool", None)
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"Todosite: {error}")
    except Error as error:  # it isn't there, has no tables yet, refuses …
        if "--traceback" in sys.argv:
            raise
        sys.exit(f"Todosite: the database says: {str(error).strip().splitlines()[0]}")


if __name__ == "__main__":
    main()
