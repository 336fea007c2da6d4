"""What lacks a record, or has only a smaller one."""

import json

from course_lib.experiments.frame import engine, missing
from course_lib.experiments.frame.experiment import Scale
from course_lib.experiments.frame.waiting import waiting_folder


def named(found):
    return [(each.experiment.name, each.experiment.steps, each.seed) for each in found]


def test_everything_is_missing_at_first_in_the_order_of_the_registry(counting):
    assert named(missing.missing("laptop", counting)) == [
        *(("without_data", 10, 0), ("without_data", 10, 1)),
        *(("counting", 10, 0), ("counting", 10, 1)),
    ]
    assert [each[1] for each in named(missing.missing("paper", counting))] == [1_000] * 4


def test_one_experiment_alone_can_be_asked_for(counting):
    found = missing.missing("laptop", counting, "counting")
    assert named(found) == [("counting", 10, 0), ("counting", 10, 1)]


def test_what_has_no_record_at_all_comes_first(counting, kinds, monkeypatch):
    monkeypatch.setattr(kinds[1], "run", kinds[0].run)
    engine.run_experiment(kinds[1](steps=5), 0, results=counting)
    assert named(missing.missing("paper", counting)) == [
        *(("without_data", 1_000, 1), ("counting", 1_000, 0), ("counting", 1_000, 1)),
        ("without_data", 1_000, 0),
    ]


def test_a_fraction_is_missing_at_the_papers_scale_and_not_the_other_way_round(counting, kinds):
    experiment = kinds[0]()
    engine.run_experiment(experiment, 0, results=counting)
    engine.run_experiment(experiment.laptop(), 1, results=counting)
    assert missing.missing("laptop", counting, "counting") == []
    found = missing.missing("paper", counting, "counting")
    assert named(found) == [("counting", 1_000, 1)]
    assert str(found[0]) == "counting, seed 1: its record is of other settings (fraction)"


def test_the_full_settings_are_always_enough(counting, kinds, monkeypatch):
    # Also where they are less work than the paper's, and so are called a fraction.
    monkeypatch.setattr(kinds[0], "scale", lambda self: Scale(0.5, "Half."))
    for seed in (0, 1):
        engine.run_experiment(kinds[0](), seed, results=counting)
    assert missing.missing("laptop", counting, "counting") == []


def test_a_record_of_settings_that_are_no_longer_those_of_the_file_is_missing(counting, kinds):
    path = engine.run_experiment(kinds[0](steps=11), 0, results=counting)
    assert json.loads(path.read_text())["config"] == {"steps": 11}
    assert ("counting", 10, 0) in named(missing.missing("laptop", counting))


def test_a_damaged_record_is_missing_and_says_why(counting, kinds):
    path = engine.run_experiment(kinds[0]().laptop(), 1, results=counting)
    path.write_text(path.read_text().replace('"seconds": 3', '"seconds": NaN'))
    first, second = missing.missing("laptop", counting, "counting")
    assert first.why == "no record yet"
    assert second.why.startswith("its record cannot be read: ")
    assert "contains NaN" in second.why


def test_what_waits_is_not_missing(counting, kinds):
    wanted = kinds[0]()
    place = waiting_folder(wanted, counting)
    engine.run_experiment(wanted, 1, results=counting, keep_in=place)
    assert named(missing.missing("paper", counting, "counting")) == [("counting", 1_000, 0)]
    # It waits for these results and at this scale alone, wherever the repository lies.
    assert len(missing.missing("laptop", counting, "counting")) == 2
    assert len(missing.missing("paper", counting / "others", "counting")) == 2


def test_what_waits_in_one_clone_is_found_in_another(kinds, tmp_path, monkeypatch):
    names = []
    for clone in (tmp_path / "one", tmp_path / "two"):
        monkeypatch.setattr(
            "course_lib.experiments.frame.waiting.repository", lambda root=clone: root
        )
        names.append(waiting_folder(kinds[0](), clone / "book" / "results").name)
    assert names[0] == names[1]
    assert waiting_folder(kinds[0](), tmp_path / "results").name != names[0]
