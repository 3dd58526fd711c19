"""Slow points, fixed points and linearised dynamics of any step h' = F(h, x).

Knows no cell, task or file, imports nothing of the rest of the package but `errors`, and runs with
numpy, scipy and torch alone. The functions that most need are public names of `rnn_geometry`; all
others are imported from their modules:

- `step`: a step function, one made of a module of torch, and the states that such a module visits.
- `slow_points`, `slow_modes`: the slow manifold, and its modes at every point.
- `fixed_points`, `completeness`, `descent`: exact fixed points, their skeleton, whether all were
  found, and other ways to search.
- `affine`: steps with one Jacobian everywhere, whose fixed point is a linear solve.
- `jacobians`, `linearization`, `word_modes`: derivatives, spectra, effects of words.
- `closed_forms`: Jacobians of torch's own cells.
- `integration`, `modifiers`, `flow`: how long an effect stays, what words do to others, the flow.
- `interventions`, `slow_subspace`: what decisions owe to the slow subspace.
- `input_output`: through how many dimensions inputs reach outputs, distances between networks.
- `drift`, `robustness`: how fast states drift, what weight noise leaves of manifold and roots.
- `results`, `spectrum`: what the searches return, and time constants; numpy alone.
"""
