"""The answers in the text, and the sample class, get the points that they should."""

import pytest

from course_lib.authoring.assignments import read_assignment
from course_lib.authoring.course_file import read_course
from course_lib.grading.sample_class import pretended_students


@pytest.fixture
def source(repository, assignment):
    path = repository / "solutions" / assignment.slug / f"{assignment.slug}.md"
    return read_assignment(path, assignment, read_course(repository))


@pytest.fixture
def students(repository, slug):
    return pretended_students(repository / "solutions" / slug / "sample_class")


@pytest.fixture
def defined(source):
    """The function that a text defines, after the cells that the notebook gives to everybody."""
    given = {}
    for cell in source.cells:
        about = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and about.get("locked") and not about["grade"]:
            exec(cell.source, given)

    def function(text, name):
        names = dict(given)
        exec(text, names)
        return names[name]

    return function


def answer_to(source, name):
    return next(cell.source for cell in source.cells if cell["id"] == f"answer-{name}")


@pytest.mark.parametrize("seed", range(3))
def test_the_answers_of_the_text_get_everything(source, defined, exam_of, verdict_on, name, seed):
    exam, text = exam_of(name, seed), answer_to(source, name)
    verdict = verdict_on(exam, defined(text, name), text)
    assert verdict.points == exam.function.points, "\n".join(verdict.lines)


def test_answers_do_not_call_one_another(source, assignment, name):
    text = answer_to(source, name)
    others = set(assignment.functions) - {name}
    assert not [other for other in others if f"{other}(" in text.replace(f"def {name}(", "")]


def test_the_class_is_a_class(students):
    assert len({student.name for student in students}) == len(students)


def test_each_student_gets_what_is_expected(students, defined, exam_of, verdict_on, name):
    judged = 0
    for student in students:
        if student.constants.get("UNTOUCHED") or name not in student.functions:
            continue
        if "while" in student.functions[name]:
            continue  # never ends: only the clock of grading can judge it
        text = student.functions[name]
        verdict = verdict_on(exam_of(name, 7), defined(text, name), text)
        assert verdict.points == student.expected[name], (student.name, verdict.lines)
        assert verdict.mistake == student.constants.get("MISTAKES", {}).get(name), student.name
        forbidden = student.constants.get("FORBIDDEN", {}).get(name, [])
        assert list(verdict.forbidden) == forbidden, student.name
        judged += 1
    assert judged, f"nobody in the sample class answers {name} in their own words"


def test_the_rest_is_expected_in_full_or_not_at_all(students, assignment):
    for student in students:
        for name, function in assignment.functions.items():
            if student.constants.get("UNTOUCHED"):
                assert student.expected[name] == 0
            elif name not in student.functions:
                assert student.expected[name] == function.points
