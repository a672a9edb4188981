"""The numbers of a user's rows. settings.py names this to accounts, which doesn't know tasks."""


def contents_of(user):
    """Return what goes with an account, as {"Tasks": 1204}, without what there is none of.

    What is completed, archived or in the trash counts.
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
