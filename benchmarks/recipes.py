"""Accuracy of recipes on sets cut to some sizes, beside a bag of words of the same texts.

    OMP_NUM_THREADS=1 python benchmarks/recipes.py FOLDER [--sets ag_news ..] [--sizes 500 ..]
        [--seeds 0 ..] [--recipes chosen ..]

FOLDER holds the data sets of config/text_sets.yaml. Trains a GRU of 128 units for every set, size,
recipe and seed (of weights and of the draw of texts) on at most so many texts with their dev rows,
and prints a line for each: accuracy on 2,000 test texts, that of the bag of words, whether the dev
loss was still falling, steps, CPU seconds. `chosen` is what `networks.recipe_by_size` gives; the
others are what it was chosen from.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from rnn_geometry.geometry.word_counts import bag_of_words
from rnn_geometry.networks.classifier import build_classifier
from rnn_geometry.networks.evaluation import evaluate
from rnn_geometry.networks.recipe import Recipe
from rnn_geometry.networks.recipe_by_size import recipe_by_size
from rnn_geometry.networks.training import train
from rnn_geometry.tasks.text.prepare import PreparedText, prepare_text

SETS: dict[str, dict[str, Any]] = {
    "ag_news": {},
    "reviews": {"length_limit": 100},
    "goemotions": {"classes": ["admiration", "gratitude", "anger"], "unlabelled": "keep"},
}
TEST_SEED = 1
ROW = (
    "{set:12} {size:>6} {recipe:10} {seed:>4} {accuracy:8.3f} {bag:8.3f} {falling:>8} {steps:>6} "
    "{seconds:8.1f}"
)
BEGUN = {"betas": (0.9, 0.99), "clip": 5.0, "l2_on": "text", "patience": None}
OTHERS: dict[str, dict[str, Any]] = {
    "text": {"learning_rate": 2e-3, "l2": "1e-4", "epochs": 4, "keep_weights": "last"},
    "small": {
        **{"learning_rate": 1e-2, "l2": "3e-4", "epochs": 4, "min_steps": 600},
        **{"keep_weights": "best", "patience": 3},
    },
    "best": {"keep_weights": "best"},  # the chosen one, with the weights of the lowest dev loss
    "hold-4": {"cell_options": {"hold_bias": 4.0}},  # the chosen one, adding up from the beginning
}
LIKE_CHOSEN = ("best", "hold-4")


def read(name: str, size: int, seed: int, folder: Path) -> PreparedText:
    """Return a set cut to so many training texts, dev rows among them."""
    known = yaml.safe_load(Path("config/text_sets.yaml").read_text(encoding="utf-8"))
    dev = min(1500, size // 5)
    sizes = {"train_size": size - dev, "dev_size": dev, "test_size": 2000}
    options = {**known["text_sets"][name], **SETS[name], **sizes}
    return prepare_text(options, folder, seed, test_seed=TEST_SEED)


def settings_of(recipe: str, data: PreparedText) -> dict[str, Any]:
    """Return the settings of a model by the name of a recipe."""
    chosen = recipe_by_size(len(data.train))
    begun = {"embedding_size": 128, "cell_options": chosen["cell_options"]}
    if recipe == "chosen" or recipe in LIKE_CHOSEN:
        begun = chosen
    return {**BEGUN, **begun, **OTHERS.get(recipe, {})}


def trained(settings: Mapping[str, Any], data: PreparedText, seed: int) -> dict[str, Any]:
    """Train one network and return its accuracy and course."""
    network = {
        "cell": "gru",
        "hidden_size": 128,
        "embedding_size": settings["embedding_size"],
        "cell_options": settings["cell_options"],
        "readout_bias": False,
        "readout_scale": 0.1,
        "words": len(data.vocabulary),
        "classes": data.meta["classes"],
        "fixed_embedding": False,
    }
    classifier = build_classifier(network, None, seed=seed)
    recipe = Recipe.from_settings(settings)
    found = train(classifier, data.train, data.dev, recipe, batch_seed=seed)
    return {
        "accuracy": evaluate(classifier, data.test)[1],
        "falling": "falling" if found.loss_falling else "",
        "steps": found.history["step"][-1],
        "seconds": found.seconds,
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sets", nargs="+", default=list(SETS), choices=SETS)
    parser.add_argument("--sizes", nargs="+", type=int, default=[500, 2000, 5000, 20000])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--recipes", nargs="+", default=["chosen"], choices=["chosen", *OTHERS])
    asked = parser.parse_args()
    print("set            size recipe     seed accuracy bag word  falling  steps  seconds")
    for name in asked.sets:
        for size in asked.sizes:
            for seed in asked.seeds:
                data = read(name, size, seed, asked.folder)
                tests = {"test": data.test}
                bag = bag_of_words(data.train, tests, len(data.vocabulary), 0)["test"]
                for recipe in asked.recipes:
                    row = trained(settings_of(recipe, data), data, seed)
                    known = {"set": name, "size": size, "recipe": recipe, "seed": seed, "bag": bag}
                    print(ROW.format(**known, **row), flush=True)


if __name__ == "__main__":
    main()
