"""Reading a teacher's folder; the folders are made up here."""

import importlib
import sys

import pytest

from course_lib.checking.cases import load_assignment

CASES = """
from shared_numbers import POINTS
from course_lib.checking.cases import Case, GradedFunction

FUNCTIONS = (GradedFunction("double", POINTS, (Case("one", "one", lambda seed: {"x": seed}),)),)
WITHHELD = ("course_lib.layers",)
"""
WRONG = """
from course_lib.checking.cases import WrongAnswer

class Triples(WrongAnswer):
    function = "double"
    sentence = "it is tripled"
    idea = "one"

    @staticmethod
    def answer(x):
        return 3 * x
"""


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "doubling"
    folder.mkdir()
    (folder / "shared_numbers.py").write_text("POINTS = 3")
    (folder / "cases.py").write_text(CASES)
    (folder / "wrong.py").write_text(WRONG)
    return folder


def test_an_assignment_is_read_whole(folder):
    assignment = load_assignment(folder)
    assert assignment.slug == "doubling"
    assert assignment.functions["double"].points == 3
    assert [wrong.__name__ for wrong in assignment.wrong_answers("double")] == ["Triples"]
    assert assignment.withheld == ("course_lib.layers",)


def test_nothing_of_it_can_be_imported_afterwards(folder):
    load_assignment(folder)
    for name in ("cases", "wrong", "shared_numbers"):
        assert name not in sys.modules
        with pytest.raises(ModuleNotFoundError):
            importlib.import_module(name)


def test_mistakes_may_be_a_package(folder):
    (folder / "wrong").mkdir()
    (folder / "wrong.py").rename(folder / "wrong" / "double.py")
    (folder / "wrong" / "__init__.py").write_text("from wrong import double")
    assert [wrong.__name__ for wrong in load_assignment(folder).wrong] == ["Triples"]


def test_two_assignments_do_not_mix(folder, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "shared_numbers.py").write_text("POINTS = 9")
    (other / "cases.py").write_text(CASES)
    assert load_assignment(folder).functions["double"].points == 3
    assert load_assignment(other).functions["double"].points == 9


def test_a_folder_without_cases_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"cases\.py is missing"):
        load_assignment(tmp_path)


def test_a_mistake_of_an_unknown_function_is_named(folder):
    (folder / "wrong.py").write_text(WRONG.replace('"double"', '"halve"'))
    with pytest.raises(ValueError, match="Triples is a mistake of 'halve'"):
        load_assignment(folder)


def test_two_functions_of_one_name_are_refused(folder):
    (folder / "cases.py").write_text(CASES + "FUNCTIONS += FUNCTIONS\n")
    with pytest.raises(ValueError, match="share a name"):
        load_assignment(folder)
