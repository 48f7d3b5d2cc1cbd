"""Positions in a video, for readers."""


def time_text(seconds: float) -> str:
    """Return a position in a video.

    >>> time_text(3.25), time_text(75.5), time_text(3725)
    ('0:03.25', '1:15.50', '1:02:05.00')
    """
    minutes, rest = divmod(round(seconds, 2), 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02d}:{rest:05.2f}" if hours else f"{minutes}:{rest:05.2f}"
