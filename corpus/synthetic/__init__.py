"""Invented patients, and notes about them whose facts and verdicts are known.

``course`` is what happened, ``invention`` makes it up, ``planning`` decides which notes tell of it,
``telling`` writes them in the words of a phrase bank, ``verdicts`` says what a careful reader of
those notes would decide.
"""
