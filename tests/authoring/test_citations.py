"""Oracle: the author-year form, by hand, for one, two and three authors."""

import pytest

from course_lib.authoring.citations import Bibliography, parenthesized, textual


@pytest.fixture
def bibliography(book):
    return Bibliography(book.folder / "references.bib")


def test_one_two_and_more_authors(bibliography):
    assert parenthesized(bibliography, ["one"]) == "(Lovelace, 1843)"
    assert parenthesized(bibliography, ["two"]) == "(Noether and Hilbert, 1918)"
    assert (
        parenthesized(bibliography, ["three", "one"]) == "(de Vries et al., 1944; Lovelace, 1843)"
    )


def test_in_the_sentence(bibliography):
    assert textual(bibliography, ["two"]) == "Noether and Hilbert (1918)"


def test_the_list_is_sorted_and_names_each_paper_once(bibliography):
    listed = bibliography.listed(["two", "one", "two"])
    assert len(listed) == 2
    assert listed[0] == "Ada Lovelace. Notes. *Memoirs*, 1843."


def test_an_unknown_key_is_named(bibliography):
    with pytest.raises(ValueError, match=r"book/references.bib has no entry 'nobody'"):
        parenthesized(bibliography, ["nobody"])
