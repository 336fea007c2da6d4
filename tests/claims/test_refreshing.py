"""`ours` is written by a program. Oracle: texts and values worked by hand."""

import math

import pytest
import yaml

from course_lib.claims.ledger import Ledger, parsed
from course_lib.claims.refreshing import refresh, stale, with_ours
from course_lib.claims.sources import fresh, rounded

TEXT = """\
# A comment.
- id: first
  ours: 1  # of yesterday
  proof: "ours: 5"

- id: second
  ours: [1,
    2,
    3]
  verdict: holds
- id: third
  ours:
  - 1
  - 2
  verdict: holds
"""


def test_only_the_lines_of_these_entries_change():
    changed = with_ours(TEXT, {"second": [0.5, 2], "third": True})
    assert changed == TEXT.replace("  ours: [1,\n    2,\n    3]\n", "  ours: [0.5, 2]\n").replace(
        "  ours:\n  - 1\n  - 2\n", "  ours: true\n"
    )
    assert with_ours(TEXT, {}) == TEXT


@pytest.mark.parametrize(
    "value",
    [0, 2178, 1e-9, 0.03432751, math.inf, True, "a: b, c", "yes", [1, 2.5, "x: y"], "ä" * 200],
)
def test_every_value_comes_back(value):
    text = with_ours("- id: one\n  ours: null\n", {"one": value})
    assert yaml.safe_load(text) == [{"id": "one", "ours": value}]
    assert len(text.splitlines()) == 2


def test_what_is_computed_is_written_once(write, computed, literature):
    path = write(computed | {"ours": None}, literature)
    before = path.read_text()
    assert refresh(path) == ["crops"]
    assert path.read_text() == before.replace("ours: null", "ours: 2178")
    assert refresh(path) == []


def test_a_stale_value_is_found_with_the_new_one(write, computed, literature):
    found = stale(parsed(write(computed | {"ours": 2177}, literature)))
    assert [(one.id, value) for one, value in found] == [("crops", 2178)]


@pytest.mark.parametrize(
    ("by", "message"),
    [
        ("crops.of_lenet", "claim 'crops': course_lib.claims.crops has no function of_lenet; wri"),
        ("cropped.of_alexnet", "claim 'crops': there is no course_lib.claims.cropped, in which `c"),
    ],
)
def test_a_function_that_is_not_there(by, message, write, computed):
    with pytest.raises(ValueError, match=message):
        stale(parsed(write(computed | {"by": by})))


def test_a_function_may_be_asked_for_one_of_several(write, computed):
    asked = computed | {"by": "alexnet_walk.output_of(conv1)", "value": [55, 55, 96]}
    (claim,) = parsed(write(asked))
    assert fresh(claim) == [55, 55, 96]
    (claim,) = parsed(write(asked | {"by": "alexnet_walk.output_of(conv9)"}))
    with pytest.raises(ValueError, match="claim 'crops': 'conv9'"):
        fresh(claim)


def test_values_have_seven_digits_and_no_tuples():
    assert rounded((1 / 3, 2, True, "a")) == [0.3333333, 2, True, "a"]
    assert rounded(12345678.9) == 12345680.0
    assert type(rounded(True)) is bool


def test_a_record_is_a_mean_over_its_seeds(write, computed):
    """Oracle: the committed records of LeNet, read and averaged here."""
    from course_lib.training import records

    by = {"experiment": "lenet_mnist", "measure": "test.error", "over": "seeds"}
    made = records("lenet_mnist")
    claim = parsed(write(computed | {"kind": "record", "by": by}))[0]
    assert fresh(claim) == rounded(sum(one.test["error"] for one in made) / len(made))


@pytest.mark.parametrize(
    ("measure", "above", "is_so"),
    [
        ("measures.depths.-1", "measures.depths.0", True),
        ("measures.depths.0", "measures.depths.0", False),
        ("seed", 0, False),
        ("seed", -1, True),
    ],
)
def test_what_is_so_in_every_seed(measure, above, is_so, write, computed):
    """Oracle: the seeds are 0, 1 and 2, so not all are above 0; depths are sorted."""
    by = {"experiment": "vanishing_gradients", "over": "seeds", "measure": measure, "above": above}
    (claim,) = parsed(write(computed | {"kind": "record", "by": by}))
    assert fresh(claim) is is_so


@pytest.mark.parametrize(
    ("experiment", "measure"), [("no_such_run", "test.error"), ("lenet_mnist", "measures.mood")]
)
def test_a_record_that_is_not_there(experiment, measure, write, computed):
    by = {"experiment": experiment, "measure": measure, "over": "seeds"}
    claims = parsed(write(computed | {"kind": "record", "by": by}))
    with pytest.raises(ValueError, match="claim 'crops': "):
        stale(Ledger(claims))
