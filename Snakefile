# The geometry of integration in text classification RNNs: from data to figures in one dependency
# graph. Usage: snakemake --cores all [--configfile config/natural.yaml]; targets: all data models
# tables figures claims report.
from snakemake.utils import min_version

min_version("9.27")


configfile: "config/text_sets.yaml"
configfile: "config/config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/tasks.smk"
include: "workflow/rules/networks.smk"
include: "workflow/rules/tables.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/pages.smk"
include: "workflow/rules/docs.smk"


rule all:
    default_target: True
    input:
        rules.tables.input,
        rules.figures.input,
        rules.claims.input,
        rules.start_page.output,
        rules.report.output,
