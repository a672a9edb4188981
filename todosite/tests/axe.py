"""Checks of a page by axe-core (WCAG 2.2 AA and best practice), and of its width."""

from axe_playwright_python.sync_playwright import Axe

ALL_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOR_RULES = ["color-contrast", "link-in-text-block"]  # all that ask for colors
# All others that ask for the place and size of elements.
PLACE_RULES = ["target-size", "scrollable-region-focusable"]
LIGHT, DARK = ("light", "none"), ("dark", "none")
BOTH = (LIGHT, DARK)
SCRIPT = Axe().axe_script
# Otherwise axe would describe every element that passes, too.
RUN = """
async ([asked, without]) => {
    const rules = Object.fromEntries(without.map(rule => [rule, {enabled: false}]));
    const options = {runOnly: asked, rules, resultTypes: ["violations"]};
    const {violations} = await axe.run(options);
    return violations.map(rule => [rule.id, rule.nodes.map(node => node.target)]);
}
"""
# The tints of texts: all that the rules about colors read of a text and of what it stands on. Those
# of the page as it is, and those that axe finds fine if no text of the page breaks a rule.
TINTS = """
() => {
    const FIELDS = "input:not([type=hidden], [type=checkbox], [type=radio]), select, textarea";
    let grounds;
    const groundOf = (element) => {
        if (!grounds.has(element)) {
            const {backgroundColor, backgroundImage, opacity} = getComputedStyle(element);
            const below = groundOf(element.parentElement);
            const isFaint = below.isFaint || opacity !== "1";
            const own = `/${backgroundColor} ${backgroundImage} ${opacity}`;
            const covers = backgroundColor.startsWith("rgb(") && backgroundImage === "none";
            const shows = own !== "/rgba(0, 0, 0, 0) none 1";
            let words = below.words;
            if (covers && !isFaint) words = own;
            else if (shows) words += own;
            grounds.set(element, {words, isFaint, shows});
        }
        return grounds.get(element);
    };
    const tintOf = (element) => {
        const {color, fontSize, fontWeight, textDecorationLine} = getComputedStyle(element);
        const size = parseFloat(fontSize);
        const isLarge = size >= 24 || (size >= 18.6 && fontWeight >= 700);
        const isOff = element.matches(":disabled, :disabled *, [aria-disabled] *, [aria-disabled]");
        const own = [color, isLarge, isOff];
        if (element.matches("a, a *")) {
            const around = getComputedStyle(element.closest("a").parentElement);
            own.push(textDecorationLine, fontWeight, around.color, around.fontWeight);
        }
        return own.join(" ") + groundOf(element).words;
    };
    // A text may stand on an element that doesn't contain it, such as a bar.
    const coversOf = (elements) => elements
        .filter(element => groundOf(element).shows)
        .map(element => [element, element.getBoundingClientRect()]);
    const isOver = (one, other) => one.left < other.right - 1 && other.left < one.right - 1
        && one.top < other.bottom - 1 && other.top < one.bottom - 1;
    const tintsOf = (elements) => {
        grounds = new Map([[null, {words: "", isFaint: false}]]);
        const covers = coversOf([...document.body.querySelectorAll("*")]);
        const withCovers = (element) => {
            const place = element.getBoundingClientRect();
            const met = covers.filter(([cover, there]) => isOver(place, there)
                && !cover.contains(element) && !element.contains(cover));
            const others = new Set(met.map(([cover]) => groundOf(cover).words));
            others.delete(groundOf(element).words);
            return [tintOf(element), ...others].join(" over ");
        };
        return [...new Set(elements.map(withCovers))];
    };
    // axe doesn't judge a single character.
    const isText = (node) => node.nodeType === Node.TEXT_NODE && node.data.trim().length > 1;
    const isSeen = (element) => {
        const {bottom, width, height} = element.getBoundingClientRect();
        return bottom > 0 && width > 1 && height > 1
            && element.checkVisibility({visibilityProperty: true, opacityProperty: true});
    };
    window.tints = () => tintsOf([...document.body.querySelectorAll("*")].filter(element =>
        (element.matches(FIELDS) || [...element.childNodes].some(isText)) && isSeen(element)));
    window.fineTints = async rules => {
        const options = {runOnly: rules, elementRef: true, selectors: false};
        const {violations, passes} = await axe.run(options);
        if (violations.length) return null;
        const {nodes} = passes.find(rule => rule.id === "color-contrast") || {nodes: []};
        return tintsOf(nodes.map(node => node.element));
    };
}
"""
known = set()  # the tints that axe has found fine, on any page


def prepare(page):
    if page.evaluate("!('axe' in window)"):
        page.evaluate(SCRIPT)
        page.evaluate(TINTS)


def violations(page, rules=ALL_RULES, without=()):
    """Return (rule, elements) for each of the rules (ids or tags) that a page breaks."""
    prepare(page)
    return [tuple(rule) for rule in page.evaluate(RUN, [rules, [*without]])]


def color_violations(page):
    """Return what violations() returns for the rules about colors.

    axe judges the page only if it has a tint that axe hasn't found fine before, since that takes
    ten times as long as finding out.
    """
    prepare(page)
    if known.issuperset(page.evaluate("tints()")):
        return []
    fine = page.evaluate("rules => fineTints(rules)", COLOR_RULES)
    if fine is None:
        return violations(page, COLOR_RULES)
    known.update(fine)
    return []


def assert_fine(page, name, looks=((1280, BOTH), (320, BOTH))):
    """Assert that the page breaks none of the rules and fits, in each of the looks.

    name identifies the page in a failure. A look is a width in CSS pixels with its schemes, each a
    pair of values of prefers-color-scheme and forced-colors. The rules are checked in the first
    scheme of the first and of the last width, which show all elements between them. Other widths
    only move elements, and other schemes only change colors.
    """
    widths = [width for width, _ in looks]
    for width, schemes in looks:
        page.set_viewport_size({"width": width, "height": 800})
        for scheme, forced in schemes:
            page.emulate_media(color_scheme=scheme, forced_colors=forced, reduced_motion="reduce")
            if (scheme, forced) != schemes[0]:
                found = color_violations(page)
            elif width == widths[0]:
                found = violations(page)
            elif width == widths[-1]:
                found = violations(page, without=COLOR_RULES) + color_violations(page)
            else:
                found = violations(page, PLACE_RULES) + color_violations(page)
            across = page.evaluate("document.documentElement.scrollWidth")
            at = name, width, scheme, forced
            assert (*at, found, across) == (*at, [], width)
