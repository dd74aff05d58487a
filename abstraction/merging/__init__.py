"""A patient's facts over all notes, brought together: what is one event, one course, one series.

Pure functions from facts to frozen records.  Each record points to the facts it was made of, the
order of the facts never matters, and where they disagree both sides are kept.
"""
