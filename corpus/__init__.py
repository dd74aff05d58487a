"""Invented charts with their known truth, and how well the house reads them."""
