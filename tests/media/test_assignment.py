import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linear_sum_assignment

from fakeprint.media.assignment import assign

worths = st.tuples(st.integers(0, 6), st.integers(0, 6)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.integers(-3, 10).map(lambda value: value / 10))
)


@settings(deadline=None)
@given(worths, st.sampled_from([0.0, 0.35, 0.9]))
def test_the_sum_is_that_of_the_reference(worth: np.ndarray, least: float) -> None:
    partners = assign(worth, least=least)
    used = [column for column in partners if column is not None]
    assert len(partners) == worth.shape[0]
    assert len(set(used)) == len(used)
    assert all(worth[row, column] >= least for row, column in enumerate(partners) if column is not None)
    gain = np.maximum(worth - least, 0)
    rows, columns = linear_sum_assignment(-gain)
    found = sum(worth[row, column] - least for row, column in enumerate(partners) if column is not None)
    assert found == pytest.approx(gain[rows, columns].sum())


def test_a_crowd_is_quick() -> None:
    worth = np.random.default_rng(0).random((32, 64))
    assert len(set(assign(worth, least=0.1))) == 32
