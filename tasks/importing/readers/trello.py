"""Trello: the JSON of a board (Menu, Print, export and share, Export as JSON).

Its lists become lists of the board; archived cards are skipped.
"""

from tasks.importing.items import Items
from tasks.importing.known import TRELLO, leave_unknown
from tasks.importing.rules import place, quoted
from tasks.importing.shapes import (
    by_id,
    dict_in,
    dict_of,
    dicts_in,
    first_in,
    is_true,
    key_in,
    key_of,
    list_in,
    number_in,
)

NAME = "Trello"
NEEDED = ('"cards"', '"lists"', '"idList"')
COMMENTS = ("commentCard", "copyCommentCard")
LEFT_OUT = "The history of cards, votes, covers and the addresses of cards stay in Trello."
UNNAMED = (None, "", "Checklist")  # names of a checklist that its user hasn't chosen


def find(file):
    """Return the boards in a file, or in the files of a ZIP file; None without any."""
    boards = [board_in(part) for part in file.parts]
    return list(filter(None, boards)) or None


def board_in(part):
    """Return the board that a file holds, None without one."""
    if not all(name in part.text for name in NEEDED):
        return None
    board = dict_of(part.json)
    if isinstance(board.get("cards"), list):
        return board
    return None


def read(boards, plan, today):
    """Fill the plan by each board."""
    items = Items(plan, today)
    plan.leave("The file", LEFT_OUT)
    for board in boards:
        Board(items, board).read()
    items.land()


class Board:
    """A board, with the rows that its cards refer to, by id."""

    def __init__(self, items, said):
        self.items = items
        self.plan = items.plan
        self.said = said
        self.lists = by_id(said.get("lists"))
        self.labels = by_id(said.get("labels"))
        self.members = by_id(said.get("members"))
        self.fields = by_id(said.get("customFields"))
        self.checklists = grouped(dicts_in(said, "checklists"), list_owner)
        self.comments = grouped(comments_in(said), comment_owner)

    def read(self):
        """Read all cards that aren't archived."""
        desc = self.said.get("desc")
        if desc:
            self.plan.leave(
                "The board",
                f"Lists have no description here: {quoted(desc)}.",
            )
        cards = dicts_in(self.said, "cards")
        leave_unknown(self.plan, cards, TRELLO)
        for number, card in enumerate(cards, 1):
            where = place(
                f"card {number}",
                card.get("name"),
            )
            if is_true(card, "closed"):
                self.plan.leave(where, "It is archived, so it is skipped.")
                continue
            item = self.items.add(where, key_in(card, "id"))
            self.card(item, card)

    def card(self, item, card):
        """Read a card into its item."""
        self.put_in_list(item, card)
        item.title = card.get("name")
        item.body = card.get("desc")
        changed = card.get("dateLastActivity")
        item.take_change(changed)
        item.due(card.get("due"))
        if is_true(card, "dueComplete"):
            item.complete(card.get("dateCompleted"), changed)
        self.hang_labels(item, card)
        self.add_steps(item, card)
        self.say_more(item, card)

    def put_in_list(self, item, card):
        """Give an item its list of the board, and its place in it."""
        key = key_in(card, "idList")
        row = self.lists.get(key, {})
        is_archived = is_true(row, "closed") or is_true(self.said, "closed")
        item.home = self.items.home(
            self.said.get("name"),
            row.get("name"),
            is_archived,
            key=key,
        )
        item.order = (
            number_in(row, "pos"),
            number_in(card, "pos"),
        )

    def hang_labels(self, item, card):
        """Take the labels as tags, by their names or else their colors."""
        labels = dicts_in(card, "labels")
        if not labels:
            keys = map(key_of, list_in(card, "idLabels"))
            labels = [self.labels.get(key, {}) for key in keys]
        for label in labels:
            item.tag(first_in(label, "name", "color"))

    def add_steps(self, item, card):
        """Take the checklists of a card, which stand in it or in the board, as its steps."""
        apart = self.checklists.get(key_in(card, "id"), [])
        checklists = in_place(apart or dicts_in(card, "checklists"))
        for checklist in checklists:
            rows = dicts_in(checklist, "checkItems")
            for row in in_place(rows):
                add_step(item, row)
        leave_names(item, [checklist.get("name") for checklist in checklists])

    def say_more(self, item, card):
        """Take the reminder, and put into the notes what has no place."""
        if card.get("start"):
            item.say("Start", item.in_words(card["start"]))
        self.say_members(item, card)
        minutes = card.get("dueReminder")
        if card.get("due") and type(minutes) is int and minutes >= 0:
            item.remind_before(minutes)
        where = filter(None, [card.get("locationName"), card.get("address")])
        if words := ", ".join(map(str, where)):
            item.say("Place", words)
        for row in dicts_in(card, "customFieldItems"):
            self.say_field(item, row)
        for file in dicts_in(card, "attachments"):
            item.attach(
                file.get("name"),
                file.get("url"),
            )
        for action in self.comments.get(key_in(card, "id"), []):
            add_comment(item, action)

    def say_members(self, item, card):
        """Name the members that a card is assigned to."""
        for pk in list_in(card, "idMembers"):
            member = self.members.get(key_of(pk), {})
            name = first_in(member, "fullName", "username")
            item.say("Assigned to", name or pk)

    def say_field(self, item, row):
        """Say the value of a custom field: its own, or that of one of the field's options."""
        field = self.fields.get(key_in(row, "idCustomField"), {})
        value = row.get("value")
        if row.get("idValue"):
            options = by_id(field.get("options"))
            option = options.get(key_of(row["idValue"]), {})
            value = option.get("value")
        name = str(field.get("name") or "Field")
        parts = dict_of(value).values()
        item.say(name, ", ".join(map(str, parts)))


def add_step(item, row):
    """Add a row of a checklist as a step, which has no date here."""
    name = row.get("name")
    item.step(name, row.get("state") == "complete")
    if row.get("due"):
        due = item.in_words(row["due"])
        item.say(
            "Step with a date",
            f"{name} ({due})",
        )


def leave_names(item, names):
    """Note the names of a card's checklists, which become one list of steps."""
    if len(names) == 1 and names[0] not in UNNAMED:
        item.leave(f"The name of its checklist is left out: {quoted(names[0])}.")
    if len(names) > 1:
        words = ", ".join(map(quoted, names[:20]))
        item.leave(f"Its checklists become one list of steps: {words}.")


def comments_in(said):
    """Return the actions of a board that are comments, from the first."""
    actions = dicts_in(said, "actions")
    comments = [row for row in actions if row.get("type") in COMMENTS]
    return sorted(comments, key=lambda row: str(row.get("date")))


def add_comment(item, action):
    """Put a comment, with its author, into the notes."""
    author = dict_in(action, "memberCreator")
    data = dict_in(action, "data")
    item.comment(
        data.get("text"),
        action.get("date"),
        author.get("fullName"),
    )


def comment_owner(action):
    """Return the id of the card that a comment belongs to."""
    data = dict_in(action, "data")
    return dict_in(data, "card").get("id")


def list_owner(checklist):
    """Return the id of the card that a checklist belongs to."""
    return checklist.get("idCard")


def grouped(rows, owner):
    """Return rows by their owners, {id: rows}; owner() returns that of a row."""
    found = {}
    for row in rows:
        key = key_of(owner(row))
        found.setdefault(key, []).append(row)
    found.pop(None, None)
    return found


def in_place(rows):
    return sorted(rows, key=lambda row: number_in(row, "pos"))
