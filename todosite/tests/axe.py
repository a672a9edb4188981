"""Checks of a page by axe-core (WCAG 2.2 AA and best practice), and of its width."""

from axe_playwright_python.sync_playwright import Axe

ALL_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOR_RULES = ["color-contrast", "link-in-text-block"]  # all that ask for colors
# All that ask for the place and size of elements.
PLACE_RULES = [*COLOR_RULES, "target-size", "scrollable-region-focusable"]
LIGHT, DARK = ("light", "none"), ("dark", "none")
BOTH = (LIGHT, DARK)
SCRIPT = Axe().axe_script
# Otherwise axe would describe every element that passes, too.
RUN = """
async rules => {
    const {violations} = await axe.run({runOnly: rules, resultTypes: ["violations"]});
    return violations.map(rule => [rule.id, rule.nodes.map(node => node.target)]);
}
"""


def violations(page, rules=ALL_RULES):
    """Return (rule, elements) for each of the rules (ids or tags) that a page breaks."""
    if page.evaluate("!('axe' in window)"):
        page.evaluate(SCRIPT)
    return [tuple(rule) for rule in page.evaluate(RUN, rules)]


def assert_fine(page, name, looks=((1280, BOTH), (320, BOTH)), rules=ALL_RULES):
    """Assert that the page breaks none of the rules and fits, in each of the looks.

    name identifies the page in a failure. A look is a width in CSS pixels with its schemes, each a
    pair of values of prefers-color-scheme and forced-colors. The rules are checked in the first
    scheme of the first and of the last width, which show all elements between them. Other widths
    only move elements, and other schemes only change colors.
    """
    widths = [width for width, _ in looks]
    for width, schemes in looks:
        page.set_viewport_size({"width": width, "height": 800})
        asked = rules
        if rules is ALL_RULES and width not in (widths[0], widths[-1]):
            asked = PLACE_RULES
        for scheme, forced in schemes:
            page.emulate_media(color_scheme=scheme, forced_colors=forced, reduced_motion="reduce")
            found = (
                violations(page, asked),
                page.evaluate("document.documentElement.scrollWidth"),
            )
            asked = COLOR_RULES
            assert (name, width, scheme, forced, *found) == (name, width, scheme, forced, [], width)
