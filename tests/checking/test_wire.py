"""What goes over the wire comes back; what is made up to do harm becomes a ValueError."""

import json
import math

import pytest
import safetensors.torch
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lib.checking.calling import Called
from course_lib.checking.wire import (
    DTYPES,
    Limits,
    decode_answer,
    decode_inputs,
    encode_answer,
    encode_inputs,
)

numbers = st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False)
tensors = st.builds(
    lambda shape, dtype: torch.arange(math.prod(shape)).view(shape).to(dtype),
    st.lists(st.integers(0, 4), max_size=4),
    st.sampled_from(DTYPES),
)
values = st.recursive(numbers | tensors, lambda inner: st.lists(inner, max_size=4).map(tuple))


def same(mine, other) -> bool:
    if isinstance(other, torch.Tensor):
        return mine.dtype == other.dtype and torch.equal(mine, other)
    if isinstance(other, tuple):
        return len(mine) == len(other) and all(map(same, mine, other))
    return type(mine) is type(other) and mine == other


printable = st.text(max_size=50).filter(str.isprintable)


@given(value=values, error=st.none() | printable)
def test_answers_come_back_as_they_were(value, error):
    called = decode_answer(encode_answer(Called(value, error, ("autograd",), ("images",))))
    assert same(called.value, value)
    assert (called.error, called.forbidden_used, called.changed) == (
        error,
        ("autograd",),
        ("images",),
    )


@given(inputs=st.dictionaries(st.text(max_size=8), values | st.text(max_size=8), max_size=5))
def test_inputs_come_back_in_their_order(inputs):
    back = decode_inputs(encode_inputs(inputs))
    assert list(back) == list(inputs)
    assert all(same(back[name], inputs[name]) for name in inputs)


def test_lists_come_back_as_tuples():
    assert decode_inputs(encode_inputs({"stride": [1, [2, 3]]})) == {"stride": (1, (2, 3))}


def test_the_same_inputs_give_the_same_bytes():
    inputs = {"b": torch.ones(2), "a": torch.zeros(1, dtype=torch.bool), "size": (1, 2)}
    assert encode_inputs(inputs) == encode_inputs(dict(inputs))


def test_nan_and_infinity_travel():
    value = decode_answer(encode_answer(Called((float("nan"), torch.tensor(float("inf")))))).value
    assert math.isnan(value[0])
    assert value[1].isinf()


def test_views_travel_without_what_they_are_views_of():
    data = encode_answer(Called(torch.zeros(1000, 1000)[0, :2]))
    assert len(data) < 1000


def test_a_complex_answer_becomes_an_error_for_the_student():
    called = decode_answer(encode_answer(Called(torch.zeros(2, dtype=torch.complex64))))
    assert called.value is None
    assert "complex64" in called.error


def with_content(content) -> bytes:
    return safetensors.torch.save({"0": torch.ones(2)}, metadata={"content": content})


GOOD = encode_answer(Called(torch.ones(2), None, (), ()))
FIELDS = {"value": None, "error": None, "forbidden_used": {"tuple": []}, "changed": {"tuple": []}}
HARMFUL = {
    "nothing": b"",
    "noise": bytes(range(256)),
    "cut": GOOD[:-3],
    "longer than it says": GOOD + b"\0",
    "a huge header": (2**40).to_bytes(8, "little") + b"{}",
    "no JSON": (5).to_bytes(8, "little") + b"{oops",
    "a header that is a list": (2).to_bytes(8, "little") + b"[]",
    "no content": safetensors.torch.save({"0": torch.ones(2)}),
    "deep nesting": with_content('{"value": ' + "[" * 100_000),
    "a nest of tuples": with_content(
        json.dumps(FIELDS).replace("null", '{"tuple": [' * 5000 + "1" + "]}" * 5000, 1)
    ),
    "other fields": with_content('{"points": 5}'),
    "an unknown tensor": with_content(json.dumps(FIELDS | {"value": {"tensor": "7"}})),
    "a bare list": with_content(json.dumps(FIELDS | {"value": [1]})),
    "two kinds": with_content(json.dumps(FIELDS | {"value": {"tensor": "0", "tuple": []}})),
    "a text as value": with_content(json.dumps(FIELDS | {"value": "5"})),
    "an unknown kind": with_content(json.dumps(FIELDS | {"value": {"pickle": "x"}})),
    "a number as error": with_content(json.dumps(FIELDS | {"error": 5})),
    "numbers as families": with_content(json.dumps(FIELDS | {"changed": {"tuple": [1]}})),
    "an escape as family": with_content(
        json.dumps(FIELDS | {"forbidden_used": {"tuple": ["\x1b[2K\r  eve  21 points"]}})
    ),
    "a sentence as argument": with_content(
        json.dumps(FIELDS | {"changed": {"tuple": ["x`\nf: 21 of 21 points"]}})
    ),
    "a long text": with_content(json.dumps(FIELDS | {"error": "x" * 5000})),
    "many digits": with_content(json.dumps(FIELDS).replace("null", "9" * 10_000, 1)),
    "a strange dtype": safetensors.torch.save(
        {"0": torch.zeros(2, dtype=torch.float8_e5m2)}, metadata={"content": json.dumps(FIELDS)}
    ),
    "many tensors": safetensors.torch.save(
        {str(i): torch.zeros(1) for i in range(500)}, metadata={"content": json.dumps(FIELDS)}
    ),
    "a pickle": b"\x80\x04\x95\x05\x00\x00\x00\x00\x00\x00\x00]\x94.",
}


@pytest.mark.parametrize("name", HARMFUL)
def test_harmful_bytes_are_a_value_error(name):
    with pytest.raises(ValueError):
        decode_answer(HARMFUL[name])


@given(place=st.integers(0, len(GOOD) - 1), byte=st.integers(0, 255))
def test_one_wrong_byte_does_no_harm(place, byte):
    data = GOOD[:place] + bytes([byte]) + GOOD[place + 1 :]
    try:
        called = decode_answer(data)
    except ValueError:
        return
    assert isinstance(called, Called)


@given(data=st.binary(max_size=200))
def test_no_bytes_do_more_than_be_refused(data):
    with pytest.raises(ValueError):
        decode_answer(data)


def test_an_answer_larger_than_allowed_is_not_read():
    data = encode_answer(Called(torch.zeros(1000)))
    with pytest.raises(ValueError, match="bytes, expected 8 to 100"):
        decode_answer(data, Limits(num_bytes=100))


@pytest.mark.parametrize("name", ["images", "max_pooling", "aten::addmm", "aten::*conv[123]d*"])
def test_names_as_an_honest_answer_has_them_are_read(name):
    called = decode_answer(encode_answer(Called(1, None, (name,), (name,))))
    assert (called.forbidden_used, called.changed) == ((name,), (name,))


def test_an_error_that_no_terminal_and_no_file_takes_is_made_harmless():
    called = decode_answer(encode_answer(Called(error="x \ud800 y\nf: 5 of 5\x1b[1m")))
    assert called.error == "x   y f: 5 of 5 [1m"
