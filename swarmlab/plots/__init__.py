"""Pictures of a swarm.

Every picture comes with the same content as a text table under it, and with a sentence for those who do not see it.
Colour is never alone in telling something: a state has its own sign and hatching too.

placement   which task is on which node
balance     how many before and after
timeline    which task was where, from when to when, and what happened meanwhile
picture     a figure with its words

Matplotlib takes longer to load than all the rest, so it is loaded where the first picture is drawn.
"""

from swarmlab.plots.balance import balance_table, describe_balance, draw_balance, plot_balance
from swarmlab.plots.picture import Picture
from swarmlab.plots.placement import describe_placement, draw_placement, placement_table, plot_placement
from swarmlab.plots.timeline import describe_timeline, draw_timeline, events_table, plot_timeline, timeline_table

__all__ = [
    "Picture",
    "balance_table",
    "describe_balance",
    "describe_placement",
    "describe_timeline",
    "draw_balance",
    "draw_placement",
    "draw_timeline",
    "events_table",
    "placement_table",
    "plot_balance",
    "plot_placement",
    "plot_timeline",
    "timeline_table",
]
