"""Pictures inside a notebook: PNG in the text itself, as Colab shows neither files nor SVG.

An SVG in book/figures gets a PNG beside it, drawn by Chromium, that knows which SVG it is of.
"""

import base64
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from course_lib.provenance import digest

SOURCE = "Drawn-From"
SCALE = 2  # pixels of the PNG for one of the SVG: sharp on a good screen
MARGIN = 200  # the window of Chromium is larger than the page that it shows
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def embedded(path: Path) -> tuple[str, int]:
    """The data address of a picture and the width, in pixels, at which to show it."""
    from PIL import Image

    if not path.exists():
        raise FileNotFoundError(f"there is no picture {path.name} in {path.parent.name}/.")
    drawn = _drawn(path) if path.suffix == ".svg" else path
    if drawn.suffix not in (".png", ".jpg"):
        raise ValueError(f"{path.name}: a picture is a .png, .jpg or .svg file.")
    if drawn != path and not is_fresh(path):
        raise ValueError(
            f"{drawn.name} is not drawn from {path.name} as it is: `course notebooks`."
        )
    kind = "jpeg" if drawn.suffix == ".jpg" else "png"
    content = base64.b64encode(drawn.read_bytes()).decode()
    width = Image.open(drawn).width
    return f"data:image/{kind};base64,{content}", width // (SCALE if drawn != path else 1)


def is_fresh(svg: Path) -> bool:
    """Whether the PNG beside an SVG is there and was drawn from it as it is now."""
    from PIL import Image

    drawn = _drawn(svg)
    return drawn.exists() and Image.open(drawn).info.get(SOURCE) == digest(svg)


def draw(svg: Path) -> None:
    """Draw an SVG of a stated size as PNG beside it, on white."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    browser = next((found for found in map(shutil.which, BROWSERS) if found), None)
    if browser is None:
        raise RuntimeError(
            f"{svg.name} must be drawn as PNG, and there is no Chromium to do it: "
            "`sudo apt-get install chromium`."
        )
    width, height = _size(svg)
    with tempfile.TemporaryDirectory() as folder:
        page, shot = Path(folder, "page.html"), Path(folder, "shot.png")
        page.write_text(f"<body style='margin:0'>{svg.read_text(encoding='utf8')}", encoding="utf8")
        subprocess.run(
            [
                *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
                *("--disable-background-networking", f"--user-data-dir={folder}/profile"),
                *(
                    f"--force-device-scale-factor={SCALE}",
                    f"--window-size={width + MARGIN},{height + MARGIN}",
                ),
                *(f"--screenshot={shot}", page.as_uri()),
            ],
            check=True,
            capture_output=True,
            timeout=60,
        )
        note = PngInfo()
        note.add_text(SOURCE, digest(svg))
        page = Image.open(shot).crop((0, 0, SCALE * width, SCALE * height))
        picture = page.convert("RGB").quantize(256)
        picture.save(_drawn(svg), pnginfo=note, optimize=True)


def _drawn(svg: Path) -> Path:
    return svg.with_suffix(".png")


def _size(svg: Path) -> tuple[int, int]:
    """Width and height in pixels, out of the attributes of the <svg> element."""
    head = re.search(r"<svg\b[^>]*>", svg.read_text(encoding="utf8"))
    sides = dict(
        re.findall(r"""\s(width|height)=["']([\d.]+)(?:px)?["']""", head[0] if head else "")
    )
    if len(sides) < 2:
        raise ValueError(f"{svg.name}: its <svg> element must state width and height in pixels.")
    return round(float(sides["width"])), round(float(sides["height"]))
