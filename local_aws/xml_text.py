"""Text in an XML answer: escaped, and without the characters that XML 1.0 can't hold in any form."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

_IMPOSSIBLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """The text as an element's content; U+FFFD stands for what can't be written."""
    return escape(_IMPOSSIBLE.sub("\ufffd", text))
