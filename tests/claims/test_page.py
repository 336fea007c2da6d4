"""The ledger on a page. Oracle: the page taken apart by Python's own parser."""

import math
from html.parser import HTMLParser

import pytest

from course_lib.claims import ledger
from course_lib.claims.page import origin, shown


class Entries(HTMLParser):
    """What can be opened: the text of each line, and the paragraphs behind it."""

    def __init__(self, html: str):
        super().__init__()
        self.entries: list[tuple[str, list[str]]] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        if tag == "summary":
            self.entries.append(("", []))
        if tag == "p":
            self.entries[-1][1].append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, text):
        line, paragraphs = self.entries[-1] if self.entries else ("", [])
        if "summary" in self.open:
            self.entries[-1] = (line + text, paragraphs)
        elif "p" in self.open:
            paragraphs[-1] += text


@pytest.fixture
def small(write, computed, literature):
    return ledger(write(computed | {"states": "1 < 2 & more."}, literature))


def test_a_lecture_is_a_line_to_open_with_its_claims_behind_it(small):
    lecture, first, second = Entries(small._repr_html_()).entries
    assert lecture == ("2 claims: 0 hold, 1 hold with a remark, 1 do not hold.", [])
    assert first[0] == "1 < 2 & more. The lecture: 2048. Here: 2178. does not hold"
    assert second[0].endswith("holds with a remark")


def test_behind_a_claim_stand_remark_proof_slide_and_where_ours_is_from(small):
    (found,) = Entries(small.wrong.explained._repr_html_()).entries
    assert found[1] == [
        "The paper prints it, too.",
        "33 * 33 * 2.",
        "colorado_2024, “AlexNet Remedies for Overfitting”; ours is computed by crops.of_alexnet.",
    ]


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
    by = {"experiment": "bagging", "measure": "seed", "over": "seeds", "above": -1}
    record = ledger(write(computed | {"kind": "record", "by": by}))[0]
    assert origin(record).startswith("measured, in every seed of bagging at a reduced scale (")


def test_a_notebook_keeps_one_line_of_text_beside_the_page(small):
    assert repr(small) == "2 claims: 0 hold, 1 hold with a remark, 1 do not hold."
    assert repr(small.explained) == "2 claims, each with what there is to say about it."
