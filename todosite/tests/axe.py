"""Checks of a page's accessibility by axe-core (WCAG 2.2 AA and best practice), and of its fit."""

from axe_playwright_python.sync_playwright import Axe

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
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


def violations(page):
    """Return (rule, elements) for each rule that the page breaks."""
    if page.evaluate("!('axe' in window)"):
        page.evaluate(SCRIPT)
    return [tuple(rule) for rule in page.evaluate(RUN, RULES)]


def assert_fine(page, name, looks=((1280, BOTH), (320, BOTH))):
    """Assert that the page, as it stands, breaks no rule and fits, in each of the looks.

    name says in a failure which page it was. A look is a width in CSS pixels with its schemes, each
    a pair: what the page is asked for as prefers-color-scheme, and as forced-colors.
    """
    for width, schemes in looks:
        page.set_viewport_size({"width": width, "height": 800})
        for scheme, forced in schemes:
            page.emulate_media(color_scheme=scheme, forced_colors=forced, reduced_motion="reduce")
            found = violations(page), page.evaluate("document.documentElement.scrollWidth")
            assert (name, width, scheme, forced, *found) == (name, width, scheme, forced, [], width)
