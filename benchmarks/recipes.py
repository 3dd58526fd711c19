"""Accuracy of recipes on sets cut to some sizes, beside a bag of words of the same texts.

    OMP_NUM_THREADS=1 python benchmarks/recipes.py FOLDER [--sets ag_news ..] [--sizes 500 ..]
        [--seeds 0 ..] [--recipes chosen ..] [--cell gru]

FOLDER holds the data sets of config/text_sets.yaml; a set may also be a file of one's own, such as
tests/cli/own_sets.py writes. Trains a network of 128 units for every set, size, recipe and seed (of
weights and of the draw of texts), on four fifths of so many texts. Prints a line for each: accuracy
on dev and test texts, that of the bag of words on both, whether the dev loss was still falling,
steps, CPU seconds. `chosen` is what `rnn-geometry init` writes; the others are what it was chosen
from, by accuracy on dev texts. These train no weight and stop no training: the last weights count.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from rnn_geometry.cli.block import CELLS, model
from rnn_geometry.cli.facts import recipe_of
from rnn_geometry.cli.given import given
from rnn_geometry.geometry.word_counts import bag_of_words
from rnn_geometry.networks.classifier import build_classifier
from rnn_geometry.networks.evaluation import evaluate
from rnn_geometry.networks.recipe import Recipe
from rnn_geometry.networks.recipe_by_size import recipe_by_size
from rnn_geometry.networks.training import train
from rnn_geometry.tasks.text.prepare import PreparedText, prepare_text

RARE = ["admiration", "gratitude", "anger", "curiosity", "embarrassment", "pride"]
FEWER = {"dev_size": 1000, "test_size": 1000}  # so many have these labels
SETS: dict[str, dict[str, Any]] = {
    "ag_news": {},
    "reviews": {"length_limit": 100},
    "goemotions": {"classes": ["admiration", "gratitude", "anger"], "unlabelled": "keep"},
    "rare": {"data": "goemotions", "classes": RARE, "unlabelled": "drop", **FEWER},
}
TEST_SEED = 1
DEV = 2000
HEAD = (
    f"{'set':12} {'size':>6} {'recipe':10} {'seed':>4} {'dev':>8} {'bag dev':>8} {'test':>8} "
    f"{'bag test':>8} {'falling':>8} {'steps':>6} {'seconds':>8}"
)
ROW = (
    "{set:12} {size:>6} {recipe:10} {seed:>4} {dev:8.3f} {bag_dev:8.3f} {test:8.3f} "
    "{bag_test:8.3f} {falling:>8} {steps:>6} {seconds:8.1f}"
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
    # What follows is the one for classes without an order, with another rate or more epochs.
    "rate-2e-3": {"learning_rate": 2e-3},
    "rate-5e-3": {"learning_rate": 5e-3},
    "rate-1e-2": {"learning_rate": 1e-2},
    "long-2e-3": {"learning_rate": 2e-3, "epochs": 12},
    "long-5e-3": {"learning_rate": 5e-3, "epochs": 12},
    "long-1e-2": {"learning_rate": 1e-2, "epochs": 12},
}
LIKE_CHOSEN = ("chosen", "best", "hold-4")


def read(name: str, size: int, seed: int, folder: Path) -> PreparedText:
    """Return a set cut so that four fifths of some size are trained on; dev texts lie outside."""
    sizes = {"train_size": size - min(1500, size // 5), "dev_size": DEV, "test_size": 2000}
    options, place = own_options(name) if Path(name).is_file() else (known_options(name), folder)
    return prepare_text({**sizes, **options}, place, seed, test_seed=TEST_SEED)


def known_options(name: str) -> dict[str, Any]:
    """Return the options of a set of SETS."""
    known = yaml.safe_load(Path("config/text_sets.yaml").read_text(encoding="utf-8"))
    own = dict(SETS[name])
    return {**known["text_sets"][own.pop("data", name)], **own}


def own_options(file: str) -> tuple[dict[str, Any], str | None]:
    """Return the options of a file, guessed as `rnn-geometry init` does, and its folder."""
    unsaid = ("test", "dev", "text", "label", "multi_label", "ordered", "order", "data_folder")
    found = given(argparse.Namespace(data=file, **dict.fromkeys(unsaid)))
    return found.options, found.data_folder


def settings_of(recipe: str, cell: str, data: PreparedText) -> dict[str, Any]:
    """Return the settings of a model by the name of a recipe."""
    texts = len(data.train)
    if recipe in LIKE_CHOSEN:
        chosen = recipe_of(data.meta)
    elif recipe in ("text", "small"):
        chosen = {"embedding_size": 128, "cell_options": recipe_by_size(texts)["cell_options"]}
    else:
        chosen = recipe_by_size(texts)
    return {**BEGUN, **model(cell, {**chosen, **OTHERS.get(recipe, {})})}


def trained(settings: Mapping[str, Any], data: PreparedText, seed: int) -> dict[str, Any]:
    """Train one network and return its accuracy and course."""
    network = {
        "hidden_size": 128,
        **{key: settings[key] for key in ("cell", "embedding_size", "cell_options")},
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
        "dev": evaluate(classifier, data.dev)[1],
        "test": evaluate(classifier, data.test)[1],
        "falling": "falling" if found.loss_falling else "",
        "steps": found.history["step"][-1],
        "seconds": found.seconds,
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sets", nargs="+", default=list(SETS), metavar="SET")
    parser.add_argument("--sizes", nargs="+", type=int, default=[500, 2000, 5000, 20000])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--recipes", nargs="+", default=["chosen"], choices=["chosen", *OTHERS])
    parser.add_argument("--cell", default="gru", choices=CELLS)
    asked = parser.parse_args()
    print(HEAD)
    for name in asked.sets:
        for size in asked.sizes:
            for seed in asked.seeds:
                data = read(name, size, seed, asked.folder)
                held = {"bag_dev": data.dev, "bag_test": data.test}
                bags = bag_of_words(data.train, held, len(data.vocabulary), 0)
                for recipe in asked.recipes:
                    row = trained(settings_of(recipe, asked.cell, data), data, seed)
                    known = {"set": Path(name).stem, "size": size, "recipe": recipe, "seed": seed}
                    print(ROW.format(**known, **row, **bags), flush=True)


if __name__ == "__main__":
    main()
