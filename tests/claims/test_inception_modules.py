"""Oracles: sums worked by hand, figure 2 of Szegedy et al. 2015, and a sum over channels."""

import torch

from course_lib.claims import inception_modules


def test_weights_are_sums_over_the_branches():
    naive = 256 * 128 + 256 * 192 * 9 + 256 * 96 * 25
    assert inception_modules.naive_weights() == naive == 1_089_536
    narrow = 256 * 128 + 256 * 64 + 64 * 192 * 9 + 256 * 64 + 64 * 96 * 25
    assert narrow == 329_728
    assert inception_modules.bottleneck_weights() == narrow + 256 * 64 == 346_112


def test_branches_of_figure_2():
    assert inception_modules.naive_channels() == 128 + 192 + 96 + 256
    assert inception_modules.sides_of_the_branches() == [28] * 4
    assert inception_modules.kernels_of_the_branches() == [1, 3, 5, 3, 1]
    assert inception_modules.reductions_of_the_branches() == [True, True, True]
    # The remark: the branch 1x1 stands alone.
    assert "one_reduce" not in dict(inception_modules._with_reductions().named_children())


def test_the_naive_module_grows_and_costs_more(monkeypatch):
    assert inception_modules.naive_modules_always_grow()
    assert inception_modules.reductions_save_operations()
    monkeypatch.setattr(inception_modules, "_naive", inception_modules._with_reductions)
    assert not inception_modules.reductions_save_operations()


def test_an_embedding_pixel_by_pixel(monkeypatch):
    assert inception_modules.pointwise_convolution_embeds_pixels()

    def looks_at_a_neighbor(image, kernels):
        return torch.einsum("nchw,kc->nkhw", image.roll(1, dims=3), kernels[:, :, 0, 0])

    monkeypatch.setattr(inception_modules, "pointwise_conv2d", looks_at_a_neighbor)
    assert not inception_modules.pointwise_convolution_embeds_pixels()
