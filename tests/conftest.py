"""What every test runs under: shapes checked at each call, one seed, no network."""

import os
import random
import socket
from pathlib import Path

import jaxtyping
import pytest

# Must come before the first import of course_lib: it rewrites the annotated functions.
jaxtyping.install_import_hook("course_lib", "beartype.beartype")

import numpy as np  # noqa: E402
import torch  # noqa: E402

if not torch.cuda.is_available():
    # Triton's kernels then run in its interpreter. It decides that when it is first imported, by
    # whatever test comes first.
    os.environ["TRITON_INTERPRET"] = "1"

REPOSITORY = Path(__file__).resolve().parent.parent
NEEDS_SOLUTIONS = ("assignments", "grading", "solutions")


def pytest_collection_modifyitems(items):
    """Skip by name, with the reason, what this machine or this copy of the course cannot run."""
    for item in items:
        if item.get_closest_marker("gpu") and not torch.cuda.is_available():
            item.add_marker(pytest.mark.skip(reason="needs a CUDA device"))
        room = Path(item.fspath).relative_to(REPOSITORY / "tests").parts[0]
        if room in NEEDS_SOLUTIONS and not (REPOSITORY / "solutions").exists():
            item.add_marker(pytest.mark.skip(reason="needs solutions/, which only teachers have"))


@pytest.fixture(autouse=True)
def _one_seed():
    random.seed(0)
    np.random.seed(0)
    torch.manual_seed(0)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    """A test that asks another host for anything fails; this machine itself may be asked."""
    connect = socket.socket.connect

    def only_here(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in (
            "127.0.0.1",
            "localhost",
            "::1",
        ):
            raise OSError(f"a test tried to reach {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", only_here)


@pytest.fixture
def without_shape_checks():
    """For tests of our own error messages: jaxtyping would speak first."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY
