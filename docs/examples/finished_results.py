"""
A notebook on finished results
==============================

What a run of the workflow left, opened by name: tables, networks, figures, and the steps of trained
networks, to go on with. Results are looked for in the folder that the variable
`RNN_GEOMETRY_RESULTS` names, else in `results`.
"""

# %%
# What is there
# -------------

import os

import numpy as np

from rnn_geometry import linearize, open_results, plot_slow_points, plot_spectrum

results = open_results(os.environ.get("RNN_GEOMETRY_RESULTS", "results"))
print(results)
network = results[results.networks[0]]
print(network)

# %%
# Numbers of a network
# --------------------
#
# Files are read when they are asked for. What each field means stands with the artifacts.

slow = network.slow_points
print(f"{len(slow.points)} slow points, held at {slow.hold_input}, cut at {slow.min_tau} words")
print("fixed points by unstable modes:", np.bincount(network.fixed_points.stability))

# %%
# Tables are data frames
# ----------------------

if "runs" in results.tables:
    runs = results.tables["runs"]
    print(runs.groupby("cell")["test_accuracy"].mean())

# %%
# Figures
# -------

axes = plot_slow_points(slow)
plot_slow_points(network.fixed_points, ax=axes, basis=slow)
axes.legend()

# %%
# Going on with the network itself
# --------------------------------
#
# `step()` is the trained cell in float64. Any function of the library takes it.

step = network.step()
spectra = linearize(step, slow.points[:4], slow.x)
print("longest time constants:", spectra.tau[:, 0].round(1))
plot_spectrum(spectra, min_tau=slow.min_tau)
