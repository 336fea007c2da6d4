"""What a trained network knows of images it was not trained for, and how much that is worth.

Source: Donahue et al. 2013, "DeCAF", arXiv:1310.1531; Alain & Bengio 2016, arXiv:1610.01644 (the
linear probe).
"""

import warnings
from collections.abc import Callable

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from course_lib.data.evaluation_mode import in_evaluation
from course_lib.training.transfer import head

SOLVED = 1e-4  # the largest number of the gradient at the bottom of the bowl


def extract_features(
    model: nn.Module, images: Float[Tensor, "n *image"], batch_size: int = 1000
) -> Float[Tensor, "n features"]:
    """What the network hands to its last layer, for each image: the numbers it describes it by.

    They are computed once, in evaluation mode, so training on them costs next to nothing.
    """
    if len(images) == 0:
        raise ValueError("images is empty; there is nothing to describe.")
    name, last = head(model)
    seen: list[Tensor] = []
    hook = last.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    try:
        with torch.inference_mode(), in_evaluation(model):
            for batch in images.split(batch_size):
                model(batch)
    finally:
        hook.remove()
    if not seen:
        raise ValueError(f"The forward of model never called its last layer {name!r}.")
    return torch.cat(seen)


def linear_probe(
    features: Float[Tensor, "n features"],
    labels: Int64[Tensor, " n"],
    num_classes: int,
    weight_decay: float = 1e-3,
    max_steps: int = 200,
) -> nn.Linear:
    """The best linear classifier of frozen features: softmax regression, solved to its end.

    It minimizes the mean cross entropy plus weight_decay / 2 times the squares of the weights, a
    bowl with one bottom for weight_decay > 0, by L-BFGS in float64 on all examples at once. So
    there is no learning rate to choose, and what it scores tells of the features alone. A warning
    says where `max_steps` were too few for that.
    """
    if not weight_decay > 0:
        raise ValueError(f"weight_decay is {weight_decay}; without one there may be no bottom.")
    if len(labels) == 0 or not 0 <= labels.min() <= labels.max() < num_classes:
        raise ValueError(f"labels must be some of 0 to {num_classes - 1}.")
    inputs = features.double()
    probe = nn.Linear(inputs.shape[1], num_classes, device=inputs.device, dtype=torch.float64)
    nn.init.zeros_(probe.weight)
    nn.init.zeros_(probe.bias)
    optimizer = torch.optim.LBFGS(
        probe.parameters(),
        max_iter=max_steps,
        tolerance_grad=1e-9,
        tolerance_change=1e-12,
        line_search_fn="strong_wolfe",
    )
    loss = _loss_of(probe, optimizer, inputs, labels, weight_decay)
    optimizer.step(loss)
    with torch.enable_grad():  # as the optimizer has it, whatever it is outside
        loss()
    steepest = max(float(weight.grad.abs().max()) for weight in probe.parameters())
    if steepest > SOLVED:
        warnings.warn(
            f"After {max_steps} steps the gradient is still {steepest:.1g}, so this is not the "
            "best classifier. Bring the features to one scale (divide each by its deviation), or "
            "give more max_steps.",
            stacklevel=2,
        )
    return probe.to(features.dtype)


def _loss_of(probe, optimizer, inputs, labels, weight_decay: float) -> Callable[[], Tensor]:
    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(probe(inputs), labels)
        loss = loss + weight_decay / 2 * probe.weight.square().sum()
        loss.backward()
        return loss

    return closure
