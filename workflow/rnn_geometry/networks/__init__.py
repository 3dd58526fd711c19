"""What learns: cells, classifiers, language models, and how they are trained.

Cells of `more_cells` enter the registry when anything of this package is imported. No stage names
this module, so that a cell added there changes what no other network depends on.
"""

from rnn_geometry.networks.more_cells.entries import ENTRIES
from rnn_geometry.networks.registry import CELLS

CELLS.update({entry.name: entry for entry in ENTRIES})
