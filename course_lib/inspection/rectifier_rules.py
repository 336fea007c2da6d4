"""Three ways to go back through max(0, x); between them lie three kinds of saliency map.

What comes back to a rectifier is stopped where
- "gradient": the input was negative (Simonyan, Vedaldi & Zisserman 2013, arXiv:1312.6034);
- "deconvnet": what comes back is negative (Zeiler & Fergus 2013, arXiv:1311.2901, the paper of
  ZFNet, which was tuned by looking at such pictures);
- "guided": either is (Springenberg et al. 2014, arXiv:1412.6806).
All else, max pooling too, goes back in the same way.
"""

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

RULES = ("gradient", "deconvnet", "guided")
RELU = {F.relu, torch.relu, torch.relu_, Tensor.relu, Tensor.relu_}


class RectifierRule(TorchFunctionMode):
    """Inside, torch's rectifiers send back what the rule lets through; `met` counts them."""

    def __init__(self, rule: str):
        super().__init__()
        if rule not in RULES:
            raise ValueError(f"rectifier '{rule}' is unknown; there is {', '.join(RULES)}.")
        self.rule, self.met = rule, 0

    def __torch_function__(self, function, _types, arguments=(), options=None):
        if self.rule == "gradient" or function not in RELU:
            return function(*arguments, **(options or {}))
        self.met += 1
        x = arguments[0]
        rectified = _Rectifier.apply(x, self.rule)
        return x.copy_(rectified) if _is_in_place(function, arguments, options) else rectified

    def check(self) -> None:
        """A network without rectifiers would give the gradient under another name."""
        if self.rule != "gradient" and not self.met:
            raise ValueError(
                f"rectifier '{self.rule}' changes nothing: the model calls no torch.nn.ReLU, "
                "torch.relu or torch.nn.functional.relu."
            )


def _is_in_place(function, arguments: tuple, options: dict | None) -> bool:
    """Whether the rectified numbers are wanted in the place of those that came in."""
    if function is F.relu:
        return arguments[1] if len(arguments) > 1 else (options or {}).get("inplace", False)
    return function in (torch.relu_, Tensor.relu_)


class _Rectifier(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor, rule: str) -> Tensor:
        ctx.save_for_backward(x > 0)
        ctx.rule = rule
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, grad_output: Tensor) -> tuple[Tensor, None]:
        (is_positive,) = ctx.saved_tensors
        passed = grad_output.clamp(min=0)
        return (passed * is_positive if ctx.rule == "guided" else passed), None
