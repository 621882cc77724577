"""The live board: what the cluster is doing, beside the lesson.

content     a Sight and the lab's hosts -> everything that the board shows, as plain data; a pure function
changes     what is different between two contents, so that only that is sent
widget      Board: opens at the side, shows the present or a past moment
../live     how it is sent, replaced and ended; with live.js, which comes before the view
*.js, *.css the view: keyed elements, ages, moves; joined in the order of their names
"""

from swarmlab.widgets.board.content import Content, describe
from swarmlab.widgets.board.widget import Board

__all__ = ["Board", "Content", "describe"]
