"""Networks, sampling, loop and export: what ``train`` is made of.  The only folder beside ``generators`` that imports torch."""
