"""Where in the image a network saw its class.

Paper: Zhou, Khosla, Lapedriza, Oliva & Torralba 2016, "Learning deep features for discriminative
localization", CVPR, arXiv:1512.04150, section 2.
"""

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils._python_dispatch import TorchDispatchMode

from course_lib.inspection.class_scores import class_scores
from course_lib.inspection.one_pass import left_as_it_was, to_the_model

NO_POOLING = (
    "model must end in the mean over each map and one torch.nn.Linear, as GoogLeNet, ResNet and "
    "DenseNet do; {}. occlusion_map and saliency work for any classifier."
)


def class_activation_map(
    model: nn.Module,
    images: Float[Tensor, "n channels h w"],
    classes: Int64[Tensor, " n"] | None = None,
) -> Float[Tensor, "n h w"]:
    """Sum the last maps, each times the weight its mean has for the class, at the images' size.

    The paper's M_c(x, y) = sum over k of w_k^c f_k(x, y), for the predicted class unless given;
    its mean over the map plus the bias of the class is the score. Raises ValueError for a
    network that does not end in global average pooling and one linear layer.
    """
    images = to_the_model(model, images)
    with left_as_it_was(model), torch.no_grad(), _Ending(model) as ending:
        scores, chosen = class_scores(model, images, classes)
        maps, linear = ending.maps_and_linear(scores)
        evidence = torch.einsum("nk,nkhw->nhw", linear.weight[chosen], maps)
    size = images.shape[2:]
    return F.interpolate(evidence[:, None], size, mode="bilinear", align_corners=False)[:, 0]


class _Ending(TorchDispatchMode):
    """Notes what may be the last maps, and the linear layer that gives the scores."""

    def __init__(self, model: nn.Module):
        super().__init__()
        self.linears = [module for module in model.modules() if isinstance(module, nn.Linear)]
        self.widths = {linear.in_features for linear in self.linears}
        self.maps: list[Tensor] = []
        self.last: tuple[nn.Linear, Tensor, Tensor] | None = None

    def __enter__(self):
        self.hooks = [linear.register_forward_hook(self._note) for linear in self.linears]
        return super().__enter__()

    def __exit__(self, *error):
        for hook in self.hooks:
            hook.remove()
        return super().__exit__(*error)

    def __torch_dispatch__(self, operation, _types, arguments=(), options=None):
        output = operation(*arguments, **(options or {}))
        first = output[0] if isinstance(output, tuple) else output
        if isinstance(first, Tensor) and first.ndim == 4 and first.shape[1] in self.widths:
            self.maps.append(first)
        return output

    def _note(self, linear: nn.Linear, inputs: tuple, output: Tensor) -> None:
        self.last = (linear, inputs[0], output)

    def maps_and_linear(self, scores: Tensor) -> tuple[Float[Tensor, "n k h w"], nn.Linear]:
        """The last maps whose means are what the last linear layer took."""
        if self.last is None or self.last[2] is not scores:
            raise ValueError(NO_POOLING.format("the scores do not come from a linear layer"))
        linear, pooled, _ = self.last
        for maps in reversed(self.maps):
            if maps.shape[2:].numel() > 1 and _same(maps.mean(dim=(2, 3)), pooled):
                return maps, linear
        raise ValueError(
            NO_POOLING.format(f"the {linear.in_features} inputs of its last layer are no means")
        )


def _same(means: Tensor, pooled: Tensor) -> bool:
    return means.shape == pooled.shape and torch.allclose(means, pooled, rtol=1e-3, atol=1e-5)
