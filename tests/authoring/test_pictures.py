"""Oracle: an SVG of one color and a known size, and Pillow's reading of what was drawn."""

import base64
import io
import shutil

import pytest
from PIL import Image

from course_lib.authoring.pictures import BROWSERS, draw, embedded, is_fresh

needs_chromium = pytest.mark.skipif(
    not any(map(shutil.which, BROWSERS)),
    reason="needs Chromium: `sudo apt-get install chromium`",
)


@needs_chromium
def test_an_svg_is_drawn_at_twice_its_size_and_shown_at_its_size(book):
    svg = book.folder / "figures" / "square.svg"
    assert not is_fresh(svg)
    draw(svg)
    assert is_fresh(svg)
    address, width = embedded(svg)
    picture = Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2])))
    assert (picture.size, width) == ((240, 160), 120)
    assert picture.convert("RGB").getpixel((239, 159)) == (0x33, 0x66, 0xCC)


def test_an_edited_svg_makes_its_png_stale(drawn):
    svg = drawn.folder / "figures" / "square.svg"
    assert is_fresh(svg)
    svg.write_text(svg.read_text(encoding="utf8").replace("3366cc", "cc3366"), encoding="utf8")
    assert not is_fresh(svg)
    with pytest.raises(ValueError, match=r"square.png is not drawn from square.svg as it is"):
        embedded(svg)


def test_a_png_is_embedded_as_it_is(tmp_path):
    path = tmp_path / "gray.png"
    Image.new("L", (30, 20), 128).save(path)
    address, width = embedded(path)
    assert base64.b64decode(address.removeprefix("data:image/png;base64,")) == path.read_bytes()
    assert width == 30


def test_an_svg_must_state_its_size(tmp_path):
    svg = tmp_path / "free.svg"
    svg.write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>', encoding="utf8")
    with pytest.raises(ValueError, match="must state width and height"):
        draw(svg)


def test_without_chromium_the_line_to_type_is_named(book, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RuntimeError, match="sudo apt-get install chromium"):
        draw(book.folder / "figures" / "square.svg")


def test_other_formats_are_refused(tmp_path):
    path = tmp_path / "film.gif"
    path.write_bytes(b"GIF89a")
    with pytest.raises(ValueError, match=r"a picture is a .png, .jpg or .svg file"):
        embedded(path)
