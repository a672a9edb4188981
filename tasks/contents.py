"""The numbers of a user's rows. settings.py names this to accounts, which doesn't know tasks."""


def contents_of(user):
    """Return the numbers of a user's rows, as {"Tasks": 1204}, without zeros.

    Completed, archived and deleted rows count.
    """
    numbers = {
        "Tasks": user.tasks(manager="everything").count(),
        "Steps": user.steps(manager="everything").count(),
        "Lists": user.lists(manager="everything").count(),
        "Tags": user.tags(manager="everything").count(),
        "Saved searches": user.searches.count(),
        "Acts in the history": user.acts.count(),
    }
    return {name: number for name, number in numbers.items() if number}
