"""Oracle: means by hand, and what was put in."""

import numpy as np
import pytest

from course_lib.plotting import by_arm, plot_arms, plot_curves

TENTH = {"kind": "fraction", "of_paper": 0.1, "note": "2 of 20 passes."}


def record(seed, **test_errors) -> dict:
    runs = {
        name: {
            "test_error": error,
            "epochs": [
                {"epoch": 1, "train_loss": 1.0, "train_error": error, "validation_error": error}
            ],
        }
        for name, error in test_errors.items()
    }
    return {"experiment": "depth", "seed": seed, "scale": TENTH, "measures": {"runs": runs}}


BOTH = [record(0, plain=0.3, residual=0.1), record(1, plain=0.5, residual=0.14)]


def test_each_network_becomes_a_record_of_its_own():
    found = by_arm(BOTH)
    assert [(each["experiment"], each["seed"], each["test_error"]) for each in found] == [
        *(("plain", 0, 0.3), ("plain", 1, 0.5)),
        *(("residual", 0, 0.1), ("residual", 1, 0.14)),
    ]
    assert all(each["scale"] == TENTH for each in found)


def test_some_can_be_picked_in_any_order():
    names = [each["experiment"] for each in by_arm(BOTH, ["residual", "plain"])]
    assert names == ["residual", "residual", "plain", "plain"]
    with pytest.raises(ValueError, match="depth has no run 'dense': plain, residual"):
        by_arm(BOTH, ["dense"])


def test_epochs_may_be_kept_as_a_list_per_quantity():
    columns = {"train_error": [0.5, 0.25], "validation_error": [0.6, None]}
    runs = {"plain": {"test_error": 0.3, "epochs": columns}}
    (found,) = by_arm([BOTH[0] | {"measures": {"runs": runs}}])
    assert found["epochs"] == [
        {"epoch": 1, "train_error": 0.5, "validation_error": 0.6},
        {"epoch": 2, "train_error": 0.25, "validation_error": None},
    ]


def test_curves_of_all_networks_state_their_common_scale_once():
    title = plot_curves(by_arm(BOTH), ("validation_error",)).axes[0].get_title(loc="left")
    assert title == (
        "Mean and range of 2 seeds.\nReduced scale, 10 % of the paper's training: 2 of 20 passes."
    )


def test_a_dot_for_each_seed_and_a_stroke_at_their_mean():
    axis = plot_arms(BOTH, names={"plain": "without shortcuts"}).axes[0]
    dots, strokes = axis.lines[::2], axis.lines[1::2]
    assert np.allclose([line.get_xdata() for line in dots], [(30, 50), (10, 14)])
    assert np.allclose([line.get_xdata() for line in strokes], [(40, 40), (12, 12)])
    assert [text.get_text() for text in axis.get_yticklabels()] == ["without shortcuts", "residual"]
    assert axis.get_xlabel() == "test error (%)"
    drawn, scale = axis.get_title(loc="left").splitlines()
    assert drawn == "A dot for each of 2 seeds, a stroke for their mean."
    assert scale.startswith("Reduced scale, 10 %")
    top, bottom = sorted(axis.get_ylim(), reverse=True)
    assert axis.get_ylim() == (top, bottom), "the first network stands on top"


def test_nothing_to_draw_is_said():
    with pytest.raises(ValueError, match="records is empty"):
        plot_arms([])
