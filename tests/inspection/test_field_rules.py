"""Oracle: what is measured by poisoning pixels, for every operation that has a rule."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_lib.inspection import receptive_field


class Calling(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


FUNCTIONS = {
    "pad": lambda x: F.pad(x, (3, 1, 2, 0)),
    "pad one side": lambda x: F.pad(x, (3, 1)),
    "crop": lambda x: F.pad(x, (-1, -1, -2, 0)),
    "slice": lambda x: x[:, 1:, 2::3, 1:-2:2],
    "slice from the end": lambda x: x[:, :, -3:],
    "slice channels": lambda x: x[:, ::2],
    "sum over channels": lambda x: x.sum(dim=1, keepdim=True) + x,
    "maximum over channels": lambda x: torch.cat([x.amax(1, keepdim=True), x], dim=1),
    "softmax over channels": lambda x: x.softmax(dim=1) + x.log_softmax(dim=-3),
    "concatenation": lambda x: torch.cat([F.relu(x), x.tanh()], 1),
    "concatenation of images": lambda x: torch.cat([x, x])[:1],
    "in place": lambda x: x.clone().relu_().add_(x),
    "something new": lambda x: torch.zeros_like(x) + x.new_ones(1) + x,
    "channels in groups": lambda x: x.unflatten(1, (2, 2)).sum(2),
    "shuffled channels": nn.ChannelShuffle(2),
    "response normalization": nn.LocalResponseNorm(3),
    "batch normalization": nn.BatchNorm2d(4).eval(),
    "rectifiers": nn.Sequential(nn.PReLU(), nn.LeakyReLU(), nn.ELU()),
    "detached": lambda x: x.detach().to(torch.float64),
    "global mean": lambda x: x.mean(dim=(2, 3)),
    "global mean that stays a map": lambda x: x.mean(dim=(-1, -2), keepdim=True),
    "global maximum": lambda x: x.amax(dim=(2, 3)),
    "mean over what is flattened": lambda x: x.flatten(2).mean(dim=-1),
    "global pooling": nn.AdaptiveAvgPool2d(1),
    "adaptive pooling": nn.AdaptiveAvgPool2d((3, 2)),
    "adaptive pooling that changes nothing": nn.AdaptiveAvgPool2d((6, 8)),
    "global maximum by pooling": nn.AdaptiveMaxPool2d(1),
    "adaptive maximum": nn.AdaptiveMaxPool2d((2, 4)),
    "a gate": lambda x: x * x.mean(dim=(2, 3), keepdim=True).sigmoid(),
    "a linear layer": nn.Sequential(nn.Flatten(), nn.Linear(4 * 6 * 8, 3), nn.Linear(3, 2)),
    "a matrix without bias": nn.Sequential(nn.Flatten(), nn.Linear(4 * 6 * 8, 3, bias=False)),
    "unequal windows": nn.AvgPool2d((2, 3), stride=(1, 2), padding=(1, 0)),
    "pooling with the kernel's stride": nn.MaxPool2d((2, 3)),
    "dilated maxima": nn.MaxPool2d(2, stride=1, dilation=(3, 2)),
    "padded maxima": nn.MaxPool2d((4, 2), stride=2, padding=(2, 1)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_operation_does_to_the_field_what_is_measured(name, agrees):
    # Before it, windows that are not square; behind it, one more shows that its jump is right.
    first = nn.Conv2d(3, 4, (3, 2), stride=2, padding=(1, 0))
    model = nn.Sequential(first, Calling(FUNCTIONS[name]))
    image = (1, 3, 12, 16)
    agrees(model, image)
    maps = model(torch.zeros(image))
    if maps.ndim == 4 and maps.shape[2:] != (1, 1) and maps.dtype == torch.float32:
        agrees(nn.Sequential(*model, nn.Conv2d(maps.shape[1], 1, 2)), image)


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (nn.ConvTranspose2d(3, 3, 2, stride=2), "no rule for a transposed convolution"),
        (nn.AdaptiveAvgPool2d(5), "adaptive pooling of .* not divisible"),
        (nn.Upsample(scale_factor=2), "no rule for the operation 'upsample_nearest2d'"),
        (lambda x: x.mean(dim=2), "a mean over one of two axes"),
        (lambda x: torch.cat([x, x], dim=3), "a concatenation along rows or columns"),
        (lambda x: x.softmax(dim=2), "a softmax along rows or columns"),
        (
            lambda x: torch.bmm(x.flatten(0, 1), torch.ones(3, 8, 8)),
            "a matrix product of what is not flattened",
        ),
        (lambda x: x[:, :, :4, :4] + x[:, :, ::2, ::2], "paths with jumps of 1 and 2 pixels meet"),
        (lambda x: x.split(1, dim=1)[1], "no rule for the operation 'split'"),
    ],
)
def test_what_has_no_rule_is_named_with_the_layer_and_the_way_out(function, reason):
    model = nn.Sequential(nn.Identity(), Calling(function), nn.ReLU())
    with pytest.raises(ValueError, match=rf"layer '1.*' is not known: .*{reason}.*Try measured_"):
        receptive_field(model, (1, 3, 8, 8))
