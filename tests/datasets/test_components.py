import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from fakeprint.datasets.components import Components, group_names


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.lists(st.tuples(st.integers(0, 39), st.integers(0, 39)), max_size=60))
def test_equals_scipy(rows: int, edges: list[tuple[int, int]]) -> None:
    edges = [(one % rows, other % rows) for one, other in edges]
    parts = Components(rows)
    parts.join(edges[: len(edges) // 2])
    parts.join(edges[len(edges) // 2 :])
    graph = coo_matrix((np.ones(len(edges)), tuple(np.array(edges).reshape(-1, 2).T)), shape=(rows, rows))
    _, expected = connected_components(graph, directed=False)
    roots = parts.roots()
    assert all((roots[one] == roots[other]) == (expected[one] == expected[other]) for one in range(rows) for other in range(rows))
    assert all(root == np.flatnonzero(roots == root).min() for root in roots)


def test_a_long_chain_is_one_component() -> None:
    parts = Components(20_000)
    order = np.random.default_rng(0).permutation(20_000)
    parts.join(np.stack([order[:-1], order[1:]], axis=1))
    assert set(parts.roots().tolist()) == {0}


def test_empty_keys_join_nothing() -> None:
    parts = Components(4)
    parts.join_equal([None, "", "", None])
    assert parts.roots().tolist() == [0, 1, 2, 3]
    assert group_names(parts.roots(), list("dcba")) == list("dcba")
