# Configuration, names of files, and what every rule shares. Nothing here imports torch, pandas or datasets.
import os
import re
import shlex
import subprocess
import sys
from typing import NamedTuple

import yaml
from snakemake.exceptions import WorkflowError

from rnn_geometry.claims.file import checked_claims
from rnn_geometry.config import plain as configuration, settings as resolver
from rnn_geometry.errors import UserError
from rnn_geometry.identity import Network, family_options, is_control
from rnn_geometry.store import files as io, provenance
from rnn_geometry.store.fingerprint import fingerprint as source_fingerprint
from rnn_geometry.tasks import synthetic as synthetic_tasks
from rnn_geometry.tasks.curation import check_words
from rnn_geometry.tasks.text import prepare as text_tasks

# The folder of the project, whichever Snakefile this file is included from.
HERE = workflow.current_basedir.get_path_or_uri(secret_free=True)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(HERE)))

# Jobs in an environment of their own (conda, containers) find the package of this very checkout.
PACKAGE_PATH = [os.path.join(ROOT, "workflow"), os.getenv("PYTHONPATH")]
os.environ.update(PYTHONPATH=os.pathsep.join(filter(None, PACKAGE_PATH)))

SCRIPTS = os.path.join(ROOT, "workflow", "scripts")
RULES = os.path.join(ROOT, "workflow", "rules")
ENVIRONMENT = os.path.join(ROOT, "envs", "environment.yaml")


def read_schema(name):
    """Read a schema."""
    with open(os.path.join(ROOT, "workflow", "schemas", f"{name}.schema.yaml")) as handle:
        return yaml.safe_load(handle)


def resolve_configuration(raw):
    """Check everything that can be checked before the graph is built: keys, task options, local data files."""
    for path in workflow.configfiles:
        configuration.check_duplicate_keys(path)
    schema = read_schema("config")
    raw = dict(raw)
    if raw.get("data_folder") in (None, ""):
        raw["data_folder"] = os.environ.get("RNN_GEOMETRY_DATA") or None
    settings = resolver.resolve(raw, schema)
    settings["claims"] = read_claims(settings["claims"])
    for task in settings["tasks"]:
        with_task_name(task, check_task, task, settings["data_folder"])
        check_sentences(task, settings["explorer"]["sentences"].get(task["name"], []))
    return settings


def read_claims(path):
    """Read the file of claims, below the current folder or beside the Snakefile, and check it."""
    found = next((file for file in (path, os.path.join(ROOT, path)) if os.path.isfile(file)), None)
    if found is None:
        raise UserError(f"config key claims: there is no file '{path}'.")
    try:
        with open(found, encoding="utf-8") as handle:
            claims = yaml.safe_load(handle)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UserError(f"config key claims: '{path}' is no YAML file ({' '.join(str(error).split())}).") from error
    return checked_claims(claims, read_schema("claims"))


def check_task(task, data_folder):
    """Let the task's family check its own options, and that its local files exist."""
    options = family_options(task)
    if task["family"] == "text":
        text_tasks.check_options(options)
        try:
            task["files"] = text_tasks.local_files(options, data_folder)
        except (OSError, RuntimeError, ValueError) as error:  # a name too long, a home folder that nobody has
            raise UserError(f"source and data_folder make no path ({' '.join(str(error).split())}).") from error
        for path in task["files"].values():
            configuration.check_path(path, "source")
    else:
        synthetic_tasks.build_task(task["family"], **options)


def check_sentences(task, sentences):
    """Refuse sentences for the explorer without a word, or with one that a synthetic task does not have."""
    for sentence in sentences:
        if not sentence.split():
            raise UserError(f"config key explorer.sentences.{task['name']}: {sentence!r} holds no word.")
    if task["family"] != "text":
        words = synthetic_tasks.build_task(task["family"], **family_options(task)).words
        for sentence in sentences:
            check_words(sentence.split(), words, task["name"])


def with_task_name(task, function, *arguments):
    """Call a function; name the task in the sentence of a UserError."""
    try:
        return function(*arguments)
    except UserError as error:
        raise UserError(f"config task '{task['name']}': {error}") from error


try:
    SETTINGS = resolve_configuration(config)
except UserError as error:
    raise WorkflowError(str(error)) from None

DESIGN = SETTINGS["design"]
TASKS = DESIGN.tasks
TEXT_TASKS = [name for name, task in TASKS.items() if task["family"] == "text"]
TRAINED = [task for task, networks in DESIGN.networks.items() if networks]
MODELS = {network.model: DESIGN.models[network.model] for task in TRAINED for network in DESIGN.networks[task]}
RESULTS = SETTINGS["results"].rstrip("/")
REPORT = f"{RESULTS}/report.html"
RUN = f"{RESULTS}/runs/{{task}}/{{model}}/l2-{{l2}}/seed-{{seed}}"
DATA = f"{RESULTS}/data/{{task}}"


wildcard_constraints:
    task="|".join(map(re.escape, TASKS)),
    model="|".join(map(re.escape, MODELS)) or "$none",
    l2="[0-9.e-]+",
    seed="[0-9]+",


# Results that Snakemake has no record of must be those of this configuration.
COMPARED = provenance.compared_settings(TASKS, MODELS, SETTINGS["analysis"])
if workflow.is_main_process:
    NETWORKS = [network for networks in DESIGN.networks.values() for network in networks]
    try:
        if os.path.isdir(".snakemake"):
            io.check_room(".snakemake")  # Snakemake's own error is a traceback
        provenance.check_results(
            RESULTS,
            COMPARED,
            [(network.task, network.model, f"{RUN}/run.json".format(**network._asdict())) for network in NETWORKS],
            os.path.join(".snakemake", "metadata"),
        )
    except UserError as error:
        raise WorkflowError(str(error)) from None


# Seeds that share a job --------------------------------------------------------------------------------------------------
# Starting a process and importing torch costs more than analysing a small network. Networks that differ in the seed alone
# share a job, in fixed blocks of seeds_per_job seeds, so that a new seed computes no more than its own block again.
SETTING = f"{RESULTS}/runs/{{setting}}"  # setting: task/model/l2-strength, all that a network is but its seed


class Batch(NamedTuple):
    """A block of seeds and the settings that have just these; suffix: what sets its rules' names apart."""

    suffix: str
    seeds: tuple
    names: list

    @property
    def settings(self):
        """A pattern of the names."""
        return "|".join(map(re.escape, self.names))


def seed_batches():
    """Blocks of seeds, the one with the most networks first: most configurations have one."""
    blocks, batches = {}, {}
    for network in (network for networks in DESIGN.networks.values() for network in networks):
        setting = f"{network.task}/{network.model}/l2-{network.l2}"
        blocks.setdefault((setting, network.seed // SETTINGS["seeds_per_job"]), []).append(network.seed)
    for (setting, _), seeds in blocks.items():
        batches.setdefault(tuple(sorted(seeds)), []).append(setting)
    ordered = sorted(batches.items(), key=lambda item: (-len(item[1]), item[0]))
    return [Batch(f"_{i + 1}" if i else "", seeds, names) for i, (seeds, names) in enumerate(ordered)]


BATCHES = seed_batches()


def named(rule, batch):
    """The name of a rule for one block of seeds."""
    return rule + batch.suffix


def of_seeds(file, batch):
    """A file of every network of a block."""
    return [f"{SETTING}/seed-{seed}/{file}" for seed in batch.seeds]


def of_task(file):
    """Return an input function: a file of the task of a setting."""
    return lambda wildcards: f"{RESULTS}/data/{wildcards.setting.split('/')[0]}/{file}"


def of_block(folder, batch, suffix):
    """The log or benchmark of one job."""
    low, high = batch.seeds[0], batch.seeds[-1]
    return f"{RESULTS}/{folder}/{{setting}}/" + (f"seed-{low}" if low == high else f"seeds-{low}-{high}") + suffix


def benchmarks_of(batch, rules):
    """Names of the benchmark files of some rules for one block of seeds, below the folder of all."""
    files = [of_block(f"benchmarks/{rule}", batch, "") for rule in rules]
    return [file.format(setting=name).removeprefix(f"{RESULTS}/benchmarks/") for file in files for name in batch.names]


def own_benchmarks():
    """Names of the benchmark files of what this configuration asks for: others are left from what was there before."""
    shared = [name for batch in BATCHES for name in benchmarks_of(batch, SHARED_RULES)]
    networks = {"plot_network": SHOWN, "hold_inputs": DESIGN.hold_inputs}
    each = [
        name
        for rule in networks
        for name in filled(f"{rule}/{{task}}/{{model}}/l2-{{l2}}/seed-{{seed}}", networks[rule])
    ]
    return sorted([*shared, *each, *(f"{rule}/{task}" for rule in TASK_RULES for task in TASKS), *SINGLE_RULES])


SHARED_RULES = ("train", "slow_points", "linearize", "geometry")
TASK_RULES = ("prepare", "word_statistics", "intrinsic_dimension", "portray", "plot_task", "explore")
SINGLE_RULES = ("tabulate", "judge", "plot_overview", "plot_gallery", "plot_headline", "plot_sweeps")


def filled(pattern, networks):
    """Fill a pattern with each of some networks."""
    return [pattern.format(**network._asdict()) for network in networks]


def all_runs(pattern, tasks=tuple(TASKS)):
    """Fill a pattern with every network of some tasks, controls among them."""
    return filled(pattern, [network for task in tasks for network in DESIGN.networks[task]])


# The first network of every task and model, controls and those of sweeps left out.
FIRST = list({network[:2]: network for network in reversed(DESIGN.judged) if not is_control(network)}.values())[::-1]
# Networks with a panel and a page of their own.
SHOWN = [network for task in TRAINED for network in DESIGN.networks[task] if not is_control(network)]
SHOWN = FIRST if SETTINGS["figures"] == "first" else SHOWN


def shown_runs(pattern):
    """Fill a pattern with every network that has a page of its own."""
    return filled(pattern, SHOWN)


# The networks that figures of a task and its explorer show: the first seeds of every model, at its first L2.
PORTRAYED = {}
for network in DESIGN.judged:
    mine = PORTRAYED.setdefault(network.task, {}).setdefault(network.model, [])
    if not is_control(network) and network.l2 == (mine or [network])[0].l2:
        mine.append(network)
PORTRAYED = {
    task: [network for networks in models.values() for network in networks[: SETTINGS["explorer"]["seeds"]]]
    for task, models in PORTRAYED.items()
}
PORTRAYED = {task: networks for task, networks in PORTRAYED.items() if networks}
for task in SETTINGS["explorer"]["sentences"]:
    if task not in PORTRAYED:
        raise WorkflowError(
            f"config key explorer.sentences.{task}: the task has no explorer, since it trains no network."
        )


def portrayed_runs(pattern):
    """Return an input function: a pattern filled with every network that a task's figures and explorer show."""
    return lambda wildcards: filled(pattern, PORTRAYED[wildcards.task])


def first_of(task):
    """The first portrayed network of every model of a task."""
    return list({network.model: network for network in reversed(PORTRAYED[task])}.values())[::-1]


def is_portrayed(wildcards):
    """Tell whether the explorer of its task shows a network."""
    network = Network(wildcards.task, wildcards.model, wildcards.l2, int(wildcards.seed))
    return network in PORTRAYED.get(wildcards.task, [])


def headline_pair():
    """The first networks of one model on as many unordered classes as ordered ones of two dimensions; none: []."""
    kinds = {family: [] for family in ("categorical", "ordered2d")}
    for task in PORTRAYED:
        kinds.get(TASKS[task]["family"], []).append(task)
    unordered = [task for task in kinds["categorical"] if TASKS[task].get("classes", 3) == 5]
    for one in unordered[:1]:
        for other in kinds["ordered2d"][:1]:
            models = {network.model: network for network in first_of(other)}
            pairs = [[network, models[network.model]] for network in first_of(one) if network.model in models]
            return next((pair for pair in pairs if MODELS[pair[0].model]["cell"] != "vanilla"), (pairs or [[]])[0])
    return []


def first_runs(pattern):
    """Fill a pattern with the first network of every task and model."""
    return filled(pattern, FIRST)


def fingerprint(rule, rules_file):
    """Hash of a rule, its script and the package modules it reaches: a changed comment changes nothing."""
    return source_fingerprint(rule, os.path.join(RULES, rules_file), os.path.join(SCRIPTS, f"{rule}.py"))


def source_of(template):
    """Text of a page's template: no input file, whose place changes with that of a checkout."""
    with open(os.path.join(ROOT, "workflow", "rnn_geometry", "pages", "templates", template), encoding="utf-8") as handle:
        return handle.read()


def page_templates(*names):
    """Texts of some templates of pages, by name; all have the same style."""
    return {name: source_of(name) for name in sorted({*names, "style.css"})}


def explorer_templates():
    """Texts of the parts of an explorer, by name."""
    folder = os.path.join(ROOT, "workflow", "rnn_geometry", "pages", "templates", "explorer")
    return {name: source_of(f"explorer/{name}") for name in sorted(os.listdir(folder))}


def written_configuration():
    """The configuration of this run with every default, as YAML."""
    shown = {key: value for key, value in SETTINGS["asked"].items() if key not in ("text_sets", "data_folder")}
    return yaml.safe_dump(configuration.plain(shown), sort_keys=False, width=110, allow_unicode=True)


def model_settings(wildcards):
    """Settings of one network, with sorted keys (an unsorted dictionary would rerun jobs for nothing)."""
    _, model, l2 = wildcards.setting.split("/")
    return configuration.plain({**MODELS[model], "l2": l2.removeprefix("l2-")})


def task_names(text):
    """Pattern of the names of all text tasks, or of all synthetic ones; one that nothing matches where there is none."""
    names = [name for name, task in TASKS.items() if (task["family"] == "text") == text]
    return "|".join(map(re.escape, names)) or "$none"


VECTOR = ("pdf", "svg")  # formats of every figure beside PNG


def overview_output(name, pattern=None):
    """One overview figure as PNG, which the report holds; pattern: its name where that is a wildcard."""
    return report(
        f"{RESULTS}/figures/{pattern or name}.png",
        category="Over networks",
        labels={"figure": name.replace("_", " ")},
        caption=f"../report/{name}.rst",
    )


def sweep_output(name):
    """The figure of one sweep, as `overview_output`."""
    return report(
        f"{RESULTS}/figures/sweep_{name}.png",
        category="Sweeps",
        labels={"figure": name},
        caption="../report/sweep.rst",
    )


def make_report():
    """Run this same command again with --report: it draws no figure and runs no job."""

    def write(file):
        options = ["--quiet", "all", "--report", file, "--nolock"]  # a flag last: targets may follow
        command = [sys.executable, "-m", "snakemake", *options, *sys.argv[1:]]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise UserError(f"The report could not be made with {shlex.join(command)}:\n{done.stderr}")

    try:
        io.write_atomically(REPORT, write)
    except UserError as error:
        print(error, file=sys.stderr)
    else:
        print(f"Report: {os.path.abspath(REPORT)}")


def prepare_results():
    """Before the first job: is there room, is nobody else at work in the results, and whose are they?"""
    try:
        io.lock_folder(RESULTS)
        io.check_room(RESULTS, size=1)
        provenance.write(RESULTS, COMPARED)
    except UserError as error:
        raise WorkflowError(str(error)) from None


# Snakemake 9.27 arms one more one-second timer with every job that ends, and each of them evaluates the schedule again:
# hundreds of evaluations a second after a few hundred jobs. Local jobs need no rate limit, and without it no timers.
onstart:
    prepare_results()
    if workflow.local_exec:
        workflow.scheduler.job_rate_limiter = None
