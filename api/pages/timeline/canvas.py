"""The sheet that the timeline is drawn on, in units that are about a pixel."""

WIDTH = 1000.0
PLOT_LEFT = 208.0
PLOT_RIGHT = 972.0
PLOT_TOP = 48.0
LANE = 16.0
ROW_PADDING = 3.0
HEADING = 22.0
FOOT = 22.0
LABEL_CHARACTERS = 31
"""As many characters of a row's name as fit to the left of the plot."""
