"""Evaluation protocols as data: which samples, under which deliveries, in which tables."""
