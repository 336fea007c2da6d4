"""What all augmentations promise: dtype, input, independence of the batch, reproducibility."""

import pytest
import torch

from course_lib.data import PrincipalComponents
from course_lib.data.augmentation import (
    ColorJitter,
    ColorOffsets,
    Compose,
    Cutout,
    ElasticTransform,
    GaussianBlur,
    GridDistortion,
    GridShuffle,
    LensDistortion,
    RandomApply,
    RandomCrop,
    RandomHorizontalFlip,
    RandomRotation,
    RandomShear,
    RandomStretch,
    RandomTranslation,
    RandomVerticalFlip,
    ScaleJitter,
    sample_keys,
)

COLORS = PrincipalComponents(
    mean=torch.zeros(3, dtype=torch.float64),
    eigenvalues=torch.tensor([2.0, 1.0, 0.5], dtype=torch.float64),
    directions=torch.eye(3, dtype=torch.float64),
)
ALL = [
    RandomCrop((9, 11), padding=(2, 1)),
    RandomCrop(15, padding=3, padding_mode="reflect"),
    RandomTranslation((3, 2), fill=7),
    RandomHorizontalFlip(),
    RandomVerticalFlip(),
    ScaleJitter(17, 25, size=(16, 12)),
    RandomRotation(25),
    RandomShear(20, 10, padding_mode="reflection"),
    RandomStretch(1.4, 1.2, padding_mode="border"),
    LensDistortion(0.3),
    ElasticTransform(alpha=9, sigma=1.5),
    GridDistortion(4, 0.5),
    GridShuffle((3, 2)),
    Cutout(7),
    GaussianBlur(0.5, 1.5),
    ColorJitter(0.4, 0.4, 0.4, 0.2),
    ColorOffsets(COLORS),
    RandomApply(Cutout(9), 0.6),
    Compose(RandomCrop(12), RandomHorizontalFlip(), Cutout(5)),
]
NAMES = [f"{type(augmentation).__name__}{number}" for number, augmentation in enumerate(ALL)]
every = pytest.mark.parametrize("augmentation", ALL, ids=NAMES)
DTYPES = [torch.uint8, torch.float16, torch.bfloat16, torch.float32, torch.float64]


def in_dtype(images, dtype):
    return images if dtype == torch.uint8 else (images.double() / 255).to(dtype)


@every
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_images_keep_their_dtype_and_what_is_given_is_not_touched(
    augmentation, dtype, images, keys
):
    given = in_dtype(images, dtype)
    before = given.clone()
    changed = augmentation(given, keys=keys)
    assert changed.dtype == dtype
    assert changed.shape[:2] == (6, 3)
    assert torch.equal(given, before)
    assert changed.double().min() >= 0
    assert changed.double().max() <= (
        255 if dtype == torch.uint8 else 7 if "Transl" in str(augmentation) else 1
    )


@every
def test_something_changes_and_not_alike_for_all(augmentation, images, keys):
    alike = images[:1].expand(6, -1, -1, -1)
    changed = augmentation(alike, keys=keys)
    assert len({image.numpy().tobytes() for image in changed}) > 1
    changed.fill_(0)  # memory of its own: expand shares one image among all
    assert alike.any()


@every
def test_an_image_comes_out_the_same_in_whatever_batch(augmentation, images, keys):
    together = augmentation(images, keys=keys)
    order = torch.tensor([3, 0, 5])
    assert torch.equal(augmentation(images[order], keys=keys[order]), together[order])
    assert torch.equal(augmentation(images[4:5], keys=keys[4:5]), together[4:5])


@every
def test_the_generator_alone_decides(augmentation, images):
    first, again, other = (
        augmentation(images, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    torch.manual_seed(0)
    unseeded = augmentation(images)
    assert not torch.equal(unseeded, augmentation(images))


@every
def test_uint8_and_float_images_change_alike(augmentation, images, keys):
    if "fill=7" in str(augmentation):
        pytest.skip("a fill is given in the images' own units")
    whole = augmentation(images, keys=keys).double()
    floating = augmentation(in_dtype(images, torch.float64), keys=keys) * 255
    assert (whole - floating).abs().max() <= 0.5 + 1e-3  # what rounding takes


@every
@pytest.mark.parametrize("num", [0, 1])
def test_small_batches(augmentation, num, images, keys):
    changed = augmentation(images[:num], keys=keys[:num])
    assert changed.shape[0] == num
    assert changed.shape[1:] == augmentation(images, keys=keys).shape[1:]


@every
def test_the_memory_format_does_not_matter(augmentation, images, keys):
    last = images.to(memory_format=torch.channels_last)
    assert torch.equal(augmentation(last, keys=keys), augmentation(images, keys=keys))


@every
def test_gray_images(augmentation, images, keys):
    if isinstance(augmentation, ColorOffsets):
        pytest.skip("its components are of three colors")
    gray = images[:, :1]
    assert augmentation(gray, keys=keys).shape[1] == 1


@every
def test_labels_of_pixels_take_the_size_of_the_images(augmentation, images, keys):
    maps = torch.randint(0, 11, (6, 23, 17))
    before = maps.clone()
    moved = augmentation.move_labels(maps, keys, void=11)
    assert moved.dtype == torch.int64
    assert moved.shape[1:] == augmentation(images, keys=keys).shape[2:]
    assert set(moved.unique().tolist()) <= set(range(12))
    assert torch.equal(maps, before)
    none = augmentation.move_labels(maps[:0], keys[:0], void=11)
    assert none.shape == (0, *moved.shape[1:])


@every
def test_it_says_what_it_is(augmentation):
    assert repr(augmentation).startswith(type(augmentation).__name__)


def test_a_generator_beside_keys_is_refused(images, keys):
    with pytest.raises(ValueError, match="Give a generator or keys"):
        Cutout(3)(images, torch.Generator(), keys=keys)


@pytest.mark.parametrize("dtype", [torch.int64, torch.int8, torch.bool])
def test_other_numbers_are_refused(dtype, images, without_shape_checks):
    with pytest.raises(ValueError, match=r"images is torch.\w+; give uint8 \(0 to 255\) or floats"):
        Cutout(3)(images.to(dtype))


@every
def test_an_image_that_is_no_batch_is_refused(augmentation, images, without_shape_checks):
    # Its channels would be taken for three images, and red flipped apart from green.
    with pytest.raises(ValueError, match=r"shape \(3, 23, 17\); .* image\[None\] makes a batch"):
        augmentation(images[0])
    assert augmentation(images[0][None]).shape[:2] == (1, 3)


@every
@pytest.mark.parametrize("num", [0, 1, 5])
def test_another_number_of_keys_is_refused(augmentation, num, images, keys, without_shape_checks):
    with pytest.raises(ValueError, match=rf"shape \({num},\) for 6 images; give one key for each"):
        augmentation(images, keys=keys[:num])


@pytest.mark.gpu
@every
def test_a_gpu_changes_images_as_the_cpu_does(augmentation, images, keys):
    wanted = augmentation(images, keys=keys)
    found = augmentation(images.cuda(), keys=sample_keys(5, 2, torch.arange(6, device="cuda")))
    assert found.is_cuda
    assert (found.cpu().double() - wanted.double()).abs().max() <= 1
    generator = torch.Generator("cuda").manual_seed(0)
    assert augmentation(images.cuda(), generator).is_cuda
    maps = torch.randint(0, 11, (6, 23, 17))
    moved = augmentation.move_labels(maps.cuda(), keys.cuda(), 11).cpu()
    assert (moved != augmentation.move_labels(maps, keys, 11)).float().mean() < 0.01
