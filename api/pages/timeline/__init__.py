"""A patient's timeline: therapies, biopsies and the limited results on one axis, and as text.

Pure functions from a chart to frozen records that say what is drawn where; a template draws them.
Every mark links to the first of its facts on the page, and all that is drawn is told in words too.
"""

from api.pages.timeline.picture import Timeline, Trial, timeline

__all__ = ["Timeline", "Trial", "timeline"]
