"""Records on disk: found by name and seed, whole or not at all, and checked when read."""

import json

import pytest
import torch

from course_lib.provenance import results_folder
from course_lib.training import Record, record, record_weights, records, write_record

WEIGHTS = {"a.weight": torch.arange(6.0).reshape(2, 3).T, "a.bias": torch.tensor([1.5])}


def test_written_where_experiment_and_seed_say(made_record, tmp_path):
    path = write_record(made_record(seed=3), folder=tmp_path)
    assert path == tmp_path / "trial" / "seed3.json"
    assert record("trial", 3, tmp_path) == made_record(seed=3)
    assert [file.name for file in path.parent.iterdir()] == ["seed3.json"]


def test_weights_lie_beside_their_record(made_record, tmp_path):
    write_record(made_record(), WEIGHTS, tmp_path)
    assert record("trial", 0, tmp_path).weights["file"] == "seed0.safetensors"
    found = record_weights("trial", 0, tmp_path)
    assert found.keys() == WEIGHTS.keys()
    assert all(torch.equal(found[name], WEIGHTS[name]) for name in WEIGHTS)


def test_records_come_in_the_order_of_their_seeds(made_record, tmp_path):
    for seed in (10, 2, 0):
        write_record(made_record(seed=seed), folder=tmp_path)
    assert [found.seed for found in records("trial", tmp_path)] == [0, 2, 10]


def test_seeds_of_different_settings_are_refused_together(made_record, tmp_path):
    for seed, epochs in ((0, 20), (1, 2), (2, 2)):
        config = {"epochs": epochs, "data": "mnist"}
        write_record(made_record(seed=seed, config=config), folder=tmp_path)
    with pytest.raises(ValueError, match=r"\(seed 0: epochs=20; seed 1, 2: epochs=2\).* --missing"):
        records("trial", tmp_path)
    assert record("trial", 0, tmp_path).config["epochs"] == 20


def test_a_missing_record_is_an_error_that_says_how_to_make_it(made_record, tmp_path):
    with pytest.raises(FileNotFoundError, match="There are records of: no experiment yet"):
        record("trial", 0, tmp_path)
    write_record(made_record(), folder=tmp_path)
    with pytest.raises(FileNotFoundError, match=r"There are seeds 0\. Type `course train trial "):
        record("trial", 7, tmp_path)
    with pytest.raises(FileNotFoundError, match=r"'other'.*\n?.*There are records of: trial\."):
        records("other", tmp_path)


@pytest.mark.parametrize("name", ["", "../trial", "a b"])
def test_a_name_that_is_none_is_refused(name):
    with pytest.raises(ValueError, match="is not the name of an experiment"):
        record(name)


def test_a_bad_record_is_an_error_that_names_the_file(made_record, tmp_path):
    path = write_record(made_record(), folder=tmp_path)
    path.write_text(path.read_text().replace('"error": 0.25', '"error": NaN'))
    with pytest.raises(ValueError, match=r"seed0.json is not a record: it contains NaN"):
        record("trial", 0, tmp_path)


def test_a_record_under_the_wrong_name_is_refused(made_record, tmp_path):
    path = write_record(made_record(), folder=tmp_path)
    path.rename(path.with_name("seed1.json"))
    with pytest.raises(ValueError, match="holds the record of 'trial' with seed 0"):
        record("trial", 1, tmp_path)
    path.with_name("seedling.json").write_text("{}")
    with pytest.raises(ValueError, match=r"seedling.json is not named seed<number>.json"):
        records("trial", tmp_path)


def test_weights_that_are_not_the_records_are_refused(made_record, tmp_path):
    path = write_record(made_record(), WEIGHTS, tmp_path)
    weights = path.with_suffix(".safetensors")
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    with pytest.raises(ValueError, match="is not the file that its record names"):
        record_weights("trial", 0, tmp_path)
    weights.unlink()
    with pytest.raises(FileNotFoundError, match=r"seed0\.safetensors is missing"):
        record_weights("trial", 0, tmp_path)


def test_a_record_without_weights_says_so(made_record, tmp_path):
    write_record(made_record(), folder=tmp_path)
    with pytest.raises(ValueError, match="keeps no weights"):
        record_weights("trial", 0, tmp_path)


def test_weights_too_large_to_commit_are_refused_before_anything_is_written(made_record, tmp_path):
    with pytest.raises(ValueError, match=r"are 4.0 MB; a record keeps up to 2 MB"):
        write_record(made_record(), {"weight": torch.zeros(1_000_000)}, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_the_old_record(made_record, tmp_path, monkeypatch):
    path = write_record(made_record(), folder=tmp_path)

    def no_space(file):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", no_space)
    with pytest.raises(OSError, match="No space"):
        write_record(made_record(device="another"), folder=tmp_path)
    assert record("trial", 0, tmp_path) == made_record()
    assert list(path.parent.iterdir()) == [path]


def committed() -> list[str]:
    return sorted({path.parent.name for path in results_folder().glob("*/seed*.safetensors")})


@pytest.mark.parametrize("name", committed())
def test_the_committed_records_and_weights_can_be_read(name):
    for found in records(name):
        assert isinstance(found, Record)
        assert found.scale["kind"] != "quick"
        assert found.weights is None or record_weights(name, found.seed)
        text = json.dumps(found.versions) + found.device
        assert "/" not in text
