"""Colors of lists: the nearest of ours to a color of another program. Pure: no Django."""

import colorsys
import re

HEX = re.compile(r"#?([0-9a-fA-F]{6})(?:[0-9a-fA-F]{2})?")
GRAYISH = 0.15  # saturation
# The name for hues up to so many degrees.
HUES = [(15, "rose"), (75, "amber"), (190, "teal"), (255, "blue"), (300, "violet"), (360, "rose")]


def color_of(text: object) -> str:
    """Return our color for a color such as #1abc9c, "grey" for anything else."""
    if not isinstance(text, str):
        return "grey"
    match = HEX.fullmatch(text)
    if not match:
        return "grey"
    parts = bytes.fromhex(match[1])
    red, green, blue = (part / 255 for part in parts)
    hue, _, saturation = colorsys.rgb_to_hls(red, green, blue)
    if saturation < GRAYISH:
        return "grey"
    degrees = hue * 360
    return next(name for last, name in HUES if degrees <= last)
