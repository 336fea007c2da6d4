"""Every way in which a value can differ, and the sentence for it."""

import pytest
import torch

from course_lib.checking.comparison import compare

EXPECTED = torch.tensor([[0.5, -2.0], [0.89, 4.0], [1.0, 2.0]], dtype=torch.float64)
SIZES = ("the height", "the width")


def changed(place, value):
    other = EXPECTED.clone()
    other[place] = value
    return other


def message(value, expected=EXPECTED, names=("the gradient",)):
    found = compare(value, expected, 1e-9, names)
    assert found.equal == (found.message == "")
    return found.message


def test_equal_tensors_have_nothing_to_say():
    assert message(EXPECTED.clone()) == ""


def test_the_largest_difference_is_shown_with_its_place():
    value = changed((1, 0), -0.42)
    value[0, 0] += 0.1
    assert message(value) == (
        "the gradient is off by 1.31 at index (1, 0): yours -0.42, expected 0.89."
    )


def test_small_differences_are_shown_with_enough_digits():
    assert message(changed((1, 0), 0.8901)) == (
        "the gradient is off by 0.0001 at index (1, 0): yours 0.8901, expected 0.8900."
    )


def test_rounding_is_forgiven_relative_to_the_largest_number():
    assert message(EXPECTED + 3e-9) == ""
    assert message(EXPECTED + 5e-9) != ""
    assert message(1e6 * EXPECTED + 1e-4, 1e6 * EXPECTED) == ""


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_numbers_that_are_none_are_counted(bad):
    value = changed((0, 1), bad)
    value[2, 1] = bad
    text = message(value)
    assert text.startswith(f"the gradient is {bad} at index (0, 1): expected -2")
    assert text.endswith("(2 of 6 values are NaN or infinite).")


def test_an_infinity_that_is_expected_is_right():
    expected = changed((0, 0), float("inf"))
    assert message(expected.clone(), expected) == ""


def test_shapes_are_shown():
    assert message(EXPECTED[:2]) == "the gradient has shape (2, 2), expected (3, 2)."


def test_axes_in_another_order_are_recognized():
    assert message(EXPECTED.T) == (
        "the gradient has shape (2, 3), expected (3, 2). The sizes are right, but in another order."
    )


def test_float32_is_explained():
    text = message(EXPECTED.float())
    assert text.startswith("the gradient has dtype float32, expected float64")
    assert "torch.zeros makes float32" in text


@pytest.mark.parametrize("dtype", [torch.int64, torch.complex128, torch.bool])
def test_other_dtypes_are_named(dtype):
    assert f"dtype {str(dtype).removeprefix('torch.')}," in message(EXPECTED.to(dtype))


def test_a_missing_return_is_asked_for():
    assert message(None) == "it returns None. Does it end with a `return`?"


@pytest.mark.parametrize(("value", "kind"), [(3, "an int"), (2.5, "a float"), (True, "a bool")])
def test_what_is_no_tensor_is_named(value, kind):
    assert message(value) == f"the gradient is {kind}, expected a tensor."


def test_too_many_values_are_counted():
    assert message((EXPECTED, EXPECTED)) == "it returns 2 values, expected one: the gradient."


def test_too_few_values_are_counted():
    names = ("grad_weight", "grad_bias")
    assert message(EXPECTED, (EXPECTED, EXPECTED), names) == (
        "it returns one tensor, expected 2 values: grad_weight, grad_bias."
    )
    assert message((EXPECTED,) * 3, (EXPECTED, EXPECTED), names) == (
        "it returns 3 values, expected 2: grad_weight, grad_bias."
    )


def test_the_value_that_differs_is_named():
    names = ("grad_weight", "grad_bias")
    text = message((EXPECTED, changed((1, 0), 0)), (EXPECTED, EXPECTED), names)
    assert text.startswith("grad_bias is off by 0.89")


def test_one_of_several_values_may_be_missing():
    names = ("grad_weight", "grad_bias")
    text = message((EXPECTED, None), (EXPECTED, EXPECTED), names)
    assert text == "grad_bias is None, expected a tensor."


@pytest.mark.parametrize("value", [(3, 4), torch.tensor([3, 4]), (torch.tensor(3), 4)])
def test_sizes_may_come_in_several_forms(value):
    assert message(value, (3, 4), SIZES) == ""


@pytest.mark.parametrize(
    ("value", "expected_message"),
    [
        ((3, 5), "the width is off by 1: yours 5, expected 4."),
        (
            (3.0, 4),
            "the height is 3.0, a float; expected 3. "
            "A size is a whole number: divide with //, not with /.",
        ),
        (7, "it returns one int, expected 2 values: the height, the width."),
        ((True, 4), "the height is a bool, expected a number."),
        ((3, None), "the width is None, expected a number."),
        (torch.tensor(3), "it returns one tensor, expected 2 values: the height, the width."),
    ],
)
def test_wrong_sizes_are_explained(value, expected_message):
    assert message(value, (3, 4), SIZES) == expected_message


def test_a_tensor_is_counted_before_it_is_taken_apart(monkeypatch):
    monkeypatch.delattr(torch.Tensor, "__iter__")
    assert message(torch.zeros(1_000_000), (3, 4), SIZES) == (
        "it returns 1000000 values, expected 2: the height, the width."
    )


@pytest.mark.parametrize(
    "huge", [10**400, -(10**400), 10**5000], ids=["400 zeros", "negative", "5000 zeros"]
)
@pytest.mark.parametrize("expected", [3, 3.0])
def test_a_number_too_large_for_a_float_is_told(huge, expected):
    assert message((huge, 4), (expected, 4), SIZES) == (
        "the height is far off: it has more digits than any float, expected 3."
    )


def test_empty_tensors_are_equal_to_empty_tensors():
    empty = torch.zeros(0, 3, dtype=torch.float64)
    assert message(empty, empty) == ""
