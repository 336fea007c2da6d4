"""Markdown that students wrote, as HTML that is safe to look at.

nbgrader's own pages, feedback and formgrader, show a written answer with every tag it holds, and
the formgrader is open in the teacher's session. This takes the place of their filter.
"""

import re
from urllib.parse import urlsplit

import bleach
from nbconvert.filters import markdown2html

TEXT = ("abbr", "b", "br", "code", "del", "em", "i", "kbd", "q", "s", "span", "strong", "u")
TEXT += ("a", "img", "sub", "sup")
BLOCKS = ("blockquote", "details", "div", "hr", "li", "ol", "p", "pre", "summary", "ul")
TABLES = ("table", "tbody", "td", "th", "thead", "tr")
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
TAGS = frozenset((*TEXT, *BLOCKS, *TABLES, *HEADINGS))
PICTURES = ("data:image/png;base64,", "data:image/jpeg;base64,", "data:image/gif;base64,")
PICTURE = re.compile(f"(?:{'|'.join(PICTURES)})[A-Za-z0-9+/=]*")
TEXT_CHARACTERS = 20_000  # rendering can take as long as the square of it


def markdown(source: str) -> str:
    """What nbconvert makes of Markdown, with scripts, forms, frames and the like as text.

    A text of more than TEXT_CHARACTERS, pictures in it not counted, is cut and says so.
    """
    is_cut = len(PICTURE.sub("", source)) > TEXT_CHARACTERS
    html = bleach.clean(
        markdown2html(source[:TEXT_CHARACTERS] if is_cut else source),
        tags=TAGS,
        attributes=_is_allowed,
        protocols=("http", "https", "mailto", "data"),
        strip_comments=True,
    )
    return html + _cut_here(len(source)) if is_cut else html


def _cut_here(length: int) -> str:
    return (
        f"<p><strong>Here only the first {TEXT_CHARACTERS:,} of {length:,} characters are shown; "
        "the notebook handed in has them all.</strong></p>"
    )


def _is_allowed(tag: str, name: str, value: str) -> bool:
    if tag == "img" and name == "src":
        return value.startswith(PICTURES)
    if tag == "a" and name == "href":
        return urlsplit(value).scheme in ("", "http", "https", "mailto")
    return name in ("alt", "title", "align", "class", "id", "start")
