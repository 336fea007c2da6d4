"""One call of a student's function: what comes back, and what is noticed."""

import sys
import warnings

import numpy as np
import pytest
import torch

from course_lib.checking.calling import NOT_WRITTEN, call

INPUTS = {"images": torch.arange(6.0).view(2, 3), "size": (2, 3)}


def test_a_value_comes_back_as_it_is():
    called = call(lambda images, size: images + 1, INPUTS)
    assert called.error is None
    assert torch.equal(called.value, INPUTS["images"] + 1)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([1, 2], (1, 2)),
        (torch.Size([3, 4]), (3, 4)),
        (np.int64(7), 7),
        ((np.float64(0.5), None), (0.5, None)),
    ],
)
def test_lists_and_numpy_numbers_become_plain_values(given, expected):
    assert call(lambda images, size: given, INPUTS).value == expected


def test_numpy_arrays_become_tensors_of_their_dtype():
    value = call(lambda images, size: images.numpy().astype("float64")[:, ::-1], INPUTS).value
    assert value.dtype == torch.float64
    assert torch.equal(value, INPUTS["images"].double().flip(1))


def test_a_value_that_requires_a_gradient_is_a_value():
    value = call(lambda images, size: images.clone().requires_grad_() * 2, INPUTS).value
    assert not value.requires_grad


def test_parameters_are_tensors():
    value = call(lambda images, size: torch.nn.Parameter(images), INPUTS).value
    assert type(value) is torch.Tensor


def test_what_is_neither_tensor_nor_number_is_told():
    assert call(lambda images, size: {}, INPUTS).error == (
        "it returns a dict; tensors or numbers are expected."
    )
    assert "numpy array of object" in call(lambda images, size: np.array([{}]), INPUTS).error


def test_a_function_that_is_not_written_says_so():
    def unwritten(images, size):
        raise NotImplementedError("later")

    assert call(unwritten, INPUTS).error == NOT_WRITTEN


def test_an_error_comes_with_the_line_it_came_from():
    def falls(images, size):
        return images[7]  # the line to name

    error = call(falls, INPUTS).error
    assert error.startswith("it stops with IndexError: index 7 is out of bounds")
    assert "return images[7]" in error


def test_an_error_inside_torch_names_the_students_line():
    def falls(images, size):
        return torch.nn.functional.pad(images, (1,))

    assert "(line " in call(falls, INPUTS).error


def test_a_long_error_is_cut():
    def falls(images, size):
        raise ValueError("x" * 10_000)

    assert len(call(falls, INPUTS).error) < 800


def test_leaving_the_program_is_an_error_like_others():
    assert "SystemExit" in call(lambda images, size: sys.exit(0), INPUTS).error


def test_an_interrupt_belongs_to_the_person():
    def interrupted(images, size):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        call(interrupted, INPUTS)


def test_inputs_are_copies_and_writing_into_them_is_noticed():
    before = INPUTS["images"].clone()
    called = call(lambda images, size: images.mul_(2), INPUTS)
    assert called.changed == ("images",)
    assert torch.equal(INPUTS["images"], before)


def test_resizing_an_input_is_noticed_too():
    assert call(lambda images, size: images.resize_(1), INPUTS).changed == ("images",)


@pytest.mark.filterwarnings("ignore")
def test_nothing_reaches_stderr(capfd):
    def loud(images, size):
        warnings.warn("a warning", stacklevel=1)
        print("printed", file=sys.stderr)
        torch.tensor(images)  # torch warns: clone() is meant
        return images

    call(loud, INPUTS)
    said = capfd.readouterr()
    assert said.err == ""
    assert "printed" in said.out


def test_what_native_code_writes_is_dropped(capfd):
    import os

    call(lambda images, size: os.write(2, b"native noise") and images, INPUTS)
    assert capfd.readouterr().err == ""
    os.write(2, b"stderr is back")
    assert capfd.readouterr().err == "stderr is back"
