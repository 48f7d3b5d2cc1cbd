import numpy as np
import pytest
import torch

from fakeprint.core.errors import UsageError
from fakeprint.learn.frontend import residual_bank
from fakeprint.learn.statistics import Statistics

SIZES = {
    "shape": 99, "haar": 36, "joint": 225, "spectrum": 153, "radial": 25, "lags": 126, "phase": 27, "colour": 33, "spread": 12,
    "half": 225, "pairs": 715, "half-pairs": 715, "neighbours": 650, "magnitude": 42, "gradients": 2304,
}  # fmt: skip


@pytest.fixture
def image():
    noise = torch.rand(2, 3, 132, 148, generator=torch.Generator().manual_seed(1))
    return (torch.nn.functional.avg_pool2d(noise, 5, 1) * 255).round() / 255


@pytest.mark.parametrize("group", SIZES)
def test_sizes_and_batch_invariance(group, image):
    extract = Statistics((group,))
    both = extract(image)
    assert both.shape == (2, SIZES[group])
    torch.testing.assert_close(extract(image[1:]), both[1:], atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("group", SIZES)
def test_constant_pictures_give_numbers(group):
    assert torch.isfinite(Statistics((group,))(torch.full((1, 3, 96, 96), 0.5))).all()


def test_joint_histograms_are_histograms(image):
    squares = Statistics(("joint",))(image).square().reshape(2, -1, 25).sum(2)
    torch.testing.assert_close(squares, torch.ones_like(squares), atol=1e-3, rtol=0)


@pytest.mark.parametrize("group", ["pairs", "half-pairs"])
def test_pairs_equal_a_histogram_by_hand(group, image):
    extract = Statistics((group,))
    pixels = (image[0] * 255).round().double()
    luma = 0.299 * pixels[0] + 0.587 * pixels[1] + 0.114 * pixels[2]
    if group == "half-pairs":
        luma = luma.reshape(luma.shape[0] // 2, 2, luma.shape[1] // 2, 2).mean((1, 3)).mul(100).round().div(100)
    bank = residual_bank().double()[:2, 0]
    levels = []
    for kernel in bank:
        residual = torch.nn.functional.conv2d(luma[None, None], kernel[None, None])[0, 0]
        levels.append(
            torch.round(residual / (torch.round((residual.abs().mean() + 0.1) * 64) / 64)).clamp(-2, 2).long().numpy().ravel() + 2
        )
    counts = np.zeros((5, 5))
    np.add.at(counts, (levels[0], levels[1]), 1 / len(levels[0]))
    folded = np.sqrt(((counts + counts[::-1, ::-1]) / 2).ravel()[:13])
    np.testing.assert_allclose(extract(image)[0, :13].numpy(), folded, atol=2e-3)


def test_spectrum_equals_the_fft(image):
    luma = (image[:1] * 255 * torch.tensor([0.299, 0.587, 0.114])[:, None, None]).sum(1)[0].numpy()
    window = np.outer(np.hanning(32), np.hanning(32))
    tiles = [
        luma[y : y + 32, x : x + 32]
        for oy in (0, 16)
        for ox in (0, 16)
        for y in range(oy, luma.shape[0] - 31, 32)
        for x in range(ox, luma.shape[1] - 31, 32)
    ]
    powers = [np.abs(np.fft.rfft2((tile - tile.mean()) * window)) ** 2 for tile in tiles]
    radius = np.hypot(np.fft.fftfreq(32)[:, None], np.fft.rfftfreq(32)[None])
    log = np.log(np.mean([power / ((power * (radius > 0.12)).sum() + 5) for power in powers], axis=0) + 1e-6)
    ring = np.minimum((radius * 40).astype(int), 24)
    wanted = [log[ring == at].mean() for at in range(25)]
    np.testing.assert_allclose(Statistics(("radial",))(image)[0].numpy(), wanted, atol=2e-2)


@pytest.mark.parametrize("step", range(9))
def test_gradients_name_the_direction_of_a_grating(step):
    down, across = torch.meshgrid(torch.arange(128.0), torch.arange(128.0), indexing="ij")
    angle = torch.tensor(step * torch.pi / 9)
    grating = 0.5 + 0.4 * torch.sin((across * angle.cos() + down * angle.sin()) / 3)
    shares = Statistics(("gradients",))(grating.expand(1, 3, 128, 128)).reshape(9, 16, 16)
    assert (shares.argmax(0) == step).all()


def test_unknown_groups_are_refused():
    with pytest.raises(UsageError, match="'colours'"):
        Statistics(("colours",))


def test_histograms_do_not_depend_on_the_order_of_sums(image):
    extract = Statistics(("joint", "pairs", "neighbours"))
    shaken = image + (torch.rand_like(image) - 0.5) * 1e-4 / 255  # rounding noise of a decoder or runtime
    torch.testing.assert_close(extract(shaken), extract(image), atol=0, rtol=0)


@pytest.mark.parametrize("group", ["shape", "spectrum", "half"])
def test_groups_of_the_centre_are_those_of_its_middle_half(group):
    image = (torch.rand(2, 3, 200, 208, generator=torch.Generator().manual_seed(1)) * 255).round() / 255
    middle = Statistics((group,))(image[:, :, 50:150, 52:156])
    torch.testing.assert_close(Statistics((f"centre:{group}",))(image), middle)
    both = Statistics((f"centre:{group}", "haar"))(image)
    torch.testing.assert_close(both, torch.cat([Statistics(("haar",))(image), middle], 1))
