"""The task managers of importable files: how to export from each, and the data that stays behind.

The steps were looked up in public help pages on LOOKED_UP. Where no page of the product itself was
found, a product isn't verified, and the page says so. Pure: no Django.
"""

from dataclasses import dataclass
from datetime import date

LOOKED_UP = date(2026, 11, 30)


@dataclass(frozen=True)
class Product:
    """A product: its name, its file, the steps to get it, what to know, and where it is said.

    keys are those of its readers (tasks.importing.reading.READERS). source is the address of a
    public page; is_own says whether that is a page of the product itself.
    """

    name: str
    keys: tuple[str, ...]
    file: str
    steps: tuple[str, ...]
    notes: tuple[str, ...] = ()
    source: str = ""
    is_own: bool = False

    @property
    def anchor(self) -> str:
        """The name of the product as it stands in an address."""
        return "-".join(self.name.lower().replace(".", "-").split())


PRODUCTS = [
    Product(
        name="Todoist",
        keys=("todoist",),
        file="a ZIP file of all projects, or a CSV file of one",
        steps=(
            "For all projects (paid plans): press your avatar, Settings, Backups, and Download.",
            "For one project: open it, press the three dots, and choose Export as CSV.",
        ),
        notes=(
            "The file has no completed tasks and no archived projects.",
            "Of a repeating task it has the words only. English ones are read; others go to the"
            " notes.",
        ),
        source="https://todoist.com/help/articles/download-or-restore-backups-in-todoist-ywaJeQbN",
        is_own=True,
    ),
    Product(
        name="TickTick",
        keys=("ticktick",),
        file="a CSV file",
        steps=(
            "Open TickTick in a browser.",
            "Press your avatar, then Settings, and find Backup.",
            "Choose Generate Backup.",
        ),
        notes=("The file doesn't say whether a task repeats from its completion.",),
        source="https://pikos.app/import/ticktick",
    ),
    Product(
        name="Microsoft To Do",
        keys=("microsoft-todo", "csv"),
        file="a JSON or CSV file",
        steps=(
            "Microsoft To Do has no export. A script that reads its API can make a JSON file of"
            " your lists, and Outlook for Windows can export tasks as CSV.",
        ),
    ),
    Product(
        name="Google Tasks",
        keys=("google-tasks",),
        file="Tasks.json, or the ZIP file that it comes in",
        steps=(
            "Go to takeout.google.com.",
            "Deselect all, then select Tasks.",
            "Create the export, and wait for the email with the file.",
        ),
        notes=("Google doesn't export repeats or times of day.",),
        source="https://github.com/LukaszLapaj/GoogleTaskConverter",
    ),
    Product(
        name="Apple Reminders",
        keys=("icalendar", "csv"),
        file="an ICS file, or a CSV file",
        steps=(
            "Older versions of macOS export from the menu: File, Export. Newer ones can't.",
            "Otherwise a shortcut of your own can write your reminders to a CSV file.",
        ),
        source=(
            "http://www.gameinstallerpro.com/what-you-get-when-you-export-calendar-and-reminders"
            "-in-macos-and-how-to-use-those-files"
        ),
    ),
    Product(
        name="Things",
        keys=("csv",),
        file="a CSV file",
        steps=(
            "Things has no export. On a Mac, the free command things-cli can write your to-dos as"
            " CSV.",
        ),
        source="https://mcgarity.me/things-3-audit",
    ),
    Product(
        name="Trello",
        keys=("trello",),
        file="a JSON file of a board",
        steps=(
            "Open the board's menu.",
            "Choose Print, export and share, then Export as JSON.",
        ),
        notes=("Archived cards are left out.",),
    ),
    Product(
        name="Vikunja",
        keys=("vikunja",),
        file="a ZIP file",
        steps=("In the settings of your account, request a data export, and download it.",),
        notes=("Attached files stay there. The notes name them.",),
    ),
    Product(
        name="Nextcloud Tasks",
        keys=("icalendar",),
        file="an ICS file of a list",
        steps=("In the Calendar app, edit the calendar that holds the list, and press Export.",),
    ),
    Product(
        name="Tasks.org",
        keys=("icalendar",),
        file="an ICS file",
        steps=(
            "If your lists are synchronized by CalDAV, export them from that server as ICS.",
            "The app's own backup isn't read.",
        ),
    ),
    Product(
        name="Super Productivity",
        keys=("super-productivity",),
        file="a JSON file",
        steps=("Go to Settings, then Sync and Export, and choose Export data.",),
        notes=("Turn off encryption first: an encrypted backup can't be read.",),
        source="https://github.com/super-productivity/super-productivity/issues/6030",
        is_own=True,
    ),
    Product(
        name="Taskwarrior",
        keys=("taskwarrior",),
        file="a JSON file",
        steps=("In a terminal: task export > tasks.json",),
        source="https://taskwarrior.org/docs/commands/export",
        is_own=True,
    ),
    Product(
        name="todo.txt",
        keys=("todotxt",),
        file="todo.txt itself, or done.txt",
        steps=("Choose the file: there is nothing to export.",),
        source="https://github.com/todotxt/todo.txt",
        is_own=True,
    ),
    Product(
        name="tududi",
        keys=("tududi",),
        file="a JSON file, also compressed (.gz)",
        steps=("Go to the settings of your profile, then Backup, and download it.",),
    ),
    Product(
        name="Anything else",
        keys=("csv",),
        file="a CSV file",
        steps=(
            "Export your tasks as CSV, or open them in a spreadsheet and save them as CSV.",
            "Then you choose what each column is. Todosite guesses, and shows examples.",
        ),
    ),
    Product(
        name="Another Todosite",
        keys=("todosite-json", "todosite-csv"),
        file="a JSON, CSV or ZIP file",
        steps=("Go to the settings there, and choose Export your data.",),
        is_own=True,
    ),
]


def products_of(keys):
    """Return the products that these readers can read at least one file of."""
    return [product for product in PRODUCTS if any(key in keys for key in product.keys)]
