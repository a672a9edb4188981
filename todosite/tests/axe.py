"""What axe-core finds wrong with a page (WCAG 2.2 AA and best practice)."""

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
