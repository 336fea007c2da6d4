"""Oracle: outputs written by hand, and a picture that Pillow reads again."""

import base64
import io

import nbformat
import numpy as np
import pytest
from PIL import Image

from course_lib import provenance
from course_lib.authoring import outputs
from course_lib.authoring.glue import glue

v4 = nbformat.v4


def stream(text, name="stdout"):
    return v4.new_output("stream", name=name, text=text)


def display(**data):
    return v4.new_output("display_data", data={key.replace("_", "/"): x for key, x in data.items()})


def notebook(chapter, *written, **metadata):
    """The chapter's notebook whose last cell wrote these outputs."""
    cell = chapter.notebook.cells[-1]
    cell.outputs = list(written)
    cell.metadata.update(metadata)
    return chapter.notebook


@pytest.fixture
def chapter(book):
    return book.chapter("```{code-cell} ipython3\nx\n```")


@pytest.mark.parametrize(
    ("output", "complaint"),
    [
        (stream("Warning: careful", "stderr"), "writes to stderr.*\nWarning: careful"),
        (stream("<Conv2d object at 0x7f3a91c2d0>"), "a memory address"),
        (display(text_plain="<Figure at 0x7f3a91c2d0>"), "a memory address"),
        (stream(f"saved to {provenance.PACKAGE.parent}/x"), "a path of this machine"),
        (display(image_png="aaaa"), "this cell draws: say in `:alt:"),
    ],
)
def test_what_should_not_be_published_is_named_with_its_line(chapter, output, complaint):
    with pytest.raises(ValueError, match=rf"book/first.md:\d+: (?s:.*){complaint}"):
        outputs.check(chapter, notebook(chapter, stream("fine"), output))


def test_a_picture_that_is_described_and_plain_text_pass(chapter):
    written = (stream("0x10"), display(image_png="aaaa"))
    outputs.check(chapter, notebook(chapter, *written, alt="A line.", caption="It rises."))


@pytest.mark.parametrize(
    ("num_pictures", "options", "complaint"),
    [
        (1, {"caption": "It rises."}, "say in `:alt: ...` what is to be seen"),
        (1, {"alt": "A line."}, "say in `:caption: ...` what its figure tells"),
        (2, {"alt": "Lines.", "caption": "They rise."}, "and this cell draws 2"),
        (0, {"caption": "It rises."}, "and this cell draws 0"),
    ],
)
def test_each_picture_has_its_alternative_text_and_its_caption(
    chapter, num_pictures, options, complaint
):
    pictures = [display(image_png="aaaa")] * num_pictures
    with pytest.raises(ValueError, match=complaint):
        outputs.check(chapter, notebook(chapter, *pictures, **options))


def test_pictures_keep_every_color_of_a_plot_and_become_smaller(chapter):
    pixels = np.full((200, 300, 3), 255, dtype=np.uint8)
    pixels[50:100, 50:250] = (31, 119, 180)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="png", compress_level=0)
    content = notebook(chapter, display(image_png=base64.b64encode(buffer.getvalue()).decode()))
    outputs.clean(content)
    kept = base64.b64decode(content.cells[-1].outputs[0].data["image/png"])
    assert (np.asarray(Image.open(io.BytesIO(kept)).convert("RGB")) == pixels).all()
    assert len(kept) < len(buffer.getvalue()) / 10


def test_glued_values_are_read_from_where_glue_puts_them(chapter, monkeypatch):
    shown = []
    monkeypatch.setattr(
        "IPython.display.display", lambda data, raw, metadata: shown.append((data, metadata))
    )
    glue("error", 0.25)
    data, metadata = shown[0]
    output = v4.new_output("display_data", data=data, metadata=metadata)
    assert outputs.glued(notebook(chapter, output)) == {"error": "0.25"}
