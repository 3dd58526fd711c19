# The plan of this configuration, and what every rule shares. Nothing here imports torch, pandas or
# datasets.
import os
import sys

from snakemake.exceptions import WorkflowError

from rnn_geometry.config.limits import Limits
from rnn_geometry.config.load import load_settings
from rnn_geometry.config.pipeline import STAGES
from rnn_geometry.config.plain import plain
from rnn_geometry.config.plan import VECTOR, Plan
from rnn_geometry.errors import UserError
from rnn_geometry.identity import is_control
from rnn_geometry.plotting.registry import names_over_networks
from rnn_geometry.store import files, provenance
from rnn_geometry.store.fingerprint import fingerprint
from rnn_geometry.store.freshness import KnownHashes, check_in_place

# The folder of the project, whichever Snakefile this file is included from.
HERE = workflow.current_basedir.get_path_or_uri(secret_free=True)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(HERE)))
ENVIRONMENT = os.path.join(ROOT, "envs", "environment.yaml")
# Jobs in an environment of their own (conda, containers) find the package of this very checkout.
PACKAGE_PATH = [os.path.join(ROOT, "workflow"), os.getenv("PYTHONPATH")]
os.environ.update(PYTHONPATH=os.pathsep.join(filter(None, PACKAGE_PATH)))


def data_hashes(task):
    """Return the hashes of the files of a task by name: what counts is what stands in them."""
    return {name: HASH_OF(file) for name, file in sorted(PLAN.tasks[task]["files"].items())}


try:
    SETTINGS = load_settings(config, workflow.configfiles, ROOT)
    PLAN = Plan(SETTINGS)
    HASH_OF = KnownHashes(PLAN.results)
    if workflow.is_main_process:
        # Results that Snakemake has no record of must be those of this configuration, and those
        # that it has a record of must be what they were.
        DATA = {task: data_hashes(task) for task in PLAN.data_files()}
        MADE_WITH = provenance.compared_settings(
            PLAN.tasks, PLAN.models, SETTINGS["analysis"], DATA
        )
        provenance.check_folders(PLAN.results, MADE_WITH, PLAN.networks)
        check_in_place(PLAN.made(), HASH_OF)
        HASH_OF.keep()
except UserError as error:
    raise WorkflowError(str(error)) from None

RESULTS, LIMITS, CLAIMS = PLAN.results, Limits(PLAN), plain(SETTINGS["claims"])
OVERVIEWS = names_over_networks()


wildcard_constraints:
    task=PLAN.task_pattern(),


def stage(name, **params):
    """Parameters of a rule: its module, a hash of all code and templates it reaches, its own."""
    entry = STAGES[name]
    return {
        "module": entry.module,
        "fingerprint": fingerprint(entry.module, entry.templates),
        **params,
    }


def networks_stage(block):
    """Parameters of a rule that holds many networks."""
    shared = {"stage": block.stage, "kept": PLAN.path(".kept"), "settings": block.settings}
    return stage(block.stage, own=block.own, device=SETTINGS["device"], **shared)


def in_report(file, category, caption, labels, subcategory=None):
    """An output below the results that Snakemake's report shows."""
    place = {"category": category, "subcategory": subcategory, "labels": labels}
    return report(PLAN.path(file), caption=f"../report/{caption}.rst", **place)


# Before the first job: is there room, is nobody else at work in the results, and whose are they?
onstart:
    try:
        files.lock_folder(RESULTS)
        files.check_room(RESULTS, size=1)
        provenance.write(RESULTS, MADE_WITH)
        provenance.note(
            ASKED, {"snakefile": str(workflow.main_snakefile), "config": plain(config)}
        )
    except UserError as error:
        raise WorkflowError(str(error)) from None
