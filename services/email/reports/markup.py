"""The readable text of HTML, in one pass whatever stands in it."""

import html
import re

_TAG = re.compile(r"<!--|<(/?)([a-zA-Z][\w:-]{0,40})(?:[\s/][^<>]{0,2000})?>")
_BREAKS = frozenset({"br", "p", "div", "tr", "li", "table", "ul", "hr"}) | {
    f"h{level}" for level in range(1, 7)
}
_HIDDEN = frozenset({"style", "script", "head"})
# No character has such a number, and Python refuses to read long ones.
_NO_CHARACTER = re.compile(r"&#(?:[xX][0-9a-fA-F]{7,}|[0-9]{8,});?")
_BLANKS = re.compile(r"[ \t\u00a0]+")


def plain(markup: str) -> str:
    """
    The readable text of an HTML part, one line a block; never raises.

    What browsers hide (comments, styles, scripts, the head) is left out where it has an end.
    """
    lowered = markup.lower()
    if len(lowered) != len(markup):
        # A few capitals have two characters in lower case; only ASCII names of tags are sought.
        lowered = markup.encode("ascii", "replace").decode("ascii").lower()
    pieces: list[str] = []
    endless: set[str] = set()
    at = 0
    while found := _TAG.search(markup, at):
        pieces.append(markup[at : found.start()])
        at = found.end()
        name = (found[2] or "!--").lower()
        closing = "-->" if name == "!--" else f"</{name}"
        if name in _BREAKS:
            pieces.append("\n")
        elif (name == "!--" or (name in _HIDDEN and not found[1])) and closing not in endless:
            end = lowered.find(closing, at)
            if end < 0:
                # It is not looked for again: each search would read all the rest.
                endless.add(closing)
                continue
            at = end + len("-->") if name == "!--" else end
            pieces.append(" ")
    pieces.append(markup[at:])
    text = html.unescape(_NO_CHARACTER.sub(" ", "".join(pieces)))
    return "\n".join(_BLANKS.sub(" ", line).strip() for line in text.split("\n"))
