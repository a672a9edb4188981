"""Believable tasks for trying things out. Pure: no Django; the same for the same random source."""

from datetime import date, datetime, time, timedelta
from random import Random

VERBS = [
    *["Call", "Write to", "Meet", "Pay", "Thank", "Ask", "Remind", "Visit", "Invite"],
]
PEOPLE = [
    *["Ann", "Tomasz", "Noah’s teacher", "the dentist", "Priya", "the landlord", "O'Brien & Sons"],
    *["Zoë", "grandma", "the bank", "Hollis & Grey", "the neighbours", "Jürgen", "the choir"],
]
CHORES = [
    *["Water the plants", "Buy oat milk", "Book the train to Leipzig", "Renew the passport"],
    *["Fix the bike’s brakes", "Send the Q1 invoice", "Back up the photos", "Descale the kettle"],
    *["Plan the raised beds", "Return the library books", "Sort the post", "Defrost the freezer"],
    *["Finish the pitch deck", "Pick up the parcel", "Read “The 9/11 Report”", "Clean the gutters"],
    *[
        "Bake a cake 🎂",
        "Choose a present 🎁",
        "Oil the door",
        "Update the CV",
        "Try the new café ☕",
    ],
]
ENDINGS = [
    *["", "", "", " before the weekend", " again", ", really", " – don't forget", " (short)"]
]
NOTES = [
    "Keep it short.\nThe ask comes first, the price last.",
    "It's in the blue folder, second shelf.",
    "Opening hours: Mon–Fri 9–17.\nAsk for the discount 😉",
    "“If not now, when?”",
    "https://example.org/how-to",
]


def title(random: Random) -> str:
    if random.random() < 0.4:
        return f"{random.choice(VERBS)} {random.choice(PEOPLE)}{random.choice(ENDINGS)}"
    return random.choice(CHORES) + random.choice(ENDINGS)


def task(random: Random, now: datetime) -> dict:
    """Return the fields of a task of the two years before now, an aware datetime.

    Of many, about 60 % are completed, a quarter is due within two weeks of now, one in five has
    notes.
    """
    created_at = now - timedelta(seconds=random.randrange(2 * 365 * 24 * 3600))
    completed_at = due_date = due_time = None
    if random.random() < 0.6:
        completed_at = created_at + (now - created_at) * random.random()
    if random.random() < 0.25:
        due_date = now.date() + timedelta(days=random.randint(-14, 14))
        if random.random() < 0.3:
            due_time = time(random.randrange(8, 21), random.choice([0, 15, 30, 45]))
    return {
        "title": title(random),
        "description": random.choice(NOTES) if random.random() < 0.2 else "",
        "due_date": due_date,
        "due_time": due_time,
        "completed_at": completed_at,
        "created_at": created_at,
        "updated_at": completed_at or created_at,
    }


def week(today: date) -> list[dict]:
    """Return the fields of a handful of tasks around today that show what Todosite does."""

    def due(days, *clock):
        return {
            "due_date": today + timedelta(days=days),
            "due_time": time(*clock) if clock else None,
        }

    return [
        {"title": "Plan the raised beds and order soil", "description": NOTES[1]},
        {"title": "Book the train to Leipzig", **due(5)},
        {"title": "Reply to Ann about the school trip", "done": True, **due(0)},
        {"title": "Pick up the parcel from the corner shop", **due(1)},
        {"title": "Call the dentist about Noah’s appointment", **due(0, 23, 30)},
        {"title": "Finish the pitch deck", "description": NOTES[0], **due(2, 15)},
        {"title": "Bake a cake 🎂", **due(3), "description": "Zoë's coming!"},
        {"title": "Water the fern and the two orchids", **due(-1)},
        {"title": "Send the Q1 invoice to Hollis & Grey", **due(-3)},
    ]
