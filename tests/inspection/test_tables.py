from course_lib.inspection.tables import as_html, as_text, sizes

# Oracle: tables written by hand.


def test_text_is_aligned():
    assert as_text(("layer", "number"), [("c1", 156), ("<output>", 11_770)]) == (
        "layer     number\n----------------\nc1           156\n<output>  11,770"
    )


def test_html_is_escaped_and_its_headings_are_headings():
    html = as_html(("layer", "number"), [("<output>", 11_770)])
    assert '<th scope="col" style="text-align: left">layer</th>' in html
    assert '<td style="text-align: right">11,770</td>' in html
    assert "&lt;output&gt;" in html
    assert "<output>" not in html


def test_shapes_are_written_as_people_do():
    assert sizes((6, 28, 28)) == "6 × 28 × 28"
    assert sizes(()) == "one number"
