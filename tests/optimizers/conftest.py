"""One weight that is led by gradients of the test's choice."""

import pytest
import torch
from torch import nn


@pytest.fixture
def walked():
    """Where one weight is after each of some gradients, so that steps can be worked by hand."""

    def walk(kind, gradients, start=0.0, **options):
        w = nn.Parameter(torch.tensor([start], dtype=torch.float64))
        optimizer = kind([w], **options)
        places = []
        for gradient in gradients:
            w.grad = torch.tensor([gradient], dtype=torch.float64)
            optimizer.step()
            places.append(w.item())
        return places

    return walk
