import numpy as np
import pytest
import torch

from fakeprint.learn.frontend import FRONT_ENDS, Bank, Differences, Median, residual_bank


@pytest.fixture
def image():
    return torch.randint(0, 256, (2, 3, 20, 24), generator=torch.Generator().manual_seed(0)).float()


@pytest.mark.parametrize("name", FRONT_ENDS)
def test_shapes_and_limits(name, image):
    front = FRONT_ENDS[name]()
    found = front(image)
    assert found.shape == (2, front.channels, 20 - 2 * front.margin, 24 - 2 * front.margin)
    assert found.abs().max() <= front.limit


@pytest.mark.parametrize("name", FRONT_ENDS)
def test_flat_pictures_leave_nothing(name):
    assert FRONT_ENDS[name]()(torch.full((1, 3, 16, 16), 77.0)).abs().max() < 1e-3


def test_median_equals_numpy(image):
    centre = image[0, 1, 1:-1, 1:-1].numpy()
    cells = [image[0, 1, dy : dy + 18, dx : dx + 22].numpy() for dy in range(3) for dx in range(3) if (dy, dx) != (1, 1)]
    wanted = np.clip(centre - np.median(np.stack(cells), axis=0), -10, 10)
    np.testing.assert_allclose(Median()(image)[0, 1].numpy(), wanted, atol=1e-5)


def test_differences_equal_slices(image):
    wanted = (image[:, :, 1:-1, 1:-1] - image[:, :, 1:-1, 2:]).clamp(-10, 10)
    torch.testing.assert_close(Differences()(image)[:, :3], wanted)


def test_bank_is_the_bank_of_luma(image):
    luma = (image * torch.tensor([0.299, 0.587, 0.114])[:, None, None]).sum(1, keepdim=True)
    wanted = torch.nn.functional.conv2d(luma, residual_bank()).clamp(-6, 6)
    torch.testing.assert_close(Bank()(image)[:, :11], wanted, atol=1e-3, rtol=0)


def test_kernels_sum_to_zero():
    assert residual_bank().sum((2, 3)).abs().max() < 1e-6
