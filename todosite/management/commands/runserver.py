import atexit

from whitenoise.runserver_nostatic.management.commands import runserver

from tasks import sending


class Command(runserver.Command):
    """Django's server for development, which also sends reminders, as each web process does."""

    def inner_run(self, *args, **options):
        atexit.register(sending.stop)
        sending.start()
        super().inner_run(*args, **options)
