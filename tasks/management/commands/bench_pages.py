from statistics import median
from time import process_time

from django.core.management.base import CommandError
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from accounts.management.base import ExampleCommand
from accounts.models import User

# Every kind of page that a user opens; {list} and so on are the first of theirs.
PAGES = [
    *["/today/", "/upcoming/", "/inbox/", "/tasks/", "/tasks/?status=pending&limit=10"],
    *["/lists/{list}/", "/tags/{tag}/", "/completed/", "/search/?q=a", "/go/?q=a"],
    *["/tasks/{task}/", "/tasks/{task}/?on=/today/", "/tasks/{task}/repeat/", "/history/"],
    *["/trash/", "/lists/", "/lists/{list}/edit/", "/tasks/add/", "/tasks/paste/", "/settings/"],
    *["/accounts/sessions/", "/accounts/email/", "/keyboard/"],
]


class Command(ExampleCommand):
    help = (
        "Measure what each page of a user costs: the CPU of this process in milliseconds (the"
        " database's is not in it), queries and bytes. It writes nothing: what signing in writes"
        " is taken back."
    )
    example = "manage.py bench_pages ann@example.org --times 50"

    def add_arguments(self, parser):
        parser.add_argument("email", help="whose pages are measured")
        parser.add_argument("--times", type=int, default=20, help="how often to request each page")

    def handle(self, *, email, times, **options):
        try:
            user = User.objects.get_by_natural_key(email)
        except User.DoesNotExist:
            raise CommandError(f"There is no account with the email {email}.") from None
        self.stdout.write(f"{'page':34} {'CPU ms':>7} {'queries':>7} {'bytes':>8}")
        with override_settings(ALLOWED_HOSTS=["localhost"]), transaction.atomic():
            self.measure(user, max(times, 1))
            transaction.set_rollback(True)

    def measure(self, user, times):
        client = Client(SERVER_NAME="localhost")
        client.force_login(user)
        ids = ids_of(user)
        for page in PAGES:
            try:
                url = page.format(**ids)
            except KeyError as missing:
                self.stdout.write(f"{page:34} there is no {missing.args[0]}")
                continue
            self.measure_page(client, page, url, times)

    def measure_page(self, client, page, url, times):
        """Print what a page costs."""
        client.get(url, secure=True)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(url, secure=True)
        number = len(queries)  # before the next request, which forgets them
        if answer.status_code != 200:
            raise CommandError(f"{url} answered {answer.status_code}, so nothing is measured.")
        seconds = median(cpu_of(client, url) for _ in range(times))
        taken = 1000 * seconds
        size = len(answer.content)
        self.stdout.write(f"{page:34} {taken:7.1f} {number:7} {size:8,}")


def cpu_of(client, url):
    """Return the seconds of CPU that this process needs for a page."""
    began = process_time()
    client.get(url, secure=True)
    return process_time() - began


def ids_of(user):
    """Return the ids of a user's first list, tag and task, as far as they exist."""
    found = {
        "list": user.lists.by_hand().first(),
        "tag": user.tags.order_by("pk").first(),
        "task": user.tasks.open().order_by("pk").first(),
    }
    return {name: row.pk for name, row in found.items() if row}
