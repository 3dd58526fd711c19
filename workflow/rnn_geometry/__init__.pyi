# The public names and their modules; `__init__.py` imports a name from here when it is first used.
from rnn_geometry.dynamics.fixed_points import find_fixed_points as find_fixed_points
from rnn_geometry.dynamics.linearization import linearize as linearize
from rnn_geometry.dynamics.results import Linearization as Linearization
from rnn_geometry.dynamics.results import Skeleton as Skeleton
from rnn_geometry.dynamics.results import SlowModes as SlowModes
from rnn_geometry.dynamics.results import SlowPoints as SlowPoints
from rnn_geometry.dynamics.slow_modes import slow_modes as slow_modes
from rnn_geometry.dynamics.slow_points import project_to_slow_manifold as project_to_slow_manifold
from rnn_geometry.dynamics.step import layer_states as layer_states
from rnn_geometry.dynamics.step import torch_step as torch_step
from rnn_geometry.errors import UserError as UserError
from rnn_geometry.networks.check import check_cell as check_cell
from rnn_geometry.networks.make import make_cell as make_cell
from rnn_geometry.networks.results import open_results as open_results
from rnn_geometry.plotting.results import plot_slow_points as plot_slow_points
from rnn_geometry.plotting.results import plot_spectrum as plot_spectrum
from rnn_geometry.tasks.synthetic import build_task as build_task
