"""The filters that look at the image itself."""

from jaxtyping import Float
from torch import Tensor, nn


def first_layer_filters(model: nn.Module) -> Float[Tensor, "channels_out channels_in kh kw"]:
    """Copy the kernels of the first convolution the model lists, for `plotting.plot_filters`.

    Over RGB images a filter is itself a small RGB picture; AlexNet's 96 show frequencies,
    orientations and colors (Krizhevsky et al. 2012, figure 3). Deeper filters are no pictures.
    """
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            return module.weight.detach().cpu().clone()
    raise ValueError("model has no convolution (torch.nn.Conv2d), so it has no filters to show.")
