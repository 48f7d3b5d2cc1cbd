"""Where a detector looks: windows over a picture at native resolution (the rule stands in :mod:`fakeprint.core.card`)."""

from fakeprint.core.card import WindowSpec

Box = tuple[int, int, int, int]


def window_boxes(width: int, height: int, spec: WindowSpec) -> tuple[Box, ...]:
    """Return the windows as ``xyxy`` pixel boxes in row-major order; empty if the picture is under ``min_side``.

    All boxes have one shape.

    >>> spec = WindowSpec(size=320, stride=320, max_windows=4)
    >>> window_boxes(640, 200, spec)
    ((0, 0, 320, 200), (320, 0, 640, 200))
    >>> len(window_boxes(6000, 4000, spec)), window_boxes(95, 500, spec)
    (4, ())
    """
    if min(width, height) < spec.min_side:
        return ()
    boxes = [
        (left, top, left + min(width, spec.size), top + min(height, spec.size))
        for top in _starts(height, spec)
        for left in _starts(width, spec)
    ]
    if len(boxes) <= spec.max_windows:
        return tuple(boxes)
    if spec.max_windows == 1:
        return (boxes[len(boxes) // 2],)
    return tuple(boxes[index * (len(boxes) - 1) // (spec.max_windows - 1)] for index in range(spec.max_windows))


def _starts(length: int, spec: WindowSpec) -> list[int]:
    room = length - spec.size
    if room <= 0:
        return [0]
    steps = -(-room // spec.stride)
    return [(2 * index * room + steps) // (2 * steps) for index in range(steps + 1)]
