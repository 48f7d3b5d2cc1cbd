import pytest
import torch

from fakeprint.learn.recce.network import RecceNet

TINY = (4, 8, 8, 8, 16, 16, 24, 32)


@pytest.fixture(scope="session")
def tiny() -> tuple[int, ...]:
    """Eight widths that run in milliseconds."""
    return TINY


@pytest.fixture(scope="session")
def network() -> RecceNet:
    """A tiny network in evaluation mode whose statistics are not the initial ones."""
    torch.manual_seed(4)
    made = RecceNet(TINY, 0.2)
    made.train()
    with torch.no_grad():
        for _ in range(3):
            made(torch.rand(4, 3, 96, 96))
    return made.eval()
