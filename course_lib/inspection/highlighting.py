"""Python source as HTML that can be selected and copied, readable in light and in dark."""

from html import escape

# Each pair has a contrast of at least 4.5 with its background (WCAG 2.1 AA; tested).
LIGHT = {
    "background": "#f6f7f9",
    "text": "#24292f",
    "comment": "#57606a",
    "keyword": "#9a2367",
    "string": "#0a5c36",
    "number": "#8a4600",
    "name": "#0550ae",
}
DARK = {
    "background": "#1c2128",
    "text": "#e6e8eb",
    "comment": "#a3abb5",
    "keyword": "#ff9fcf",
    "string": "#8fdcae",
    "number": "#f2b880",
    "name": "#8cc4ff",
}
# The classes that Pygments gives to tokens.
TOKENS = {
    "comment": (".c1", ".cm"),
    "keyword": (".k", ".kc", ".kn", ".ow"),
    "string": (".s1", ".s2", ".sd", ".sa", ".si", ".se"),
    "number": (".mi", ".mf", ".mh"),
    "name": (".nf", ".nc", ".nd", ".fm"),
}
# How the book's theme, JupyterLab and Colab each mark that they are dark.
DARK_PAGES = ('html[data-theme="dark"]', '[data-jp-theme-light="false"]', 'html[theme="dark"]')


def as_html(text: str, name: str, place: str) -> str:
    """Highlighted source under a line that says where it stands."""
    # Imported here: where HTML is shown there is IPython, and with it Pygments.
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    code = highlight(text, PythonLexer(), HtmlFormatter(nowrap=True))
    return (
        f"<style>{_rules()}</style>"
        f'<div class="course-source"><div class="place">{escape(place)}</div>'
        # A long line scrolls, so the block must be reachable from the keyboard.
        f'<pre tabindex="0" role="region" aria-label="Source of {escape(name)}">{code}</pre></div>'
    )


def _rules() -> str:
    layout = (
        ".course-source{border-radius:4px;margin:0.5em 0;text-align:left}"
        ".course-source .place{font-size:0.85em;padding:0.5em 1em 0}"
        ".course-source pre{background:none;border:0;box-shadow:none;margin:0;"
        "padding:0.5em 1em 0.8em;overflow-x:auto;line-height:1.45}"
    )
    dark = "".join(_colors(f"{page} .course-source", DARK) for page in DARK_PAGES)
    return layout + _colors(".course-source", LIGHT) + dark


def _colors(block: str, palette: dict[str, str]) -> str:
    own = f"{block},{block} pre{{color:{palette['text']}}}"
    own += f"{block}{{background:{palette['background']}}}"
    own += f"{block} .place{{color:{palette['comment']}}}"
    tokens = (
        ",".join(f"{block} {token}" for token in names) + f"{{color:{palette[kind]}}}"
        for kind, names in TOKENS.items()
    )
    return own + "".join(tokens)
