"""RECCE: a classifier that also redraws its input, learned on unaltered faces, and looks where the redrawing fails (specs: recce)."""
