"""Names for what a user leaves nameless: an adjective and a surname, as Docker makes them.

Owns the words. Source: moby pkg/namesgenerator (a selection of its words).
"""

from __future__ import annotations

from swarmlab.engine.ids import Chance

_ADJECTIVES = """
admiring adoring amazing awesome blissful bold brave busy charming clever compassionate confident cool dazzling
determined dreamy eager ecstatic elastic elated elegant eloquent epic exciting fervent festive flamboyant focused
friendly frosty gallant gifted goofy gracious great happy hardcore heuristic hopeful hungry infallible inspiring
intelligent interesting jolly jovial keen kind laughing loving lucid magical modest musing mystifying naughty nervous
nice nifty nostalgic objective optimistic peaceful pedantic pensive practical priceless quirky quizzical recursing
relaxed reverent romantic serene sharp silly sleepy stoic strange stupefied suspicious sweet tender thirsty trusting
unruffled upbeat vibrant vigilant vigorous wizardly wonderful xenodochial youthful zealous zen
""".split()

_SURNAMES = """
allen archimedes aryabhata babbage banach bardeen bartik bell bhabha blackwell bohr booth borg brown carson cerf
chandrasekhar clarke colden cori cray curie darwin davinci dijkstra dubinsky einstein elion engelbart euclid euler
faraday fermat fermi feynman franklin galileo gates goldberg golick goodall hamilton hawking heisenberg hermann
hodgkin hoover hopper hypatia jang jepsen johnson jones kalam keller kepler khorana kilby kirch knuth kowalevski
lalande lamarr lamport leakey leavitt lovelace lumiere mahavira mayer mccarthy mcclintock mclean meitner meninsky
mestorf minsky mirzakhani morse murdock newton nightingale nobel noether noyce panini pare pasteur payne perlman pike
poincare poitras ptolemy raman ramanujan ride ritchie roentgen rosalind saha sammet shaw shirley shockley sinoussi
snyder spence stallman swanson swartz swirles tesla thompson torvalds turing varahamihira visvesvaraya volhard
wescoff wiles williams wilson wing wozniak wright yalow yonath
""".split()


def random_name(chance: Chance) -> str:
    """A name such as `zen_hopper`."""
    return f"{chance.choice(_ADJECTIVES)}_{chance.choice(_SURNAMES)}"
