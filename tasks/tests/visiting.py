"""Frequent acts of visits without JavaScript, done as a person does them."""


def add(visitor, *lines):
    for line in lines:
        visitor.fill("Add a task", line).press("Add")


def press(visitor, title, button):
    """Press a button of a row's menu, which is a page without JavaScript."""
    visitor.follow(f"More for “{title}”")
    assert visitor.heading == title
    visitor.press(button)


def press_twice(visitor, name, inside="body"):
    """Send a form twice, as a double click or two tabs do. Return both messages."""
    page, url = visitor.page, visitor.url
    visitor.press(name, inside)
    first = visitor.message
    visitor.page, visitor.url = page, url
    visitor.press(name, inside)
    return [first, visitor.message]


def press_of_step(visitor, title, button):
    """Press a button of the menu of a step."""
    visitor.follow(f"Rename, move or delete “{title}”")
    assert visitor.heading == title
    visitor.press(button)
