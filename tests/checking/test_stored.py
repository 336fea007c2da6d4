"""The visible cases as a file: the made-up assignment there and back, and the committed one."""

import pytest
import torch

from course_lib.checking import stored
from course_lib.checking.exams import draw_exam
from course_lib.checking.stored import from_bytes, slug_of, stored_exams, to_bytes, visible_case


def test_an_exam_comes_back_from_its_bytes(assignment):
    exam = draw_exam(assignment, "doubled", 0)
    back = from_bytes(to_bytes([exam]))["doubled"]
    assert back.function.points == 4
    assert back.function.gives == ("the double",)
    assert back.function.forbidden == ("convolution",)
    assert [case.idea for case in back.cases] == [case.idea for case in exam.cases]
    assert [case.weight for case in back.cases] == [1, 3]
    assert all(torch.equal(*pair) for pair in zip(back.expected, exam.expected, strict=True))
    assert back.inputs[0]["times"] == (1, 2)
    assert torch.equal(back.cases[1].make(99)["values"], exam.inputs[1]["values"])


def test_mistakes_come_back_where_they_are_right_too(assignment):
    exam = draw_exam(assignment, "doubled", 0)
    back = from_bytes(to_bytes([exam]))["doubled"]
    for mine, other in zip(back.mistakes, exam.mistakes, strict=True):
        assert (mine.name, mine.sentence, mine.idea) == (other.name, other.sentence, other.idea)
        assert all(torch.equal(*pair) for pair in zip(mine.values, other.values, strict=True))


def test_the_same_exam_gives_the_same_bytes(assignment):
    one, other = (to_bytes([draw_exam(assignment, "doubled", 0)]) for _ in range(2))
    assert one == other


def test_the_last_bits_of_a_sum_do_not_reach_the_file(assignment):
    exam = draw_exam(assignment, "doubled", 0)
    nearly = tuple(value + 1e-14 for value in exam.expected)
    moved = type(exam)(exam.function, exam.cases, exam.inputs, nearly, exam.mistakes)
    assert to_bytes([moved]) == to_bytes([exam])


def test_committed_files_are_small():
    sizes = {path.name: path.stat().st_size for path in stored.FOLDER.glob("*.safetensors")}
    assert sizes
    assert all(size < 200_000 for size in sizes.values()), sizes


def test_no_two_assignments_ask_for_a_function_of_one_name():
    slugs = [path.stem for path in stored.FOLDER.glob("*.safetensors")]
    names = [name for slug in slugs for name in stored_exams(slug)]
    assert len(names) == len(set(names))


def test_a_function_is_found_in_its_assignment():
    assert slug_of("conv_channels_last") == "convolution"


def test_an_unknown_function_is_named_with_the_known_ones():
    with pytest.raises(ValueError, match=r"asks for 'conv'.*conv_channels_last"):
        slug_of("conv")


def test_a_visible_case_gives_inputs_and_what_they_should_give():
    inputs, expected = visible_case("output_size", "plain")
    assert set(inputs) == {"image_size", "kernel_size", "stride", "padding", "dilation"}
    height, width = inputs["image_size"]
    kernel_height, kernel_width = inputs["kernel_size"]
    assert expected == (height - kernel_height + 1, width - kernel_width + 1)


def test_an_unknown_case_is_named_with_the_known_ones():
    with pytest.raises(ValueError, match=r"no visible case 'hidden', only plain, "):
        visible_case("output_size", "hidden")
