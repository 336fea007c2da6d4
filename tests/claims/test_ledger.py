"""The course's own ledger. Oracle: every number computed again, and the house's rules for it."""

import ast
import re

import pytest

from course_lib.claims import ledger
from course_lib.claims.entries import KEYS, LECTURES
from course_lib.claims.refreshing import stale


@pytest.fixture(scope="module")
def claims():
    return ledger()


def test_every_number_is_what_comes_out_today(claims):
    assert [(one.id, one.ours, value) for one, value in stale(claims)] == []


def test_it_is_a_ledger_of_many_claims_and_of_doubts(claims):
    assert len(claims) >= 70
    counts = claims.counts
    assert counts["does not hold"] + counts["holds with a remark"] >= 10
    assert repr(claims).startswith(f"{len(claims)} claims: {counts['holds']} hold, ")


def test_the_lectures_come_in_their_order(claims):
    order = [list(LECTURES).index(one.lecture) for one in claims]
    assert order == sorted(order)


def test_no_function_is_left_unused(claims, repository):
    """A computed number that no entry names would be checked for nobody."""
    named = {one.by.partition("(")[0] for one in claims if one.kind == "computed"}
    modules = {name.split(".")[0] for name in named}
    defined = {
        f"{module}.{node.name}"
        for module in modules
        for node in ast.parse(
            (repository / "course_lib" / "claims" / f"{module}.py").read_text(encoding="utf8")
        ).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }
    source = "".join(
        (repository / "course_lib" / "claims" / f"{module}.py").read_text(encoding="utf8")
        for module in modules
    )
    unused = {
        name
        for name in defined - named
        if len(re.findall(rf"\b{name.split('.')[1]}\b", source)) < 2
    }
    assert unused == set()


def test_an_entry_is_written_with_its_keys_in_one_order(repository):
    """So that the file reads alike from top to bottom."""
    text = (repository / "book" / "claims.yml").read_text(encoding="utf8")
    keys = re.findall(r"^(?:- |  )([a-z]+):", text, re.MULTILINE)
    assert keys == list(KEYS) * (len(keys) // len(KEYS))


def test_the_page_cites_every_source_and_shows_every_lecture(claims, repository):
    text = (repository / "book" / "claims.md").read_text(encoding="utf8")
    cited = {key for keys in re.findall(r"\{cite:?\w?\}`([^`]+)`", text) for key in keys.split(",")}
    sources = {one.by["source"] for one in claims if one.kind == "literature"}
    assert sources <= {key.strip() for key in cited}
    assert re.findall(r'claims\.of\("(\w+)"\)', text) == list(LECTURES)


def test_the_wheel_carries_the_ledger(repository):
    import tomllib

    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf8"))
    carried = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert carried["book/claims.yml"] == "course_lib/claims.yml"
