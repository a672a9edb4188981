"""Checks of a page's accessibility by axe-core (WCAG 2.2 AA and best practice), and of its fit."""

from axe_playwright_python.sync_playwright import Axe

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCRIPT = Axe().axe_script
# Of what it finds no fault with, axe would describe every element.
RUN = """
async rules => {
    const {violations} = await axe.run({runOnly: rules, resultTypes: ["violations"]});
    return violations.map(rule => [rule.id, rule.nodes.map(node => node.target)]);
}
"""


def violations(page):
    """Return (rule, elements) for each rule that the page breaks."""
    if page.evaluate("!('axe' in window)"):
        page.evaluate(SCRIPT)
    return [tuple(rule) for rule in page.evaluate(RUN, RULES)]


def assert_fine(page, name, schemes=("light", "dark")):
    """Assert that the page, as it stands, breaks no rule and fits, wide and narrow, in each scheme.

    name says in a failure which page it was.
    """
    for width in [1280, 320]:
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found = violations(page), page.evaluate("document.documentElement.scrollWidth")
            assert (name, width, scheme, *found) == (name, width, scheme, [], width)
