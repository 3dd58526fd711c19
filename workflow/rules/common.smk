# The plan of this configuration, and what every rule shares. Nothing here imports torch, pandas or
# datasets.
import os
import sys

# The package of this very checkout, not another that is installed.
PACKAGES = os.path.join(ROOT, "workflow")
sys.path.insert(0, PACKAGES)

from rnn_geometry.config import environment, invocation
from rnn_geometry.config.requirements import check_machine
from rnn_geometry.errors import UserError

try:
    if workflow.is_main_process:
        check_machine(ROOT)
except UserError as error:
    raise invocation.ToldError(error, workflow) from None

from rnn_geometry.config.kinds import LANGUAGE_MODEL, TEXT_MODEL, TRANSLATOR
from rnn_geometry.config.lacking import controls_lacking
from rnn_geometry.config.limits import Limits
from rnn_geometry.config.load import default_files, load_settings, read_claims, said, shipped_file
from rnn_geometry.config.pipeline import STAGES, key_of
from rnn_geometry.config.plain import plain
from rnn_geometry.config.plan import Plan
from rnn_geometry.config.pooling import pooling_of
from rnn_geometry.config.shown import CATEGORIES
from rnn_geometry.config.without_step import TRANSFORMER, TRANSFORMER_LM
from rnn_geometry.identity import is_control
from rnn_geometry.networks import sources
from rnn_geometry.networks.checked import check_own_cells
from rnn_geometry.plotting.registry import names_over_networks
from rnn_geometry.store import files, provenance
from rnn_geometry.store.fingerprint import fingerprint
from rnn_geometry.store.freshness import KnownHashes, check_in_place

ENVIRONMENT = os.path.join(ROOT, "envs", "environment.yaml")
environment.fix(os.environ, PACKAGES)
# Jobs find cells of the user's own, which lie beside a configuration.
os.environ[sources.VARIABLE] = sources.beside_files([*workflow.configfiles, *default_files(ROOT)])
invocation.take_as_written(workflow)


def asked():
    """Return the configuration of this run, and the files beside which it looks for others."""
    return {"config": plain(SAID), "files": list(map(os.path.abspath, workflow.configfiles))}


def data_hashes(task):
    """Return the hashes of the files of a task by name: what counts is what stands in them."""
    return {name: HASH_OF(file) for name, file in sorted(PLAN.tasks[task].get("files", {}).items())}


try:
    invocation.check_invocation(workflow)
    SAID = said(config, invocation.arguments_to(workflow, config))
    SETTINGS = load_settings(SAID, workflow.configfiles, ROOT)
    PLAN = Plan(SETTINGS)
    ASKED = PLAN.path(".kept/asked.json")
    HASH_OF = KnownHashes(PLAN.results)
    if workflow.is_main_process:
        # Results that Snakemake has no record of must be those of this configuration, and those
        # that it has a record of must be what they were.
        DATA = {task: data_hashes(task) for task in PLAN.data_files()}
        MADE_WITH = provenance.compared_settings(
            PLAN.tasks, PLAN.models, SETTINGS["analysis"], DATA
        )
        provenance.check_folders(PLAN.results, MADE_WITH, PLAN.networks)
        check_own_cells(PLAN.models)
        check_in_place(PLAN.made(), HASH_OF)
        HASH_OF.keep()
        invocation.tell(controls_lacking(PLAN.judged, PLAN.models, SETTINGS["claims"]))
except UserError as error:
    raise invocation.ToldError(error, workflow) from None

invocation.quote_python()
RESULTS, LIMITS, CLAIMS = PLAN.results, Limits(PLAN), plain(SETTINGS["claims"])
OVERVIEWS = PLAN.drawn_over_networks(names_over_networks())


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
    place = {"category": CATEGORIES[category], "subcategory": subcategory, "labels": labels}
    return report(PLAN.path(file), caption=f"../report/{caption}.rst", **place)


def tables_named(names):
    """Files of tables by name."""
    return {name: PLAN.path(f"tables/{name}.csv") for name in names}


def claims_asked(key):
    """The claims that a key of the configuration names."""
    return lambda wildcards: plain(SETTINGS[key])


def judged_by(file):
    """The checked file of claims that a page is about, read once the page is made."""
    return lambda wildcards: plain(read_claims(f"config/{file}.yaml", ROOT))


def logs_of(jobs):
    """Return the logs of each of some jobs, those of a group one by one."""
    single = [part for job in jobs for part in getattr(job, "jobs", [job])]
    return [list(map(str, job.log)) for job in sorted(single, key=lambda job: job.jobid)]


# Before the first job: is there room, is nobody else at work in the results, and whose are they?
onstart:
    try:
        files.lock_folder(RESULTS)
        files.check_room(RESULTS, size=1)
        provenance.write(RESULTS, MADE_WITH)
        provenance.note(ASKED, asked())
    except UserError as error:
        raise invocation.ToldError(error, workflow) from None
