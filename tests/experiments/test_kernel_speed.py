"""The measurement of the kernels. Oracle: the arithmetic of the shares; torch for the results."""

import json
from dataclasses import replace

import pytest
import torch

pytest.importorskip("triton", reason="Triton is not there")

from course_lib.experiments import kernel_speed
from course_lib.experiments.pieces.kernel_cases import Case, make_cases

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


@pytest.fixture(scope="module")
def record():
    return kernel_speed.run(kernel_speed.QUICK, DEVICE)


def test_every_kernel_gives_what_torch_gives_and_is_timed(record):
    rows = record["measures"]["rows"]
    kinds = {row["kernel"].split()[0] for row in rows}
    assert kinds == {
        "conv2d",
        "max_pool2d",
        "max_pool2d_backward",
        "local_response_norm",
        "batch_norm_add_relu",
        "cross_entropy",
        "cross_entropy_backward",
        "adam",
    }
    for row in rows:
        assert row["ours_ms"] > 0
        assert row["torch_ms"] > 0
        assert (row["share_of_copy"] is None) == row["kernel"].startswith("conv2d")
    json.dumps(record)


def test_a_share_is_the_bytes_per_second_over_those_of_a_copy(monkeypatch):
    seconds = iter([4.0, 2.0, 1.0])  # ours, torch's, a copy
    monkeypatch.setattr(kernel_speed, "clock", lambda function, seconds_each: next(seconds))
    block = torch.zeros(500, dtype=torch.uint8)
    case = Case("x", "1", lambda: block, lambda: block, num_bytes=2000)
    row = kernel_speed._measure(case, lambda: block, kernel_speed.QUICK)
    assert row["share_of_torch"] == 2 / 4
    assert row["share_of_copy"] == (2000 / 4) / (2 * 500 / 1)


def test_a_kernel_that_gives_other_numbers_is_not_timed():
    case = Case("x", "1", lambda: torch.zeros(2), lambda: torch.ones(2))
    with pytest.raises(AssertionError):
        kernel_speed._measure(case, lambda: torch.zeros(2), kernel_speed.QUICK)


@pytest.mark.parametrize("wrong", [torch.zeros_like, torch.neg])
def test_gradients_are_compared_however_small_they_are(wrong):
    gradient = 1e-6 * torch.randn(3, 4)
    kernel_speed._check_equal(Case("x", "1", gradient.clone, gradient.clone))
    with pytest.raises(AssertionError, match="not close"):
        kernel_speed._check_equal(Case("x", "1", lambda: wrong(gradient), gradient.clone))


@pytest.mark.parametrize("share", [0, 0.9])
def test_adam_is_compared_by_how_far_it_moves_a_weight(share):
    (adam,) = (case for case in make_cases(1, 6, DEVICE) if case.name == "adam")
    kernel_speed._check_equal(adam)
    weight = torch.nn.Parameter(adam.oracle().detach().clone())

    def move_less():
        weight.data -= share * 1e-3
        return weight

    with pytest.raises(AssertionError, match="not close"):
        kernel_speed._check_equal(replace(adam, kernel=move_less))


def test_the_table_names_every_row_and_says_which_only_compute(record):
    text = kernel_speed.table(record)
    assert len(text.splitlines()) == 2 + len(record["measures"]["rows"])
    assert "computes" in text


def test_adam_reads_four_numbers_of_a_weight_and_writes_three():
    (adam,) = (case for case in make_cases(1, 6, DEVICE) if case.name == "adam")
    assert adam.num_bytes == (4 + 3) * 100_000 * 4


def test_without_a_device_it_says_so(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert kernel_speed.main(["--folder", str(tmp_path)]) == 0
    assert "no CUDA device" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.gpu
def test_the_record_is_written(tmp_path, capsys):
    assert kernel_speed.main(["--quick", "--folder", str(tmp_path)]) == 0
    assert json.loads((tmp_path / "cuda.json").read_text())["experiment"] == "kernel_speed"
