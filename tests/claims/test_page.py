"""The ledger as a table. Oracle: the table taken apart by Python's own parser."""

import math
from html.parser import HTMLParser

import pytest

from course_lib.claims import ledger
from course_lib.claims.page import origin, shown


class Cells(HTMLParser):
    """Every heading and cell of a table: its tag, its scope, its text."""

    def __init__(self, html: str):
        super().__init__()
        self.rows: list[list[list]] = []
        self.inside = False
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        if tag == "tr":
            self.rows.append([])
        if tag in ("th", "td"):
            self.rows[-1].append([tag, dict(attributes).get("scope"), ""])
            self.inside = True

    def handle_endtag(self, tag):
        self.inside = self.inside and tag not in ("th", "td")

    def handle_data(self, text):
        if self.inside:
            self.rows[-1][-1][2] += text


@pytest.fixture
def small(write, computed, literature):
    return ledger(write(computed | {"states": "1 < 2 & more."}, literature))


def test_each_claim_is_a_row_with_a_heading_and_a_verdict_in_words(small):
    rows = Cells(small._repr_html_()).rows
    assert [cell[:2] for cell in rows[0]] == [["th", "col"]] * 4
    assert [cell[2] for cell in rows[0]] == ["what is said", "the lecture", "here", "verdict"]
    assert [[cell[:2] for cell in row] for row in rows[1:]] == [
        [["th", "row"], *[["td", None]] * 3]
    ] * 2
    assert rows[1][0][2] == "1 < 2 & more.“AlexNet Remedies for Overfitting”"
    assert [cell[2] for cell in rows[1][1:]] == ["2048", "2178", "does not hold"]
    assert rows[2][3][2] == "holds with a remark"


def test_an_explained_row_says_why_and_whose_it_is(small):
    rows = Cells(small.wrong.explained._repr_html_()).rows
    assert len(rows) == 2
    assert rows[1][0][2].endswith("colorado_2024, “AlexNet Remedies for Overfitting”")
    assert rows[1][3][2] == (
        "does not hold. The paper prints it, too.33 * 33 * 2.(computed by crops.of_alexnet)"
    )


def test_all_text_is_escaped(small):
    html = small._repr_html_()
    assert "1 &lt; 2 &amp; more." in html
    assert "1 < 2" not in html


def test_as_text_ids_stand_for_sentences(small):
    lines = str(small).splitlines()
    assert lines[0].split("  ")[0] == "lecture"
    assert lines[2].split() == ["colorado_2024", "crops", "2048", "2178", "does", "not", "hold"]
    assert "The lecture: 2048. Here: 2178 (computed by crops.of_alexnet)." in str(small.explained)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2012, "2012"),
        (60_965_224, "60,965,224"),
        (60_965_224.0, "60,965,224"),
        (0.03432751, "0.03432751"),
        (1.0, "1"),
        (True, "yes"),
        (False, "no"),
        (math.inf, "∞"),
        (-math.inf, "-∞"),
        ("Wiesel", "Wiesel"),
        ([5, 3], "5, 3"),
        ([12_345, 3], "12,345; 3"),
        (None, "not yet computed"),
    ],
)
def test_values_as_people_write_them(value, text):
    assert shown(value) == text


def test_a_long_value_is_cut_in_the_text_and_whole_on_the_page(write, computed):
    found = ledger(write(computed | {"value": list(range(100, 120))}))
    assert "…" in str(found)
    assert "…" not in found._repr_html_()
    assert "118, 119" in found._repr_html_()


def test_where_a_value_is_from(small, write, computed):
    assert origin(small[1]) == "read in Krizhevsky 2012, section 5"
    by = {"experiment": "lenet_mnist", "measure": "test.error", "over": "seeds"}
    record = ledger(write(computed | {"kind": "record", "by": by}))[0]
    assert origin(record) == "measured, mean over seeds of lenet_mnist"


def test_a_notebook_keeps_one_line_of_text_beside_the_table(small):
    assert repr(small) == "2 claims: 0 hold, 1 hold with a remark, 1 do not hold."
    assert repr(small.explained) == "2 claims, each with what there is to say about it."
