"""The time line: what happened when and why, and back to any moment.

content     a History -> everything that the time line shows, as plain data; a pure function
widget      Timeline: sends it to the browser, answers why, lets the board show a past moment
*.js, *.css the view; joined in the order of their names
"""

from swarmlab.widgets.timeline.widget import Timeline

__all__ = ["Timeline"]
