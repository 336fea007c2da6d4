"""Ways to compute. Oracle: the same training in the plain way, and what hooks see on the way."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_lib.optimizers import SGD
from course_lib.training import Execution, TrainingDivergedError, fit
from course_lib.training.checkpoints import load_checkpoint, save_checkpoint
from course_lib.training.execution import _deterministic

PLAIN = Execution()


def convolutions(dtype=torch.float32):
    """Two convolutions without batch normalization, the first weights the same each time."""
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 4, 5, stride=2),
        nn.ReLU(),
        nn.Conv2d(4, 8, 3, stride=2),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(200, 10),
    ).to(dtype)


def trained(digits, model, execution=PLAIN, num=300, **options):
    (images, labels), validation = digits
    dtype = next(model.parameters()).dtype
    train = (images[:num].to(dtype), labels[:num])
    validation = (validation[0][:100].to(dtype), validation[1][:100])
    settings = {"loss": F.cross_entropy, "epochs": 2, "batch_size": 64} | options
    optimizer = SGD(model.parameters(), lr=0.05, momentum=0.9)
    loss = settings.pop("loss")
    return fit(model, loss, optimizer, train, validation, execution=execution, **settings)


def largest_difference(model, other):
    pairs = zip(model.parameters(), other.parameters(), strict=True)
    return max((ours - theirs).abs().max().item() for ours, theirs in pairs)


def test_parts_of_a_batch_add_up_to_the_batch(digits):
    # 300 images: four batches of 64 and a last one of 44, none of which 3 or 5 divide evenly.
    whole = convolutions(torch.float64)
    wanted = trained(digits, whole)
    for accumulate in (3, 5, 64):
        parts = convolutions(torch.float64)
        found = trained(digits, parts, Execution(accumulate=accumulate))
        assert largest_difference(whole, parts) < 1e-12
        for epoch, other in zip(wanted.epochs, found.epochs, strict=True):
            assert epoch.train_loss == pytest.approx(other.train_loss, abs=1e-6)
            assert epoch.train_error == other.train_error


def test_a_layer_sees_parts_that_differ_by_one_image(digits):
    model, seen = convolutions(), []
    model[0].register_forward_hook(
        lambda layer, inputs, output: seen.append(len(output)) if layer.training else None
    )
    trained(digits, model, Execution(accumulate=3), num=66, epochs=1)
    assert seen == [22, 21, 21, 1, 1]  # no part is empty


def test_channels_last_learns_the_same_and_puts_the_weights_back(digits, tmp_path):
    plain, other = convolutions(), convolutions()
    wanted = trained(digits, plain)
    inside = []
    other[2].register_forward_hook(
        lambda layer, inputs, output: inside.append(
            all(
                each.is_contiguous(memory_format=torch.channels_last)
                for each in (inputs[0], layer.weight, output)
            )
        )
    )
    found = trained(digits, other, Execution(channels_last=True), checkpoint=tmp_path)
    assert all(inside)
    assert all(parameter.is_contiguous() for parameter in other.parameters())
    assert largest_difference(plain, other) < 1e-5
    assert [epoch.train_error for epoch in found.epochs] == pytest.approx(
        [epoch.train_error for epoch in wanted.epochs], abs=0.01
    )


def test_channels_last_goes_on_to_the_same_bits(digits, tmp_path):
    execution = Execution(channels_last=True)
    whole, parts = convolutions(), convolutions()
    trained(digits, whole, execution, epochs=3)
    trained(digits, convolutions(), execution, epochs=1, checkpoint=tmp_path)
    trained(digits, parts, execution, epochs=3, checkpoint=tmp_path)
    assert largest_difference(whole, parts) == 0


def test_momentum_lies_like_the_weights_after_a_checkpoint_was_read(tmp_path):
    def parts():
        model = convolutions().to(memory_format=torch.channels_last)
        return model, SGD(model.parameters(), lr=0.1, momentum=0.9), torch.Generator()

    model, optimizer, shuffle = parts()
    model(torch.rand(2, 1, 28, 28)).sum().backward()
    optimizer.step()
    save_checkpoint(tmp_path, model, optimizer, shuffle, {"epoch": 1})
    other, resumed, _ = parts()
    load_checkpoint(tmp_path, other, resumed, shuffle)
    for weight, saved in zip(other.parameters(), model.parameters(), strict=True):
        (name,) = resumed.state[weight]
        assert resumed.state[weight][name].stride() == weight.stride()
        assert torch.equal(resumed.state[weight][name], optimizer.state[saved][name])


def test_autocast_takes_products_in_bfloat16_and_all_else_in_float32(digits):
    plain, other = convolutions(), convolutions()
    wanted = trained(digits, plain, epochs=4)
    seen, losses = set(), set()
    other[2].register_forward_hook(
        lambda layer, inputs, output: seen.add((layer.training, output.dtype))
    )

    def loss(scores, labels):
        losses.add((scores.dtype, torch.is_autocast_enabled("cpu")))
        return F.cross_entropy(scores, labels)

    found = trained(digits, other, Execution(autocast="bfloat16"), loss=loss, epochs=4)
    assert seen == {(True, torch.bfloat16), (False, torch.bfloat16)}
    assert losses == {(torch.float32, True)}
    assert all(parameter.dtype == torch.float32 for parameter in other.parameters())
    # bfloat16 keeps 8 bits: one part in 256.
    assert 0 < largest_difference(plain, other) < 0.02
    assert found.epochs[-1].train_loss == pytest.approx(wanted.epochs[-1].train_loss, rel=0.02)


def test_a_nan_stops_training_in_parts_and_half_precision_too(digits):
    (images, labels), validation = digits
    images = images.clone()
    images[7, 0, 5, 5] = float("nan")
    execution = Execution(autocast="bfloat16", accumulate=4)
    with pytest.raises(TrainingDivergedError, match="In epoch 1 the loss or a weight stopped"):
        trained(((images, labels), validation), convolutions(), execution)


@pytest.mark.parametrize("fails", [False, True])
def test_deterministic_only_inside(digits, fails):
    torch.backends.cudnn.benchmark = True
    inside = []

    def loss(scores, labels):
        inside.append(
            (torch.are_deterministic_algorithms_enabled(), torch.backends.cudnn.benchmark)
        )
        if fails:
            raise KeyError("in the loss")
        return F.cross_entropy(scores, labels)

    try:
        trained(digits, convolutions(), Execution(deterministic=True), loss=loss)
        assert not fails
    except KeyError:
        assert fails
    assert set(inside) == {(True, False)}
    assert not torch.are_deterministic_algorithms_enabled()
    assert torch.backends.cudnn.benchmark
    torch.backends.cudnn.benchmark = False


def test_deterministic_on_a_gpu_says_what_it_needs(monkeypatch):
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", ":0:0")
    message = r"needs CUBLAS_WORKSPACE_CONFIG=:4096:8 .* before Python starts \(it is :0:0\)"
    with pytest.raises(ValueError, match=message), _deterministic(torch.device("cuda")):
        pass


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"autocast": "float16"}, "autocast is 'float16'; say bfloat16, or None"),
        ({"accumulate": 0}, "accumulate is 0; a batch has 1 part or more"),
    ],
)
def test_impossible_ways_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Execution(**options)


COMPILED = Path(__file__).with_name("compiled_run.py")


@pytest.mark.slow
def test_compiled_learns_the_same_and_keeps_names_and_checkpoints(tmp_path):
    done = _compiled(tmp_path)
    if "Execution(compile=False)" in done.stderr:
        pytest.skip("torch.compile cannot run here: " + done.stderr.strip().splitlines()[-1])
    assert done.returncode == 0, done.stderr
    assert done.stdout == "the same\n"


def test_where_it_cannot_compile_it_says_what_to_do(tmp_path):
    cache = str(tmp_path / "cache")  # what was compiled before is not to help
    done = _compiled(tmp_path, CXX=str(tmp_path / "none"), TORCHINDUCTOR_CACHE_DIR=cache)
    assert done.returncode == 1
    assert "torch.compile could not compile this network: " in done.stderr
    assert "InvalidCxxCompiler" in done.stderr
    assert "Train with Execution(compile=False)" in done.stderr


def _compiled(tmp_path, **environment):
    # A process of its own: what is compiled stays in a process, and would meet the shape checks.
    environment = os.environ | {"OMP_NUM_THREADS": "1"} | environment
    environment |= {"TORCHINDUCTOR_COMPILE_THREADS": "1"}
    words = [sys.executable, str(COMPILED), str(tmp_path)]
    return subprocess.run(words, capture_output=True, text=True, env=environment)
