"""Where a kernel can run, and on which numbers."""

import os

import torch
from torch import Tensor

DTYPES = (torch.float32, torch.float16, torch.bfloat16)

# Triton decides when a kernel is defined, which is when its file is imported.
INTERPRETED = os.environ.get("TRITON_INTERPRET") == "1"


def require_ready(dtypes: tuple[torch.dtype, ...] = DTYPES, **tensors: Tensor | None) -> None:
    """Raise ValueError, naming the argument, where a kernel cannot read a tensor.

    All must lie on one device, a CUDA device unless the kernels are interpreted, and hold one
    of `dtypes`. An absent tensor (None) is fine.
    """
    present = {name: tensor for name, tensor in tensors.items() if tensor is not None}
    for name, tensor in present.items():
        if tensor.device.type != "cuda" and not INTERPRETED:
            raise ValueError(
                f"{name} lies on {tensor.device}, but a kernel reads the memory of a CUDA device: "
                f"give {name}.cuda(), or use course_lib.layers, which runs anywhere."
            )
        if tensor.dtype not in dtypes:
            known = ", ".join(str(dtype).removeprefix("torch.") for dtype in dtypes)
            raise ValueError(f"{name} holds {tensor.dtype}; this kernel is for {known}.")
    devices = {name: str(tensor.device) for name, tensor in present.items()}
    if len(set(devices.values())) > 1:
        raise ValueError(f"All tensors must lie on one device, not on {devices}.")
