"""Trello: the JSON of a board (Menu, Print, export and share, Export as JSON).

Its lists become lists of the board; archived cards are skipped.
"""

from tasks.importing.items import Items
from tasks.importing.known import TRELLO, leave_unknown
from tasks.importing.rules import place, quoted
from tasks.importing.shapes import by_id, dict_of, dicts, key_of, number_of

NAME = "Trello"
NEEDED = ('"cards"', '"lists"', '"idList"')
COMMENTS = ("commentCard", "copyCommentCard")
LEFT_OUT = "The history of cards, votes, covers and the addresses of cards stay in Trello."


def find(file):
    """Return the boards in a file, or in the files of a ZIP file."""
    boards, is_any = [], False
    for part in file.parts:
        if all(name in part.text for name in NEEDED):
            said = part.json
            if isinstance(said, dict) and isinstance(said.get("cards"), list):
                boards.append(said)
                is_any = True
    return boards if is_any else None


def read(boards, plan, today):
    items = Items(plan, today)
    plan.leave("The file", LEFT_OUT)
    for board in boards:
        Board(items, board).read()
    items.land()


class Board:
    """A board, with the rows that its cards refer to, by id."""

    def __init__(self, items, said):
        self.items, self.said = items, said
        self.lists = by_id(said.get("lists"))
        self.labels = by_id(said.get("labels"))
        self.members = by_id(said.get("members"))
        self.fields = by_id(said.get("customFields"))
        self.checklists = grouped(said.get("checklists"), lambda row: row.get("idCard"))
        actions = [row for row in dicts(said.get("actions")) if row.get("type") in COMMENTS]
        actions.sort(key=lambda row: str(row.get("date")))
        self.comments = grouped(actions, card_of)

    def read(self):
        desc = self.said.get("desc")
        if desc:
            self.items.plan.leave("The board", f"Lists have no description here: {quoted(desc)}.")
        leave_unknown(self.items.plan, dicts(self.said.get("cards")), TRELLO)
        for number, card in enumerate(dicts(self.said.get("cards")), 1):
            where = place(f"card {number}", card.get("name"))
            if card.get("closed") is True:
                self.items.plan.leave(where, "It is archived, so it is skipped.")
            else:
                self.card(self.items.add(where, key_of(card.get("id"))), card)

    def card(self, item, card):
        row = self.lists.get(key_of(card.get("idList")), {})
        is_archived = row.get("closed") is True or self.said.get("closed") is True
        item.home = self.items.home(
            self.said.get("name"), row.get("name"), is_archived, key=key_of(card.get("idList"))
        )
        item.order = (number_of(row.get("pos")), number_of(card.get("pos")))
        item.title, item.body = card.get("name"), card.get("desc")
        item.updated_at = item.moment_of(card.get("dateLastActivity"), "moment of the last change")
        item.due(card.get("due"))
        if card.get("dueComplete") is True:
            item.complete(card.get("dateCompleted"), card.get("dateLastActivity"))
        self.hang_labels(item, card)
        self.add_steps(item, card)
        self.say_more(item, card)

    def hang_labels(self, item, card):
        labels = dicts(card.get("labels"))
        if not labels and isinstance(card.get("idLabels"), list):
            labels = [self.labels.get(key_of(pk), {}) for pk in card["idLabels"]]
        for label in labels:
            item.tag(label.get("name") or label.get("color"))

    def add_steps(self, item, card):
        checklists = in_place(self.checklists.get(key_of(card.get("id")), []))
        checklists = checklists or in_place(dicts(card.get("checklists")))
        for checklist in checklists:
            for row in in_place(dicts(checklist.get("checkItems"))):
                item.step(row.get("name"), row.get("state") == "complete")
                if row.get("due"):
                    due = item.in_words(row["due"])
                    item.say("Step with a date", f"{row.get('name')} ({due})")
        if len(checklists) == 1 and checklists[0].get("name") not in (None, "", "Checklist"):
            item.leave(f"The name of its checklist is left out: {quoted(checklists[0]['name'])}.")
        if len(checklists) > 1:
            names = ", ".join(quoted(row.get("name")) for row in checklists[:20])
            item.leave(f"Its checklists become one list of steps: {names}.")

    def say_more(self, item, card):
        if card.get("start"):
            item.say("Start", item.in_words(card["start"]))
        members = card.get("idMembers")
        for pk in members if isinstance(members, list) else []:
            member = self.members.get(key_of(pk), {})
            item.say("Assigned to", member.get("fullName") or member.get("username") or pk)
        minutes = card.get("dueReminder")
        if card.get("due") and type(minutes) is int and minutes >= 0:
            item.remind_before(minutes)
        if card.get("address") or card.get("locationName"):
            place = [card.get("locationName"), card.get("address")]
            item.say("Place", ", ".join(map(str, filter(None, place))))
        for row in dicts(card.get("customFieldItems")):
            name = self.fields.get(key_of(row.get("idCustomField")), {}).get("name")
            item.say(str(name or "Field"), self.value_of(row))
        for file in dicts(card.get("attachments")):
            item.attach(file.get("name"), file.get("url"))
        for action in self.comments.get(key_of(card.get("id")), []):
            author = dict_of(action.get("memberCreator")).get("fullName")
            item.comment(dict_of(action.get("data")).get("text"), action.get("date"), author)

    def value_of(self, row):
        """Return the value of a custom field in words; one of a list of options by its name."""
        value = dict_of(row.get("value"))
        if row.get("idValue"):
            field = self.fields.get(key_of(row.get("idCustomField")), {})
            options = by_id(field.get("options"))
            value = dict_of(options.get(key_of(row["idValue"]), {}).get("value"))
        return ", ".join(str(part) for part in value.values())


def card_of(action):
    return dict_of(dict_of(action.get("data")).get("card")).get("id")


def grouped(rows, key):
    """Return rows by their owner, {id: rows}."""
    found = {}
    for row in dicts(rows):
        found.setdefault(key_of(key(row)), []).append(row)
    found.pop(None, None)
    return found


def in_place(rows):
    return sorted(rows, key=lambda row: number_of(row.get("pos")))
