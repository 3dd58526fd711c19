"""What is to be run and shown, as plain Python: the rules of the graph only ask.

The Snakefile asks, and the rules of the graph stay short.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

import yaml

from rnn_geometry.config.blocks import blocks
from rnn_geometry.config.followed import (
    FOLLOWED,
    IMPORT,
    MAKERS,
    POOLED,
    TRAIN,
    followed_among,
    maker_of,
)
from rnn_geometry.config.imports import of_network
from rnn_geometry.config.kinds import (
    CLASSIFIER,
    LANGUAGE_MODEL,
    TEXT_MODEL,
    TRANSLATOR,
    WITHOUT_STEP,
    kind_of_task,
)
from rnn_geometry.config.neighbours import neighbours
from rnn_geometry.config.pipeline import NETWORK_STAGES, key_of
from rnn_geometry.config.plain import plain
from rnn_geometry.config.pooling import pooling_of
from rnn_geometry.config.shown import (
    first_of_each,
    first_of_models,
    headline_pair,
    portrayed_networks,
)
from rnn_geometry.config.stage_blocks import StageBlock
from rnn_geometry.config.thresholds import shares_allowed
from rnn_geometry.config.translating import Translating
from rnn_geometry.config.without_step import TRANSFORMER, TRANSFORMER_LM
from rnn_geometry.errors import UserError
from rnn_geometry.identity import Network, base_task, is_control
from rnn_geometry.store.freshness import Made

TASK_RULES = (
    "prepare",
    "word_statistics",
    "intrinsic_dimension",
    "compare_networks",
    "portray",
    "plot_task",
    "explore",
)
SINGLE_RULES = (
    "tabulate",
    "universality",
    "judge",
    "plot_overview",
    "plot_gallery",
    "plot_headline",
    "plot_sweeps",
)
# Stages of networks that compute no numbers.
DRAWING = ("plot_network", "plot_attention", "plot_language")
# Stages that train networks which are no classifiers by steps.
TRAIN_OTHERS = (
    *("train_translator", "train_language_model", "train_text_model"),
    *("train_transformer", "train_transformer_lm"),
)
# Files of a network by stem.
FILES = {key_of(file): file for entry in NETWORK_STAGES.values() for file in entry.writes}
TOKENIZER = "tokenizer"  # the key of a task, and of its file among those of the task
NO_TASK = "$none"  # a pattern that no name matches
MODIFYING = ("text", "context")  # families of tasks whose words may change other words


class Plan(Translating):
    """The networks of a configuration, who shares a job, and what pages and figures show.

    Parameters
    ----------
    settings
        Checked settings, as `load.load_settings` returns them.

    Attributes
    ----------
    results
        The folder of all outputs.
    tasks, models
        Settings by name; models those that train anything.
    classified, paired, sources, running
        Names of tasks of sentences, which have classes, of pairs of phrases, of sources of words,
        of running text.
    trained
        Those of the first that train classifiers.
    networks
        Every network, controls and those of sweeps among them.
    leading
        Of every task the name with the first data seed: pages and figures of networks are of these.
    first
        The first network of every task and model, controls left out.
    shown
        Networks with a panel and a page of their own.
    portrayed
        By task, the networks that its figures and its explorer show.
    followed
        Those of them whose weights are noted during training.
    headline
        Two networks, one on unordered and one on ordered classes; none where there is no such pair.
    """

    def __init__(self, settings: Mapping[str, Any]):
        self.settings, self.design = settings, settings["design"]
        self.results = settings["results"].rstrip("/")
        self.tasks: dict[str, dict[str, Any]] = self.design.tasks
        self.networks = [network for made in self.design.networks.values() for network in made]
        self.classified, self.paired, self.sources, self.running = (
            [task for task, own in self.tasks.items() if kind_of_task(own) == kind]
            for kind in (CLASSIFIER, TRANSLATOR, LANGUAGE_MODEL, TEXT_MODEL)
        )
        by_steps = {network.task for network in self.classifiers}
        self.trained = [task for task in self.classified if task in by_steps]
        names = dict.fromkeys(network.model for network in self.networks)
        self.models = {name: self.design.models[name] for name in names}
        trained = [network.task for network in self.networks if not is_control(network)]
        self.leading = set({base_task(name): name for name in reversed(trained)}.values())
        of_pages = (network for network in self.judged if network.task in self.leading)
        self.portrayed = portrayed_networks(of_pages, settings["explorer"]["seeds"])
        self._check_sentences()

    # Networks

    @cached_property
    def judged(self) -> list[Network]:
        """Classifiers that claims are about."""
        return self.of_kind(CLASSIFIER, self.design.judged)

    @cached_property
    def first(self) -> list[Network]:
        """The first network of every task and model, controls left out."""
        mine = [n for n in self.judged if n.task in self.leading and not is_control(n)]
        return first_of_each(mine)

    @cached_property
    def shown(self) -> list[Network]:
        """Networks with a panel and a page of their own."""
        if self.settings["figures"] == "first":
            return self.first
        return [n for n in self.classifiers if n.task in self.leading and not is_control(n)]

    @cached_property
    def overview(self) -> list[Network]:
        """Networks of figures over all: neither controls nor those that only a sweep asks for."""
        return [network for network in self.judged if not is_control(network)]

    def overview_of(self, task: str) -> list[Network]:
        """Return those of `overview` on one task, which are compared with each other."""
        return [network for network in self.overview if network.task == task]

    @property
    def together(self) -> list[str]:
        """Tasks whose networks are compared with each other."""
        return [task for task in self.trained if self.overview_of(task)]

    @cached_property
    def followed(self) -> list[Network]:
        """Networks on show whose weights are noted during training."""
        shown = [network for networks in self.portrayed.values() for network in networks]
        return followed_among(shown, self.models, self.settings["training"]["snapshots"])

    def followed_of(self, networks: Iterable[Network]) -> list[Network]:
        """Return those among some networks whose weights are noted during training."""
        return [network for network in networks if network in self.followed]

    def maker_of(self, network: Network) -> str:
        """Return the stage that makes the weights of a classifier."""
        return maker_of(network, self.models[network.model], self.followed)

    def _check_sentences(self) -> None:
        for task in self.settings["explorer"]["sentences"]:
            if task not in map(base_task, self.portrayed):
                raise UserError(
                    f"config key explorer.sentences.{task}: the task has no explorer, since it "
                    "trains no network; take the sentences out or give it cells and seeds."
                )

    def is_portrayed(self, network: Network) -> bool:
        """Tell whether the explorer of its task shows a network."""
        return network in self.portrayed.get(network.task, [])

    def first_of(self, task: str) -> list[Network]:
        """Return the first portrayed network of every model of a task."""
        return first_of_models(self.portrayed[task])

    @cached_property
    def headline(self) -> list[Network]:
        """Two networks of one model, gated if possible: five unordered and five ordered classes."""
        return headline_pair(self.portrayed, self.tasks, self.models)

    @property
    def sweeps(self) -> list[str]:
        """Names of the sweeps."""
        return list(dict.fromkeys(sweep for sweep, *_ in self.design.sweeps))

    @property
    def vector(self) -> list[str]:
        """Formats of the figures beside PNG, which pages and the report show."""
        return plain(self.settings["vector_formats"])

    # Names and patterns

    def task_pattern(self, data: str | None = None) -> str:
        """Return a pattern of names of tasks.

        Parameters
        ----------
        data
            What they are made of, see `data_of`; None: all.
        """
        wanted = [name for name in self.tasks if data in (None, self.data_of(name))]
        return "|".join(map(re.escape, wanted)) or NO_TASK

    def data_of(self, task: str) -> str:
        """Return what a task is made of: `text`, `synthetic` sentences, `pairs`, .. or `running`.

        That is text as it runs on; `sources` are of words whose hidden state is known.
        """
        if task not in self.classified:
            others = {"pairs": self.paired, "sources": self.sources, "running": self.running}
            return next(name for name, tasks in others.items() if task in tasks)
        return "text" if self.tasks[task]["family"] == "text" else "synthetic"

    @property
    def model_pattern(self) -> str:
        """A pattern of names of models."""
        return "|".join(map(re.escape, self.models)) or NO_TASK

    def path(self, pattern: str) -> str:
        """Return a path below the results; its wildcards stay."""
        return f"{self.results}/{pattern}"

    def of_task(self, file: str) -> str:
        """Return a file of a task, whose name stays a wildcard."""
        return f"{self.results}/data/{{task}}/{file}"

    def of(self, networks: Iterable[Network], file: str) -> list[str]:
        """Return a file of each of some networks."""
        return [f"{self.results}/{network.folder}/{file}" for network in networks]

    def of_networks(
        self, networks: Iterable[Network], stems: Iterable[str]
    ) -> dict[str, list[str]]:
        """Return files of some networks by stem."""
        return {stem: self.of(networks, FILES[stem]) for stem in stems}

    def of_task_networks(
        self, choose: Callable[[str], list[Network]], stems: Iterable[str]
    ) -> dict[str, Callable[[Any], list[str]]]:
        """Return input functions by stem, which give files of networks for the wildcard of a task.

        Parameters
        ----------
        choose
            Takes a task and gives networks of it.
        stems
            Stems of the files' names.
        """
        return {
            stem: lambda wildcards, file=FILES[stem]: self.of(choose(wildcards.task), file)
            for stem in stems
        }

    def overview_figure(
        self, name: str, number: int, place: str = ""
    ) -> tuple[str, str, str, dict[str, str]]:
        """Return file, category, caption and labels of a figure over all networks.

        Parameters
        ----------
        name
            Of the figure.
        number
            Its place in the report, which sorts by labels.
        place
            What stands in the file's name instead, such as a wildcard.
        """
        file = f"figures/{place or name}.png"
        return file, "Over networks", name, {"figure": f"{number:02} {name.replace('_', ' ')}"}

    def sweep_figure(self, name: str) -> tuple[str, str, str, dict[str, str]]:
        """Return file, category, caption and labels of the figure of a sweep."""
        return f"figures/sweep_{name}.png", "Sweeps", "sweep", {"figure": name}

    def kept_in(self, results: str, docs: str = "docs") -> str:
        """Return where small tables are kept: only a page's battery replaces its committed ones.

        Parameters
        ----------
        results
            The folder of results of the page's battery.
        docs
            The folder of the documents.
        """
        return f"{docs}/data" if self.results == results else self.path("kept")

    def of_their_tasks(self, networks: Iterable[Network], file: str) -> list[str]:
        """Return a file of the task of each of some networks."""
        return [self.of_task(file).format(task=network.task) for network in networks]

    def networks_of(self, task: str) -> list[Network]:
        """Return every network of one task that reads it by steps."""
        kind = kind_of_task(self.tasks[task])
        return self.of_kind(kind, self.design.networks[task])

    def portrayed_of(self, task: str) -> list[Network]:
        """Return the networks that figures and the explorer of one task show."""
        return self.portrayed[task]

    def text_options(self, task: str) -> dict[str, Any]:
        """Return the settings of a text task, without its files, which are inputs of its own."""
        return plain({key: value for key, value in self.tasks[task].items() if key != "files"})

    def data_files(self) -> dict[str, dict[str, str]]:
        """Return the user's own files by name of every task that has any."""
        return {name: task["files"] for name, task in self.tasks.items() if task.get("files")}

    def made(self) -> Iterator[Made]:
        """Yield what the stages that compute numbers make of every network."""
        for network in self.networks:
            folder = f"{self.results}/{network.folder}"
            kind = self.design.kind(network)
            others = set(MAKERS) - ({self.maker_of(network)} if kind == CLASSIFIER else set())
            for stage, entry in NETWORK_STAGES.items():
                if entry.kind == kind and stage not in (*DRAWING, *others):
                    read = {key_of(file): f"{folder}/{file}" for file in entry.reads}
                    data = {key_of(f): self.of_task(f) for f in entry.of_task}
                    read |= {key: f.format(task=network.task) for key, f in data.items()}
                    written = {file.rsplit("/", 1)[-1]: f"{folder}/{file}" for file in entry.writes}
                    yield Made(folder, stage, read, written)

    def tokenizer_of(self, task: str) -> dict[str, str]:
        """Return the tokenizer.json of a task as an input by name; nothing where it has none."""
        files = self.tasks[task].get("files", {})
        return {name: files[name] for name in files if name == TOKENIZER}

    def own_sentences(self, task: str) -> list[str]:
        """Return the sentences of the user for the explorer of a task."""
        return self.settings["explorer"]["sentences"].get(base_task(task), [])

    @property
    def texts(self) -> list[str]:
        """Names of the tasks of texts that train networks."""
        return [name for name in self.trained if self.tasks[name]["family"] == "text"]

    @property
    def text_networks(self) -> list[Network]:
        """Classifiers of texts."""
        return [n for n in self.classifiers if self.tasks[n.task]["family"] == "text"]

    @cached_property
    def compared(self) -> bool:
        """Whether claims are judged in several analyses as well."""
        claims = self.settings["claims"]["claims"]
        return bool(self.design.hold_inputs) and any(one.get("multiverse") for one in claims)

    def drawn_over_networks(self, names: Iterable[str]) -> list[str]:
        """Return the figures over networks that may have something to show.

        Parameters
        ----------
        names
            Of all figures.
        """
        modifying = any(self.tasks[n.task]["family"] in MODIFYING for n in self.overview)
        shown = {"analyses_agree": self.compared, "modifier_gains": modifying}
        return [name for name in names if shown.get(name, True)]

    # Jobs

    def blocks(self, *stages: str) -> list[StageBlock]:
        """Return the blocks of networks that some stages work on: one job a block and task.

        Parameters
        ----------
        stages
            Names of entries of `pipeline.STAGES`.
        """
        size = self.settings["networks_per_job"]
        return [
            StageBlock(self, stage, block)
            for stage in stages
            for block in blocks(self._working_on(stage), size)
        ]

    @cached_property
    def tabled(self) -> list[str]:
        """Names of tasks of sentences, but those that only networks without a step read."""
        made = self.design.networks
        return [task for task in self.classified if task in self.trained or not made[task]]

    def _working_on(self, stage: str) -> list[Network]:
        """Return the networks that a stage works on."""
        if stage in MAKERS:
            return [network for network in self.classifiers if self.maker_of(network) == stage]
        return {
            "snapshots": self.followed,
            "plot_network": self.shown,
            "compare_hold_inputs": list(self.design.hold_inputs),
            "plot_attention": self.shown_translators,
            "text_reading": self.shown_language_models,
            "plot_language": self.shown_language_models,
            "read_running_text": self.first_of_kind(TEXT_MODEL),
            "beside_transformers": self.beside(TRANSFORMER),
            "beside_transformer_lms": self.beside(TRANSFORMER_LM),
            **{
                f"{stage}{beside}": self.of_kind(of, self.read_by_place(kind))
                for stage, kind in (("read_sums", TRANSFORMER), ("read_beliefs", TRANSFORMER_LM))
                for beside, of in (("", kind), ("_beside", WITHOUT_STEP[kind]))
            },
        }.get(stage, self.of_kind(NETWORK_STAGES[stage].kind))

    def own(self, stage: str, network: Network) -> Any:
        """Return the settings of a stage that are one network's alone."""
        if stage in (TRAIN, FOLLOWED, POOLED, *TRAIN_OTHERS):
            noted = self.settings["training"] if stage == FOLLOWED else {}
            return plain({**self.models[network.model], "l2": network.l2, **noted})
        if stage == IMPORT:
            return plain(of_network(self.models[network.model], network.seed))
        if stage == "compare_hold_inputs":
            return list(self.design.hold_inputs[network])
        if stage == "plot_network":
            claims = self.settings["claims"]
            margin, allowed = claims["bag_of_words_margin"], shares_allowed(claims["claims"])
            beside = neighbours(self.shown, network)
            shown = self.is_portrayed(network)
            drawn = shown and network in self.first_of(network.task)
            own = {"explorer": shown, "margin": margin, "allowed": allowed, "beside": beside}
            own["printed"] = self.vector if drawn else []
            return {**own, "pooling": pooling_of(self.models[network.model])}
        return None

    @cached_property
    def benchmarks(self) -> list[str]:
        """Benchmark files of what this configuration asks for; others there are of earlier runs."""
        of_networks = [
            f"{block.stage}/{task}/{block.name}"
            for block in self.blocks(*NETWORK_STAGES)
            for task in block.tasks
        ]
        of_tasks = [f"{rule}/{task}" for rule in TASK_RULES for task in self.tasks]
        return sorted([*of_networks, *of_tasks, *SINGLE_RULES])

    def written(self) -> str:
        """Return the configuration with every default, as YAML."""
        hidden = ("text_sets", "data_folder")
        shown = {key: value for key, value in self.settings["asked"].items() if key not in hidden}
        return yaml.safe_dump(plain(shown), sort_keys=False, width=110, allow_unicode=True)
