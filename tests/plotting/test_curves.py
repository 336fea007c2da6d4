"""Oracle: means, smallest and largest values worked by hand."""

from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.text import Annotation

from course_lib.plotting import plot_curves
from course_lib.plotting.style import SERIES
from course_lib.training import Epoch, Record

PAPER = {"kind": "paper", "of_paper": 1.0, "note": "as the paper"}
TENTH = {"kind": "fraction", "of_paper": 0.1, "note": "2 passes through 60,000 digits."}


def run(experiment="net", seed=0, validation=(0.3, 0.1), training=None, scale=PAPER) -> dict:
    training = training or [0.5] * len(validation)
    epochs = [
        {"epoch": n, "train_loss": 2.0 / n, "train_error": error, "validation_error": value}
        for n, (error, value) in enumerate(zip(training, validation, strict=True), start=1)
    ]
    return {"experiment": experiment, "seed": seed, "scale": scale, "epochs": epochs}


def labels(figure) -> dict[str, Annotation]:
    notes = figure.axes[0].findobj(Annotation)
    return {note.get_text(): note for note in notes if note.get_text()}


def band(axis, number=0) -> set[tuple[float, float]]:
    return {tuple(np.round(point, 9)) for point in axis.collections[number].get_paths()[0].vertices}


THREE = [
    run(seed=0, validation=(0.30, 0.10)),
    run(seed=1, validation=(0.20, 0.08)),
    run(seed=2, validation=(0.22, 0.03)),
]


def test_the_line_is_the_mean_and_the_band_the_range():
    axis = plot_curves(THREE, ("validation_error",)).axes[0]
    (line,) = axis.lines
    assert np.allclose(line.get_xydata(), [(1, 24), (2, 7)])  # percent
    assert band(axis) == {(1, 20), (1, 30), (2, 3), (2, 10)}
    assert axis.get_ylabel() == "validation error (%)"
    assert axis.get_title(loc="left") == "Mean and range of 3 seeds."


def test_record_objects_and_their_json_are_drawn_alike():
    epochs = (Epoch(1, 2.0, 0.5, 0.3), Epoch(2, 1.0, 0.5, 0.1))
    record = Record(
        experiment="net", question="?", seed=0, config={}, scale=PAPER, digest="0" * 64,
        versions={}, device="cpu", seconds=1.0, epochs=epochs, test={"error": 0.1},
    )  # fmt: skip
    pair = [plot_curves([each]).axes[0] for each in (record, run())]
    ours, theirs = ([line.get_xydata() for line in axis.lines] for axis in pair)
    assert np.allclose(ours, theirs)


def test_epochs_without_a_measurement_are_left_out():
    axis = plot_curves([run(validation=(0.3, None, 0.1))], ("validation_error",)).axes[0]
    assert np.allclose(axis.lines[0].get_xydata(), [(1, 30), (3, 10)])


def test_only_epochs_that_all_seeds_have_are_averaged():
    both = [run(seed=0, validation=(0.3, 0.1, 0.1)), run(seed=1, validation=(0.1,))]
    axis = plot_curves(both, ("validation_error",)).axes[0]
    assert np.allclose(axis.lines[0].get_xydata(), [(1, 20)])


def test_one_experiment_labels_its_quantities():
    figure = plot_curves(THREE)
    assert set(labels(figure)) == {"training", "validation"}
    assert len({line.get_linestyle() for line in figure.axes[0].lines}) == 2


def test_several_experiments_have_a_color_and_a_name_each():
    runs = [*THREE, run("other", validation=(0.4, 0.2))]
    figure = plot_curves(runs, ("validation_error",), names={"other": "Other net"})
    found = {text: to_hex(note.get_color()) for text, note in labels(figure).items()}
    assert found == {"net": SERIES[0], "Other net": SERIES[1]}
    assert [to_hex(line.get_color()) for line in figure.axes[0].lines] == list(SERIES[:2])
    assert figure.axes[0].get_title(loc="left") == "Mean and range over seeds: net 3, Other net 1."


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("last", [0.1, 0.0])
def test_labels_of_lines_that_end_together_can_be_read(log, last):
    runs = [run(f"net{n}", validation=(0.9, last)) for n in range(5)]
    figure = plot_curves(runs, ("validation_error",), log=log)
    figure.canvas.draw()
    boxes = [note.get_window_extent() for note in labels(figure).values()]
    assert len(boxes) == 5
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
    assert all(figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 for box in boxes)


def test_a_label_stands_where_its_line_ends():
    figure = plot_curves([run("a", validation=(0.3, 0.2)), run("b")], ("validation_error",))
    figure.canvas.draw()
    axis = figure.axes[0]
    for line, note in zip(axis.lines, labels(figure).values(), strict=True):
        end = axis.transData.transform(line.get_xydata()[-1])[1]
        box = note.get_window_extent()
        assert box.y0 < end < box.y1


def test_a_reduced_scale_is_stated():
    title = plot_curves([run(scale=TENTH)]).axes[0].get_title(loc="left")
    assert title == (
        "One seed.\nReduced scale, 10 % of the paper's training: 2 passes through 60,000 digits."
    )


def test_of_several_experiments_the_reduced_one_is_named():
    quick = {"kind": "quick", "of_paper": 0.001, "note": "2 passes through 60,000 digits."}
    figure = plot_curves([run("a"), run("b", scale=quick)])
    note = "b: a quick run: 2 passes through 60,000 digits."
    assert figure.axes[0].get_title(loc="left") == f"One seed.\n{note}"


def test_without_a_paper_the_note_says_it_all():
    ours = {"kind": "fraction", "of_paper": None, "note": "64 of 256 restarts."}
    title = plot_curves([run(scale=ours)]).axes[0].get_title(loc="left")
    assert title == "One seed.\nReduced scale, short of the full run: 64 of 256 restarts."


def test_a_loss_is_drawn_in_its_own_unit():
    axis = plot_curves([run()], ("train_loss",)).axes[0]
    assert np.allclose(axis.lines[0].get_xydata(), [(1, 2), (2, 1)])
    assert axis.get_ylabel() == "training loss"


@pytest.mark.parametrize(
    ("records", "quantities", "message"),
    [
        ([], ("train_error",), "records is empty"),
        ([run(), run()], ("train_error",), r"a seed of net twice: \[0, 0\]"),
        ([run(f"net{n}") for n in range(6)], ("train_error",), "6 experiments; draw at most 5"),
        ([run()], (), "choose from train_error, validation_error, train_loss"),
        ([run()], ("test_error",), "choose from train_error, validation_error, train_loss"),
        ([run()], ("train_error", "train_loss"), "mixes a loss with errors"),
        ([run(validation=(None,))], ("validation_error",), "net has no epoch with validation"),
    ],
)
def test_what_cannot_be_drawn_is_named(records, quantities, message):
    with pytest.raises(ValueError, match=message):
        plot_curves(records, quantities)
