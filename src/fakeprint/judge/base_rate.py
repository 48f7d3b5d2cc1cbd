"""What a positive finding is worth at a given prevalence: the number that users misjudge (specs: evaluation 8)."""


def positive_predictive_value(tpr: float, fpr: float, prevalence: float) -> float:
    """Return the share of flagged files that are rightly flagged.

    ``tpr`` and ``fpr`` are the rates at the threshold in use, ``prevalence`` the share of generated files among all files, all
    between 0 and 1.

    >>> round(100 * positive_predictive_value(0.90, 0.01, 0.01), 1)
    47.6
    """
    for rate in (tpr, fpr, prevalence):
        if not 0.0 <= rate <= 1.0:
            raise ValueError(f"a rate lies between 0 and 1, not {rate}")
    rightly, wrongly = tpr * prevalence, fpr * (1.0 - prevalence)
    if rightly + wrongly == 0.0:
        raise ValueError("nothing is flagged at these rates, so the value is not defined")
    return rightly / (rightly + wrongly)
