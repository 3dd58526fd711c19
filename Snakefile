# The geometry of integration in text classification RNNs: from data to figures in one dependency
# graph. Usage: snakemake --cores all [--configfile config/natural.yaml]; targets: all data models
# tables figures claims report.
import os

from snakemake.exceptions import WorkflowError
from snakemake.utils import min_version

min_version("9.19")

# The folder of the project, wherever the command is given and whatever links lead here. Its
# config/text_sets.yaml and config/config.yaml are read before every other configuration.
ROOT = os.path.dirname(os.path.realpath(str(workflow.included_stack[-1].get_path_or_uri(True))))
RULES = os.path.join(ROOT, "workflow", "rules")
if not os.path.isdir(RULES):
    raise WorkflowError(
        "The workflow must lie in a folder of this machine, beside its package: clone it and name "
        "the Snakefile of the clone."
    )


include: os.path.join(RULES, "common.smk")
include: os.path.join(RULES, "tasks.smk")
include: os.path.join(RULES, "networks.smk")
include: os.path.join(RULES, "others.smk")
include: os.path.join(RULES, "translators.smk")
include: os.path.join(RULES, "tables.smk")
include: os.path.join(RULES, "figures.smk")
include: os.path.join(RULES, "pages.smk")
include: os.path.join(RULES, "docs.smk")
include: os.path.join(RULES, "forecast.smk")


# All that a run makes of networks that classify.
OF_CLASSIFIERS = [
    *rules.tables.input,
    *rules.figures.input,
    *rules.claims.input,
    *rules.start_page.output,
    *rules.report.output,
]


rule all:
    default_target: True
    input:
        OF_CLASSIFIERS if PLAN.tabled else [],
        rules.translators.input,
        rules.language.input,
        rules.transformers.input,
