"""
What words do
=============

A word moves the state. What that changes in the logits, and how much of it lasts, is read off the
step. Here both are known beforehand: a network that was written down, not trained.
"""

# %%
# A network that keeps two scores
# -------------------------------
#
# Two scores are kept for 99 words in the mean, a third direction is forgotten at once. `good` and
# `bad` move the first score, `loud` the second, `noise` what is forgotten.

import numpy as np
import torch

from rnn_geometry import project_to_slow_manifold
from rnn_geometry.dynamics.linearization import word_effects
from rnn_geometry.dynamics.word_modes import word_mode_effects

words = ["good", "bad", "loud", "noise"]
vectors = np.array([[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
rates = torch.tensor([0.99, 0.99, 0.1], dtype=torch.float64)
readout = np.array([[2.0, 0.0, 0.0], [0.0, 1.0, 3.0]])


def step(h, x):
    return rates * h + x


# %%
# Changes of the logits
# ---------------------
#
# `word_effects` gives readout (F(h, x_w) - F(h, x*)), the mean over states. `noise` has the largest
# effect of all on the second logit, although nothing of it will last.

states = torch.randn(50, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
hold = np.zeros(3)
found = project_to_slow_manifold(step, states, hold, min_tau=10)
effects = word_effects(step, found.points, hold, vectors, readout)
for word, effect in zip(words, effects.effects):
    print(f"{word:>6}: {effect}")

# %%
# What of it lasts
# ----------------
#
# `word_mode_effects` takes the same moves along the slow modes and across them.

along = word_mode_effects(step, found.points, hold, vectors, found.modes)
for word, inside, outside in zip(words, along.along, along.across):
    print(f"{word:>6}: {inside:.2f} along slow modes, {outside:.2f} across")
