"""Scores: instruments of weighted items as data, and the totals that the known items leave open."""
