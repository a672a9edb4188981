"""The acts that visits without JavaScript have in common, as a person does them."""


def add(visitor, *lines):
    for line in lines:
        visitor.fill("Add a task", line).press("Add")


def press(visitor, title, button):
    """Press a button of the menu of a task's row, which is a page without script."""
    visitor.follow(f"More for “{title}”")
    assert visitor.heading == title
    visitor.press(button)


def press_of_step(visitor, title, button):
    """Press a button of the menu of a step."""
    visitor.follow(f"Rename, move or delete “{title}”")
    assert visitor.heading == title
    visitor.press(button)
