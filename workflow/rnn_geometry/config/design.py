"""Which networks a configuration asks for: tasks times cells and seeds, controls, sweeps.

Light on purpose, like `settings`: it runs while the Snakefile is parsed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rnn_geometry.config.imports import SEED, is_imported
from rnn_geometry.config.kinds import (
    CLASSIFIER,
    LANGUAGE_MODEL,
    TASK_OF,
    TEXT_MODEL,
    WITHOUT_STEP,
    fitting,
    kind_of_model,
    kind_of_task,
)
from rnn_geometry.config.names import check_distinct, check_name
from rnn_geometry.config.pooling import is_pooled, with_pooling
from rnn_geometry.config.swept import (
    CELL_OPTION,
    check_over,
    check_value,
    decimal,
    in_name,
    written,
)
from rnn_geometry.errors import UserError, listed
from rnn_geometry.identity import (
    ENDINGS,
    RESERVOIR,
    SHUFFLED_LABELS,
    UNTRAINED,
    Network,
    names_data_seed,
    with_data_seed,
)

# What a sweep may vary beside the options of the task's family and the keys of a model.
L2, HOLD_INPUT = "l2", "hold_input"
DATA_SEED = "data_seed"
SAME = "same"  # seeds of a control: those of the networks that it is paired with
# Controls that are models of their own: what is changed, first of all what makes them one.
CHANGED = {
    UNTRAINED: {"steps": 0, "epochs": None, "min_steps": None},
    RESERVOIR: {"trained": "readout"},
}


class Design:
    """The tasks, models and networks of a configuration, grown by its controls and sweeps.

    Attributes
    ----------
    tasks, models
        Settings by name.
    named
        Names of tasks by their name in the configuration: one for each data seed.
    networks
        By task, without doubles, in the order in which they were asked for.
    judged
        Those that claims are about: the networks of `tasks` and the controls. Sweeps add others.
    hold_inputs
        By network, the x* to compare on it.
    sweeps
        Rows (sweep, over, value, Network) in order.
    """

    def __init__(self, settings: Mapping[str, Any]):
        self.configured = {task["name"]: dict(task) for task in settings["tasks"]}
        self.data_seeds: list[int | None] = list(settings["data_seeds"]) or [None]
        self.tasks: dict[str, dict[str, Any]] = {}
        self.models = dict(settings["models"])
        self.networks: dict[str, list[Network]] = {}
        self.named = self._named()
        self.hold_inputs: dict[Network, list[str]] = {}
        self.sweeps: list[tuple[str, str, str, Network]] = []
        for name, grid in settings["grid"].items():
            for task in self.named[name]:
                self._add(task, grid["cells"], grid["seeds"], grid["l2"])
        again = settings["second_look"]
        self._look_again(again, settings)
        first = {name: list(networks) for name, networks in self.networks.items()}
        judged = [network for networks in first.values() for network in networks]
        for network in judged:
            if self.kind(network) == CLASSIFIER and self._compared(
                network, settings["analysis"]["compared"]
            ):
                self._compare(network, settings["analysis"]["hold_inputs"])
        for i, sweep in enumerate(settings["sweeps"]):
            more = again["seeds"] if sweep["name"] in again["sweeps"] else []
            self._sweep(sweep, f"sweeps[{i}]", settings, more)
        for kind, control in settings["controls"].items():
            if control:
                judged += self._control(kind, control, first)
        self.judged = list(dict.fromkeys(judged))
        self._check_controls()
        models = {network.model for networks in self.networks.values() for network in networks}
        for key, names in {
            "tasks": self.tasks,
            "models": models,
            "sweeps": {row[0] for row in self.sweeps},
        }.items():
            for name in names:
                check_name(name, key)
            check_distinct(names, key)

    def kind(self, network: Network) -> str:
        """Return the kind of a network."""
        return kind_of_model(self.models[network.model])

    def _named(self) -> dict[str, list[str]]:
        """Make the tasks of the configuration, of each one for every data seed."""
        for name in self.configured:
            if names_data_seed(name):
                raise UserError(
                    f"config key tasks: '{name}' ends like the tasks that the key data_seeds "
                    "makes; give it another name."
                )
        return {
            name: [self._task(_drawn_from(task, seed)) for seed in self.data_seeds]
            for name, task in self.configured.items()
        }

    def _look_again(self, again: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
        """Ask for more seeds of some tasks and cells, after the first ones."""
        grid, key = settings["grid"], "second_look"
        _check_known(again["sweeps"], [s["name"] for s in settings["sweeps"]], key, "sweep")
        _check_known(again["tasks"], grid, key, "task")
        for task, cells in again["tasks"].items():
            for cell in cells:
                if cell not in grid[task]["cells"]:
                    raise UserError(
                        f"config key {key}.tasks.{task}: '{cell}' is no cell of the task; accepted "
                        f"are {listed(grid[task]['cells'])}."
                    )
            for name in self.named[task]:
                self._add(name, cells, again["seeds"], grid[task]["l2"])

    def _add(self, task: str, cells: list[str], seeds: list[int], l2: list[str]) -> list[Network]:
        """Ask for the networks of a task; return them, those asked for before among them."""
        asked = [
            Network(task, cell, strength, seed)
            for cell in cells
            for strength in self._strengths(cell, l2)
            for seed in self._seeds(task, cell, seeds)
        ]
        self.networks[task] = list(dict.fromkeys([*self.networks[task], *asked]))
        return asked

    def _strengths(self, model: str, l2: list[str]) -> list[str]:
        """Return the L2 strengths of a model; an imported one has its own alone."""
        own = [self.models[model]["l2"]]
        return own if is_imported(self.models[model]) else l2 or own

    def _seeds(self, task: str, model: str, seeds: list[int]) -> list[int]:
        """Return the seeds of a model on a task: of an imported one without `{seed}` a single one.

        It stays the first that was asked for.
        """
        settings = self.models[model]
        if not is_imported(settings) or SEED in settings["weights"]:
            return seeds
        before = [n.seed for n in self.networks[task] if n.model == model]
        return [*before, *seeds][:1]

    def _compared(self, network: Network, among: Mapping[str, list[int]]) -> bool:
        """Tell whether hold inputs and cuts are compared on a network; on all if none is named."""
        drawn = self.tasks[network.task].get("data_seed", 0)
        return network.seed in (among["seeds"] or [network.seed]) and drawn in (
            among["data_seeds"] or [drawn]
        )

    def _compare(self, network: Network, names: list[str]) -> None:
        if names:
            self.hold_inputs[network] = list(
                dict.fromkeys([*self.hold_inputs.get(network, []), *names])
            )

    # Controls

    def _control(
        self, kind: str, control: Mapping[str, Any], first: Mapping[str, list[Network]]
    ) -> list[Network]:
        """Add the control of the networks of some tasks, of all that train any if it names none."""
        added = []
        for task in self._tasks_of(kind, control, first):
            for model in self._trained_on(first[task], kind):
                seeds = _seeds_of(control, [n.seed for n in first[task] if n.model == model])
                if kind == SHUFFLED_LABELS:
                    added += self._add(self._shuffled(task), [model], seeds, [])
                else:
                    added += self._add(task, [self._changed(model, kind)], seeds, [])
        return added

    def _trained_on(self, networks: Iterable[Network], kind: str) -> list[str]:
        """Return the models that have a control: those trained here, and a reservoir only some.

        Only a classifier has one, and none whose readout looks back: it has a query to learn.
        """
        models = dict.fromkeys(network.model for network in networks)
        own = [model for model in models if not is_imported(self.models[model])]
        return [name for name in own if kind != RESERVOIR or _may_rest(self.models[name])]

    def _tasks_of(
        self, kind: str, control: Mapping[str, Any], first: Mapping[str, list[Network]]
    ) -> list[str]:
        """Return the tasks of a control."""
        _check_known(control["tasks"] or [], self.named, f"controls.{kind}", "task")
        for task in control["tasks"] or []:
            if kind == SHUFFLED_LABELS and not _has_labels(self.configured[task]):
                raise UserError(
                    f"config key controls.{kind}.tasks: '{task}' "
                    f"{TASK_OF[kind_of_task(self.configured[task])]} and has no labels that a "
                    "network learns; leave it out."
                )
        if control["tasks"]:
            return [name for task in control["tasks"] for name in self.named[task]]
        trained = [name for name, networks in first.items() if networks]
        return [n for n in trained if kind != SHUFFLED_LABELS or _has_labels(self.tasks[n])]

    def _check_controls(self) -> None:
        """Refuse names by which a task or a model would be taken for a control that it is not."""
        ending = ENDINGS[SHUFFLED_LABELS]
        for name, task in self.tasks.items():
            if name.endswith(ending) and not task.get("shuffled_labels"):
                raise UserError(
                    f"config key tasks: '{name}' ends in {ending} like a control; give it another "
                    "name."
                )
        names = {network.model for networks in self.networks.values() for network in networks}
        for kind, changed in CHANGED.items():
            key, value = next(iter(changed.items()))
            for name in names:
                if name.endswith(ENDINGS[kind]) and self.models[name][key] != value:
                    raise UserError(
                        f"config key models.{name}: it ends in {ENDINGS[kind]} like a control; "
                        "give it another name."
                    )

    def _changed(self, model: str, kind: str) -> str:
        """Add the model that is another one's control; return its name."""
        name = model + ENDINGS[kind]
        check_name(name, f"controls.{kind}")
        changed = {**self.models[model], **CHANGED[kind]}
        if self.models.setdefault(name, changed) != changed:
            raise UserError(
                f"config key models.{name}: the name is that of the {kind} control of '{model}'."
            )
        return name

    def _shuffled(self, task: str) -> str:
        return self._task(
            {**self.tasks[task], "name": task + ENDINGS[SHUFFLED_LABELS], "shuffled_labels": True}
        )

    def _task(self, task: dict[str, Any], key: str = "tasks") -> str:
        """Add a task, or find the equal one that is there; return its name, later a folder's."""
        check_name(task["name"], key)
        known = self.tasks.setdefault(task["name"], task)
        if known != task:
            raise UserError(
                f"config key {key}: the name '{task['name']}' is that of another task with other "
                "options; a sweep "
                "names its tasks <name>-<value>, shuffled labels theirs <name>-shuffled."
            )
        self.networks.setdefault(task["name"], [])
        return task["name"]

    # Sweeps

    def _sweep(
        self, sweep: Mapping[str, Any], key: str, settings: Mapping[str, Any], more: list[int]
    ) -> None:
        """Add the networks of a sweep: one setting varied, all others the same."""
        over, (base, data_seeds) = sweep["over"], self._base(sweep, key)
        seeds = list(dict.fromkeys([*(sweep["seeds"] or settings["seeds"]), *more]))
        for cell in sweep["cells"] or settings["cells"]:
            if cell not in self.models:
                raise UserError(
                    f"config key {key}.cells: unknown cell '{cell}'; accepted are the names of "
                    "`models`."
                )
        cells = fitting(base, sweep["cells"], settings["cells"], self.models, f"{key}.cells")
        if over == HOLD_INPUT:
            cells = self._with_step(cells, sweep["cells"], f"{key}.cells")
        options = (self.models[cell].get("cell_options") or {} for cell in cells)
        check_over(over, key, {name for stated in options for name in stated})
        if over == HOLD_INPUT and kind_of_task(base) != CLASSIFIER:
            raise UserError(
                f"config key {key}.over: no hold input is compared where the task "
                f"{TASK_OF[kind_of_task(base)]}; name a task of sentences."
            )
        for value in sweep["values"]:
            task, models, l2 = base, cells, []
            if over == L2:
                l2 = [decimal(value, key)]
            elif over in settings["model_keys"] or over.startswith(CELL_OPTION):
                models = [self._varied(cell, over, value) for cell in cells]
                fitting(base, models, (), self.models, f"{key}.values")
            elif over != HOLD_INPUT:
                check_value(value, key)
                task = {**base, over: value, "name": f"{base['name']}-{in_name(value)}"}
            for seed in data_seeds:
                networks = self._add(self._task(_drawn_from(task, seed), key), models, seeds, l2)
                for network in networks:
                    if over == HOLD_INPUT:
                        self._compare(network, [str(value)])
                    self.sweeps.append((sweep["name"], over, written(value), network))

    def _with_step(self, cells: list[str], asked: list[str] | None, key: str) -> list[str]:
        """Return the models that read by steps; refuse others that were asked for, and none."""
        without = [name for name in cells if kind_of_model(self.models[name]) in WITHOUT_STEP]
        if without and (asked or without == cells):
            raise UserError(
                f"config key {key}: '{without[0]}' has no step and no hold input; name models "
                "whose architecture is not given."
            )
        return [name for name in cells if name not in without]

    def _base(
        self, sweep: Mapping[str, Any], key: str
    ) -> tuple[dict[str, Any], Sequence[int | None]]:
        """Return the task of a sweep, one of the configuration or its own, and its data seeds.

        A sweep that asks for none has one: of a task of the configuration the first, else its own.
        """
        task, asked = sweep["task"], sweep["data_seeds"]
        if asked and sweep["over"] == DATA_SEED:
            raise UserError(
                f"config key {key}.data_seeds: the sweep varies {DATA_SEED}; leave one of them out."
            )
        if not isinstance(task, str):
            if names_data_seed(task["name"]):
                raise UserError(
                    f"config key {key}.task.name: '{task['name']}' ends like the tasks that "
                    "data_seeds makes; give it another name."
                )
            return dict(task), asked or [None]
        if task in self.configured:
            return self.configured[task], asked or self.data_seeds[:1]
        if task not in self.tasks:
            raise UserError(
                f"config key {key}.task: unknown task '{task}'; accepted are "
                f"{listed(self.configured)}."
            )
        return self.tasks[task], asked or [None]

    def _varied(self, model: str, key: str, value: Any) -> str:
        """Return the name of a model with one key changed; its own if it has that value."""
        known, option = self.models[model], key.removeprefix(CELL_OPTION)
        if is_imported(known):
            raise UserError(
                f"config key sweeps[].cells: '{model}' was trained elsewhere, so that its {key} "
                "cannot be varied; name other cells."
            )
        options = {**known["cell_options"], option: value}
        varied = {**known, **({key: value} if option == key else {"cell_options": options})}
        varied = with_pooling(model, varied)
        if varied == known:
            return model
        name = f"{model}-{option}-{written(value)}"
        check_name(name, "sweeps[].values")
        if self.models.setdefault(name, varied) != varied:
            raise UserError(
                f"config key models.{name}: a sweep gives this name to '{model}' with another "
                f"{key}."
            )
        return name


def _may_rest(model: Mapping[str, Any]) -> bool:
    """Tell whether the readout of a model can be trained alone."""
    return kind_of_model(model) == CLASSIFIER and not is_pooled(model)


def _has_labels(task: Mapping[str, Any]) -> bool:
    """Tell whether a task has something to be permuted: classes, or targets of pairs."""
    return kind_of_task(task) not in (LANGUAGE_MODEL, TEXT_MODEL)


def _drawn_from(task: Mapping[str, Any], seed: int | None) -> dict[str, Any]:
    """Return a task whose sentences are drawn from a data seed; None leaves its own."""
    if seed is None:
        return dict(task)
    return {**task, "name": with_data_seed(task["name"], seed), DATA_SEED: seed}


def _check_known(names: Iterable[str], known: Iterable[str], key: str, kind: str) -> None:
    """Refuse names of tasks or sweeps that there are not."""
    for name in names:
        if name not in known:
            raise UserError(
                f"config key {key}.{kind}s: unknown {kind} '{name}'; accepted are {listed(known)}."
            )


def _seeds_of(control: Mapping[str, Any], same: list[int]) -> list[int]:
    """Return the seeds of a control, given those of the networks that it is paired with."""
    return list(dict.fromkeys(same)) if control["seeds"] == SAME else control["seeds"]
