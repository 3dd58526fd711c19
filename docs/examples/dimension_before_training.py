"""
The dimension before training
=============================

How many dimensions a network will need follows from word counts alone: as many as there are
independent differences between the mean counts of the classes. No network is trained here.
"""

# %%
# Mean word counts of the classes
# -------------------------------
#
# The sentences are synthetic, so that the answer is known: N unordered classes span N - 1
# dimensions, k labels k.

import numpy as np

from rnn_geometry import build_task
from rnn_geometry.geometry.word_counts import predictions

tasks = {
    "three classes": build_task("categorical", classes=3),
    "five classes": build_task("categorical", classes=5),
    "two labels": build_task("multilabel", labels=2),
    "three labels": build_task("multilabel", labels=3),
}
predicted = {}
for name, task in tasks.items():
    sentences = task.sample(4000, seed=0)
    found = predictions(sentences, len(task.words), task.meta(), seed=0)
    predicted[name] = found["dimension"]["raw"]
    print(f"{name}: predicted {predicted[name]}, theory says {task.dimension_expected}")

# %%
# The same by hand
# ----------------
#
# Singular values of the centred class means of three classes: two, then nothing.

task = tasks["three classes"]
tokens, _ = task.sample(4000, seed=0).padded()
labels = task.sample(4000, seed=0).labels
counts = np.array([np.bincount(row, minlength=len(task.words)) for row in tokens])
means = np.array([counts[labels == one].mean(0) for one in range(3)])
values = np.linalg.svd(means - means.mean(0), compute_uv=False)
print("singular values:", values.round(3))
