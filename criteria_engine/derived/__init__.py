"""What follows from a chart's therapies: doses a day, time, last doses, categories tried.

Pure functions.  Each answer is an interval that holds every value the notes leave possible, with
the facts it rests on; nothing is imputed, and what no note tells stays open.
"""
