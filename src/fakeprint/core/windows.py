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
    boxes = _grid(width, height, spec.size, spec.stride)
    if len(boxes) <= spec.max_windows:
        return tuple(boxes)
    if spec.max_windows == 1:
        return (boxes[len(boxes) // 2],)
    return tuple(boxes[index * (len(boxes) - 1) // (spec.max_windows - 1)] for index in range(spec.max_windows))


def map_boxes(width: int, height: int, spec: WindowSpec) -> tuple[Box, ...]:
    """Return the windows of the heat map, those that are judged where the spec has no smaller ones; empty under ``min_side``.

    They cover the picture; where even windows of the judged size cannot at this number, they lie further apart, on an even grid.

    >>> from fakeprint.core.card import MapSpec
    >>> spec = WindowSpec(size=256, stride=192, max_windows=4, map=MapSpec(size=128, max_windows=32))
    >>> small, large = map_boxes(320, 320, spec), map_boxes(6000, 4000, spec)
    >>> small[:2], len(small), large[0], len(large)
    (((0, 0, 128, 128), (96, 0, 224, 128)), 9, (0, 0, 256, 256), 30)
    """
    if spec.map is None or min(width, height) < spec.min_side:
        return window_boxes(width, height, spec)
    for size in range(spec.map.size, spec.size + 1, max(1, spec.map.size // 2)):
        if _count(width, height, size, size * 3 // 4) <= spec.map.max_windows:
            return tuple(_grid(width, height, size, size * 3 // 4))
    stride = spec.size
    while _count(width, height, spec.size, stride) > spec.map.max_windows:
        stride += stride // 4 + 1
    return tuple(_grid(width, height, spec.size, stride))


def _count(width: int, height: int, size: int, stride: int) -> int:
    return len(_starts(width, size, stride)) * len(_starts(height, size, stride))


def _grid(width: int, height: int, size: int, stride: int) -> list[Box]:
    return [
        (left, top, left + min(width, size), top + min(height, size))
        for top in _starts(height, size, stride)
        for left in _starts(width, size, stride)
    ]


def _starts(length: int, size: int, stride: int) -> list[int]:
    room = length - size
    if room <= 0:
        return [0]
    steps = -(-room // stride)
    return [(2 * index * room + steps) // (2 * steps) for index in range(steps + 1)]
