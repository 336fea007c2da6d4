"""Oracle: this file, and torch's, as they lie on disk."""

import functools
import html
import inspect
import re
from pathlib import Path

import pytest
import torch
from torch import nn

from course_lib.inspection import show_source
from course_lib.inspection.highlighting import DARK, LIGHT
from course_lib.inspection.source import without_docstrings


class Shown:
    """What this is for."""

    def method(self, text: str = "<b> & 'b'") -> str:
        """Say something."""
        return text + """not a docstring"""

    def bare(self):
        """Nothing but a docstring."""


def test_a_class_is_shown_whole():
    lines = Path(__file__).read_text().splitlines()
    source = show_source(Shown)
    assert source.text.splitlines() == lines[source.first_line - 1 : source.last_line]
    assert source.text.startswith("class Shown:")
    assert source.text.endswith('docstring."""\n')


def test_a_method_is_shown_from_the_left_margin():
    assert show_source(Shown.method).text.startswith("def method(self")
    assert show_source(Shown().method).text == show_source(Shown.method).text


def test_docstrings_can_be_left_out():
    assert show_source(Shown, docstring=False).text == (
        "class Shown:\n"
        "    def method(self, text: str = \"<b> & 'b'\") -> str:\n"
        '        return text + """not a docstring"""\n'
        "\n"
        "    def bare(self):\n"
        '        """Nothing but a docstring."""\n'
    )


@pytest.mark.parametrize(
    "text", ['def f(): "Doc."; return 1\n', 'class C: "Doc."\n', 'def f():\n    "Doc."; return 1\n']
)
def test_a_docstring_that_shares_its_line_stays(text):
    assert without_docstrings(text) == text


def test_without_docstrings_the_code_does_the_same():
    source = inspect.getsource(nn.functional)
    code = compile(without_docstrings(source), "functional", "exec")
    names = lambda code: [c.co_name for c in code.co_consts if inspect.iscode(c)]  # noqa: E731
    assert names(code) == names(compile(source, "functional", "exec"))


def test_a_decorated_function_is_shown_as_it_was_written():
    @functools.lru_cache
    def decorated():
        return 1

    assert show_source(decorated).text.startswith("@functools.lru_cache\ndef decorated")


def test_the_file_is_named_from_its_package_on():
    source = show_source(nn.Conv2d)
    assert source.file == "torch/nn/modules/conv.py"
    assert repr(source).startswith(f"# {source.place}\nclass Conv2d(")
    assert show_source(show_source).file == "course_lib/inspection/source.py"


def test_html_holds_the_same_text():
    source = show_source(Shown)
    page = source._repr_html_()
    shown = re.search(r"<pre[^>]*>(.*)</pre>", page, re.DOTALL)[1]
    assert html.unescape(re.sub(r"<[^>]+>", "", shown)) == source.text
    assert source.place in page
    assert 'class="nc">Shown' in shown  # highlighted: the name of a class


@pytest.mark.parametrize(
    ("object", "message"),
    [
        (torch.relu, "no Python source"),
        (len, "object is len, which has no Python source"),
        (3, "object is 3"),
        (nn.ReLU(), r"an instance of ReLU; show_source\(type\(object\)\)"),
    ],
)
def test_what_has_no_source_is_refused(object, message):
    with pytest.raises(ValueError, match=message):
        show_source(object)


def luminance(color: str) -> float:
    """WCAG 2.1's relative luminance."""
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_every_color_can_be_read(palette):
    # Oracle: WCAG 2.1 AA, 4.5 to 1.
    ground = luminance(palette["background"])
    for kind in set(palette) - {"background"}:
        low, high = sorted((ground, luminance(palette[kind])))
        assert (high + 0.05) / (low + 0.05) >= 4.5, kind
