"""What a kernel refuses. Oracle: the devices torch names."""

import ast
import os
import subprocess
import sys

import pytest
import torch


def test_cpu_tensors_are_refused_by_name_where_kernels_are_compiled(device, monkeypatch):
    from course_lib.kernels import devices

    monkeypatch.setattr(devices, "INTERPRETED", False)
    with pytest.raises(ValueError, match=r"weight lies on cpu, .* give weight.cuda\(\)"):
        devices.require_ready(input=None, weight=torch.zeros(1))


def test_the_interpreter_takes_cpu_tensors(device):
    from course_lib.kernels import devices

    if device == "cuda":
        pytest.skip("compiled here")
    devices.require_ready(input=torch.zeros(1), weight=torch.zeros(2), bias=None)


def test_two_devices_are_one_too_many(device):
    from course_lib.kernels import devices

    elsewhere = torch.zeros(1, device="meta" if device == "cpu" else "cpu")
    match = "must lie on one device" if device == "cpu" else "lies on cpu"
    with pytest.raises(ValueError, match=match):
        devices.require_ready(input=torch.zeros(1, device=device), weight=elsewhere)


def test_every_launch_asks_for_the_device_of_its_tensors(repository):
    # Triton launches on the current device, which need not be the one the tensors lie on.
    num_launches = 0
    for path in sorted((repository / "course_lib" / "kernels").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf8"))
        inside = {
            id(node)
            for block in ast.walk(tree)
            if isinstance(block, ast.With)
            and ast.unparse(block.items[0]).startswith("torch.cuda.device_of(")
            for node in ast.walk(block)
        }
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        launches = [call for call in calls if isinstance(call.func, ast.Subscript)]
        assert all(id(launch) in inside for launch in launches), path.name
        num_launches += len(launches)
    assert num_launches > 5


def test_a_kernel_runs_where_its_tensors_lie(device):
    if torch.cuda.device_count() < 2:
        pytest.skip("needs two CUDA devices")
    from course_lib.kernels import conv2d

    x = torch.ones(1, 1, 3, 3, device="cuda:1")
    found = conv2d(x, torch.ones(1, 1, 2, 2, device="cuda:1"))
    assert (found == 4).all()
    assert found.device == x.device


def test_without_triton_importing_says_so_and_the_rest_works():
    program = """
import sys
sys.modules["triton"] = None  # what Python itself does for a module that must not be found
import course_lib.layers, course_lib.architectures, course_lib.experiments.layer_speed
try:
    import course_lib.kernels
except ImportError as error:
    print(error)
"""
    environment = {**os.environ, "TRITON_INTERPRET": "0"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stdout.startswith("course_lib.kernels needs Triton")


def test_compiled_kernels_refuse_the_cpu_in_a_process_of_their_own():
    program = """
import torch
from course_lib.kernels import conv2d
try:
    conv2d(torch.zeros(1, 1, 3, 3), torch.zeros(1, 1, 2, 2))
except ValueError as error:
    print(error)
"""
    environment = {**os.environ, "TRITON_INTERPRET": "0"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stdout.startswith("input lies on cpu, but a kernel reads the memory of a CUDA")
