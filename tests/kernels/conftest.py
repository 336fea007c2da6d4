"""The kernels run on a CUDA device where there is one, else in Triton's interpreter on the CPU."""

import pytest
import torch


@pytest.fixture(scope="session")
def device():
    pytest.importorskip("triton", reason="Triton is not there")
    return "cuda" if torch.cuda.is_available() else "cpu"


@pytest.fixture(autouse=True)
def _whole_products(monkeypatch):
    """On a GPU torch rounds float32 products to 19 bits unless told otherwise."""
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", False)
