"""The report and the points, on the made-up assignment of conftest."""

import torch

from course_lib.checking.calling import NOT_WRITTEN, Called, call
from course_lib.checking.cases import Case, GradedFunction
from course_lib.checking.diagnosis import Mistake
from course_lib.checking.exams import draw_exam
from course_lib.checking.verdict import judge


def verdict(assignment, answer, noticed=()):
    exam = draw_exam(assignment, "doubled", 0)
    answers = [call(answer, inputs, exam.function.forbidden) for inputs in exam.inputs]
    return judge(exam.function, exam.cases, answers, exam.expected, exam.mistakes, noticed)


def test_a_right_answer_gets_everything(assignment):
    found = verdict(assignment, lambda values, times: values + values)
    assert found.points == 4
    assert found.failed == ()
    assert found.lines == (
        "doubled: 2 of 2 cases right, 4 of 4 points.",
        "  right: positive numbers (three of them)",
        "  right: negative numbers",
    )


def test_points_follow_the_weights_of_the_cases(assignment):
    # The case with negative numbers weighs 3 of 4.
    found = verdict(assignment, lambda values, times: 2 * values.abs())
    assert found.points == 1
    assert found.failed == ("sign",)


def test_the_report_names_the_mistake_and_where_to_look(assignment):
    found = verdict(assignment, lambda values, times: 2 * values.abs())
    assert found.mistake == "LosesTheSign"
    assert found.looked_at == "sign"
    assert found.lines[-3:] == (
        "doubled: the double is off by 16 at index (0, 0): yours 8.00, expected -8.00.",
        "Your answer is what you get when the sign is lost.",
        "Look at: negative numbers.",
    )


def test_the_message_is_about_the_case_of_the_mistake_and_not_the_first(assignment):
    found = verdict(assignment, lambda values, times: values)
    assert found.failed == ("plain", "sign")
    assert found.looked_at == "sign"


def test_an_unknown_mistake_is_shown_by_the_first_case(assignment):
    found = verdict(assignment, lambda values, times: values * 3)
    assert found.mistake is None
    assert found.looked_at == "plain"
    assert found.lines[-1] == "Look at: positive numbers (three of them)."


def test_the_example_of_the_style_guide():
    inputs = Case("overlap", "overlapping windows (stride 2, kernel 3)", lambda seed: {})
    function = GradedFunction("pool_channels_last_backward", 4, (inputs,), gives=("the gradient",))
    expected = torch.zeros(2, 1, 3, 5, dtype=torch.float64)
    expected[1, 0, 2, 4] = 0.89
    mine = expected.clone()
    mine[1, 0, 2, 4] = -0.42
    sentence = "a pixel that wins two windows keeps only the last gradient"
    mistake = Mistake("KeepsTheLast", sentence, "overlapping windows", (mine,))
    found = judge(function, (inputs,), [Called(mine)], [expected], [mistake])
    assert found.lines[-3:] == (
        "pool_channels_last_backward: the gradient is off by 1.31 at index (1, 0, 2, 4): "
        "yours -0.42, expected 0.89.",
        "Your answer is what you get when a pixel that wins two windows keeps only the last "
        "gradient.",
        "Look at: overlapping windows (stride 2, kernel 3).",
    )


def test_what_is_not_written_is_said_in_one_line(assignment):
    def unwritten(values, times):
        raise NotImplementedError

    found = verdict(assignment, unwritten)
    assert found.points == 0
    assert found.looked_at is None
    assert found.lines == (
        "doubled: 0 of 2 cases right, 0 of 4 points.",
        f"doubled: {NOT_WRITTEN}",
    )


def test_a_forbidden_operation_counts_nothing_and_is_said_kindly(assignment):
    def cheated(values, times):
        torch.nn.functional.conv1d(values[None], values[None, :, :1])
        return values * 2

    found = verdict(assignment, lambda values, times: cheated(values, times))
    assert found.points == 0
    assert found.forbidden == ("convolution",)
    assert found.mistake is None
    assert found.lines[-3] == ("doubled: it uses a ready-made convolution, so it counts 0 for now.")


def test_what_was_noticed_in_the_source_counts_too(assignment):
    found = verdict(assignment, lambda values, times: values * 2, ("convolution",))
    assert (found.points, found.forbidden) == (0, ("convolution",))


def test_writing_into_an_argument_is_mentioned_and_costs_nothing(assignment):
    found = verdict(assignment, lambda values, times: values.mul_(2))
    assert found.points == 4
    assert found.lines[-2] == "By the way: doubled writes into its argument `values`."


def test_points_are_rounded_to_hundredths(assignment):
    cases = tuple(Case(str(i), "one", lambda seed: {}) for i in range(3))
    function = GradedFunction("f", 4, cases)
    answers = [Called(1), Called(1), Called(2)]
    assert judge(function, cases, answers, [1, 1, 1]).points == 2.67
