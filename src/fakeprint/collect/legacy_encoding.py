"""The rule by which the original re-encoded a record (specs: d3-code 1.2).

It looks at the suffix of the photograph and of the first generated image only, and gives the classes different histories: the generated
images have been saved twice then, the photograph once.
"""

from fakeprint.collect.encoder_mix import EncodingPlan

_PNG = EncodingPlan(format="png", level=6)
_JPEG = EncodingPlan(format="jpeg", quality=100, subsampling="4:2:0", progressive=False)


def legacy_plan(real_suffix: str, first_suffix: str) -> EncodingPlan:
    """Return how all five images are encoded.

    >>> [legacy_plan(*pair).format for pair in (("jpg", "jpg"), ("jpg", "png"), ("jpeg", "jpeg"))]
    ['jpeg', 'png', 'png']
    """
    return _JPEG if real_suffix == first_suffix == "jpg" else _PNG
