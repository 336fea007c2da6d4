"""What a record must hold, and every way it can be wrong."""

import json

import pytest

from course_lib.training.records import from_json, to_json


def test_comes_back_as_it_was_written(made_record):
    assert from_json(to_json(made_record())) == made_record()


def test_the_text_starts_with_the_schema_and_knows_no_nan(made_record):
    text = to_json(made_record(measures={"confusion": [[5, 1], [0, 4]], "unknown": None}))
    assert text.startswith('{\n "schema": 1,\n "experiment"')
    assert "[ 5, 1 ]" in text
    assert json.loads(text)["measures"] == {"confusion": [[5, 1], [0, 4]], "unknown": None}


def test_has_the_fields_that_readers_rely_on(made_record):
    # Oracle: the list of fields that chapters and plots are written against.
    assert set(json.loads(to_json(made_record()))) == {
        *("schema", "experiment", "question", "seed", "config", "scale", "digest", "versions"),
        *("device", "seconds", "epochs", "test", "weights", "measures"),
    }


EPOCH = {"epoch": 1, "train_loss": 1.0, "train_error": 0.5, "validation_error": None}
BAD = {
    "schema": [2, None, "1"],
    "experiment": ["", 3, None],
    "question": ["", None],
    "seed": [-1, "0", True, 1.5],
    "config": [[], None],
    "scale": [
        {"kind": "small", "of_paper": 1.0, "note": "x"},
        {"kind": "paper", "of_paper": "all", "note": "x"},
        {"kind": "paper", "of_paper": 1.0, "note": ""},
        {"kind": "paper", "of_paper": 1.0},
        {"kind": "paper", "of_paper": 1.0, "note": "x", "more": 1},
    ],
    "digest": ["", "0" * 63, "G" * 64, None],
    "versions": [{"torch": 2.6}, []],
    "device": ["", None],
    "seconds": [None, "3", True],
    "epochs": [
        None,
        [EPOCH | {"epoch": 2}],
        [EPOCH, EPOCH],
        [EPOCH | {"train_error": 50}],
        [EPOCH | {"validation_error": -0.1}],
        [EPOCH | {"train_loss": None}],
        [{"epoch": 1, "train_loss": 1.0}],
        [1],
    ],
    "test": [{}, {"error": 1.01}, {"error": "0.1"}, {"error": 0.1, "loss": 1.0}, None],
    "weights": [{"file": "x"}, {"file": "", "sha256": "0" * 64}, {"file": "x", "sha256": "0"}, 0],
    "measures": [None, []],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in BAD.items() for value in values]
)
def test_a_bad_field_is_named(made_record, name, value):
    data = json.loads(to_json(made_record())) | {name: value}
    with pytest.raises(ValueError, match=f"^{name} is "):
        from_json(json.dumps(data))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_number_that_is_none_is_refused_when_read(made_record, number):
    text = to_json(made_record(measures={"deep": [{"value": 12.5}]})).replace("12.5", number)
    with pytest.raises(ValueError, match="is null"):
        from_json(text)


@pytest.mark.parametrize("field", ["measures", "config"])
def test_a_number_that_is_none_is_refused_when_made(made_record, field):
    with pytest.raises(ValueError, match=rf"seed 0: {field}\.deep\.1 is nan; .* is null"):
        made_record(**{field: {"deep": [1.0, float("nan")]}})


def test_missing_and_unknown_fields_are_named(made_record):
    data = json.loads(to_json(made_record()))
    data["color"] = data.pop("device")
    with pytest.raises(ValueError, match=r"missing fields: \['device'\]; unknown .* \['color'\]"):
        from_json(json.dumps(data))


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", "null"])
def test_what_is_no_object_is_refused(text):
    with pytest.raises(ValueError):
        from_json(text)
