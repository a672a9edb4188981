from django.core.management.base import CommandError

from accounts.management.base import ExampleCommand, account_of
from tasks.forms.quickadd import AddForm
from tasks.forms.reading import line_of


class Command(ExampleCommand):
    help = "Add a task for a user from one line, as quick add reads it, and print what it became."
    example = 'manage.py add_task ann@example.org "Pay rent tomorrow 5pm #home every month"'

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("line")
        parser.add_argument(
            "--plain", action="store_true", help="take the line as the title, unread"
        )
        parser.add_argument(
            "--make-list",
            action="store_true",
            help="create the list named in the line, or unarchive it",
        )

    def handle(self, *, email, line, plain, make_list, **options):
        user = account_of(email)
        said = {"text": line}
        if plain:
            said["as_text"] = "on"
        if make_list:
            said["make_list"] = line_of(user, line, as_text=plain).unlisted
        form = AddForm(said, user=user)
        if not form.is_valid():
            words = [word for words in form.errors.values() for word in words]
            raise CommandError(" ".join(words))
        form.save()
        self.tell(form.row, form.line)

    def tell(self, task, line):
        """Print the added task, and the reading of its line."""
        where = task.list or "the Inbox"
        self.stdout.write(f"Added {task.pk} “{task}” to {where}.")
        if line.said.spans:
            self.stdout.write(f"Recognized: {line.words}.")
        if line.unread:
            self.stdout.write(line.unread)
        if line.unlisted and not task.list_id:
            self.stdout.write(offer_of(line))


def offer_of(line):
    """Return the advice about a list of a line that is missing or archived."""
    if line.is_archived:
        return f"The list “{line.unlisted}” is archived. Add --make-list to unarchive it."
    return f"There is no list “{line.unlisted}”. Add --make-list to create it."
