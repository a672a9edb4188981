"""Believable tasks for demonstrations. Pure: no Django; the same for the same random source."""

from datetime import datetime, time, timedelta
from random import Random

VERBS = [
    *["Call", "Write to", "Meet", "Pay", "Thank", "Ask", "Remind", "Visit", "Invite"],
]
PEOPLE = [
    *["Ann", "Tomasz", "Noah’s teacher", "the dentist", "Priya", "the landlord", "O'Brien & Sons"],
    *["Zoë", "grandma", "the bank", "Hollis & Grey", "the neighbors", "Jürgen", "the choir"],
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

STEPS = [
    *["Find the papers", "Ask what it costs", "Compare two offers", "Write a first draft"],
    *["Check it with Priya", "Send it off", "Put it into the calendar", "Tidy up afterwards"],
]
LISTS = {  # and their colors, in their order
    "Home": "teal",
    "Work": "blue",
    "Errands": "amber",
    "Garden project": "rose",
    "Reading": "violet",
}
TAGS = ["bills", "calls", "deep-work", "family", "waiting"]
LOW, MEDIUM, HIGH = 1, 2, 3
HOMES = [None, *LISTS]  # None is the Inbox
BOOKS = [
    *["Middlemarch", "Piranesi", "The Dispossessed", "Stoner", "Beloved", "Gilead", "Kindred"],
    *["The Waves", "Invisible Cities", "The Summer Book", "Pedro Páramo", "Austerlitz", "Emma"],
    *["A Room of One’s Own", "The Master and Margarita", "The Leopard", "Things Fall Apart"],
    *["Wide Sargasso Sea", "The Remains of the Day", "Walden", "My Brilliant Friend"],
]


def title(random: Random) -> str:
    if random.random() < 0.4:
        return f"{random.choice(VERBS)} {random.choice(PEOPLE)}{random.choice(ENDINGS)}"
    return random.choice(CHORES) + random.choice(ENDINGS)


def task(random: Random, now: datetime) -> dict:
    """Return the fields of a random task of the two years before now, an aware datetime.

    Of many, about 60 % are completed, a quarter is due within two weeks of now, one in five has
    notes, 40 % have a priority, 30 % tags, one in ten steps. The list and the tags are named; the
    steps are (title, done).
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
        "priority": random.randint(LOW, HIGH) if random.random() < 0.4 else 0,
        "due_date": due_date,
        "due_time": due_time,
        "list": random.choice(HOMES),
        "tags": random.sample(TAGS, random.randint(1, 2)) if random.random() < 0.3 else [],
        "steps": steps(random, bool(completed_at)) if random.random() < 0.1 else [],
        "completed_at": completed_at,
        "created_at": created_at,
        "updated_at": completed_at or created_at,
    }


def steps(random: Random, completed: bool) -> list[tuple[str, bool]]:
    titles = random.sample(STEPS, random.randint(2, 5))
    done = len(titles) if completed else random.randrange(len(titles))
    return [(title, n < done) for n, title in enumerate(titles)]


def week(now: datetime) -> list[dict]:
    """Return the fields of tasks around now, in their user's zone, that show the features.

    They have the same fields as a task(); each was added a minute after the one before, a week ago.
    """
    today = now.date()

    def due(days, *clock):
        return {
            "due_date": today + timedelta(days=days),
            "due_time": time(*clock) if clock else None,
        }

    def done(days):
        return {"completed_at": now - timedelta(days=days)}

    tasks = [
        *[{"title": title, "list": "Reading"} for title in BOOKS],
        {"title": "Send the Q1 invoice to Hollis & Grey", "list": "Work", **due(-3),
         "priority": HIGH, "tags": ["bills"]},
        {"title": "Water the fern and the two orchids", "list": "Home", **due(-1)},
        {"title": "Finish the pitch deck for Thursday", "list": "Work", **due(0, 15),
         "priority": HIGH, "tags": ["deep-work"], "steps": [
             ("Collect numbers from Priya", True), ("Outline the story in one page", True),
             ("Draft slides 1–8", False), ("Review with Tom", False), ("Export as PDF", False),
         ],
         "description": "Keep it under 10 slides. The ask goes on slide 2, pricing on the last"
                        " one."},
        {"title": "Call the dentist about Noah’s appointment", **due(0, 17, 30),
         "priority": MEDIUM, "tags": ["calls", "family"]},
        {"title": "Pick up the parcel from the corner shop", "list": "Errands", **due(0),
         "priority": LOW},
        {"title": "Plan the raised beds and order soil", "list": "Garden project", **due(0),
         "steps": [
             ("Measure the sunny corner", False), ("Sketch the beds", False),
             ("Order soil and boards", False),
         ],
         "description": "Two beds of 1.2 × 2.4 m.\nThe sketch is in the blue folder."},
        {"title": "Bake a cake 🎂", "list": "Home", **due(1), "description": "Zoë's coming!",
         "tags": ["family"]},
        {"title": "Ask O'Brien & Sons for a new quote", "list": "Work", **due(1, 10),
         "tags": ["calls"]},
        {"title": "Buy oat milk, bread and coffee", "list": "Errands", **due(1, 18)},
        {"title": "Pay the electricity bill", "list": "Home", **due(2), "priority": MEDIUM,
         "tags": ["bills"]},
        {"title": "Rehearse the pitch with Tom", "list": "Work", **due(2, 9, 30),
         "priority": HIGH},
        {"title": "Sow tomatoes on the windowsill", "list": "Garden project", **due(3)},
        {"title": "Dinner with grandma", **due(4, 19), "tags": ["family"]},
        {"title": "Return the library books", "list": "Errands", **due(5), "priority": LOW},
        {"title": "Write the minutes of the team meeting", "list": "Work", **due(6),
         "tags": ["deep-work"]},
        {"title": "Renew the passport", **due(12), "priority": MEDIUM, "tags": ["waiting"]},
        {"title": "Look up summer courses for Noah", "tags": ["family"]},
        {"title": "Idea: a shelf above the desk"},
        *[{"title": title, "list": "Home"} for title in [
            "Fix the bike’s brakes", "Descale the kettle", "Back up the photos", "Oil the door",
            "Sort the winter clothes",
        ]],
        *[{"title": title, "list": "Work"} for title in [
            "Update the price list", "Read the new contract", "Book a room for the workshop",
            "Thank Priya for the numbers", "Tidy up the shared folder", "Plan the spring campaign",
            "Collect receipts for the tax return",
        ]],
        *[{"title": title, "list": "Garden project"} for title in [
            "Prune the apple tree", "Repair the fence", "Clean the greenhouse", "Sharpen the tools",
            "Find a place for the compost", "Swap seeds with the neighbors",
            "Build a bench from the old boards",
        ]],
        {"title": "Reply to Ann about the school trip", **due(0), **done(0), "tags": ["family"]},
        {"title": "Book the train to Leipzig", "list": "Work", **done(0)},
        {"title": "Clean the gutters", "list": "Home", **due(-1), **done(1)},
        {"title": "Pay the rent", "list": "Home", **due(-2), **done(2), "priority": HIGH,
         "tags": ["bills"]},
        {"title": "Order seeds", "list": "Garden project", **done(3)},
        {"title": "The Left Hand of Darkness", "list": "Reading", **done(5)},
    ]  # fmt: skip
    added_at = [now - timedelta(days=7) + timedelta(minutes=n) for n in range(len(tasks))]
    return [
        {"list": None, "tags": [], "steps": [], "created_at": at, **fields,
         "updated_at": fields.get("completed_at", at)}
        for at, fields in zip(added_at, tasks, strict=True)
    ]  # fmt: skip
