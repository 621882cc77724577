"""The time line: what happened when and why, and back to any moment.

content     a History -> everything that the time line shows, as plain data; a pure function
widget      Timeline: answers why; shows the moment that the board shows
../live     how it is sent, replaced and ended; with live.js, which comes before the view
*.js, *.css the view; joined in the order of their names
"""

from swarmlab.widgets.timeline.widget import Timeline

__all__ = ["Timeline"]
