# docs/natural.md, docs/claims.md, docs/cells_verdicts.md and their figures, from small tables that
# are committed; nothing of this is in `all`.
from rnn_geometry.config import documents

# Beside the Snakefile, wherever the command is given.
DOCS = os.path.relpath(os.path.join(ROOT, "docs"))


localrules:
    documentation,


# The page of real text waits for its battery.
rule documentation:
    input:
        documents.text_pages(DOCS),
        f"{DOCS}/claims.md",
        f"{DOCS}/cells_verdicts.md",


rule document_claims:
    input:
        **documents.below(f"{DOCS}/data", documents.BATTERY),
        before=f"{DOCS}/data/claims_first.csv",
    output:
        page=f"{DOCS}/claims.md",
        grids=expand(f"{DOCS}/figures/claims_{{grid}}.png", grid=documents.GRIDS),
        sweeps=expand(f"{DOCS}/figures/sweep_{{sweep}}.png", sweep=documents.SWEEPS),
    log:
        PLAN.path("logs/document_claims.log"),
    conda:
        ENVIRONMENT
    params:
        **stage("document_claims", claims=judged_by("claims")),
    script:
        "../scripts/stage.py"


use rule document_claims as document_natural with:
    input:
        **documents.text_tables(DOCS),
    output:
        page=f"{DOCS}/natural.md",
        figures=expand(f"{DOCS}/figures/text_{{name}}.png", name=documents.text_figures(DOCS)),
        grids=expand(f"{DOCS}/figures/text_claims_{{grid}}.png", grid=documents.TEXT_GRIDS),
    log:
        PLAN.path("logs/document_natural.log"),
    params:
        **stage("document_natural", claims=judged_by("claims_text")),


use rule document_claims as document_cells with:
    input:
        **documents.below(f"{DOCS}/data", documents.CELLS),
    output:
        page=f"{DOCS}/cells_verdicts.md",
        grids=expand(f"{DOCS}/figures/cells_claims_{{grid}}.png", grid=documents.CELL_GRIDS),
    log:
        PLAN.path("logs/document_cells.log"),
    params:
        **stage("document_cells", claims=judged_by("claims_cells")),


KEPT_OF = {
    "folder": PLAN.path("benchmarks"),
    "benchmarks": PLAN.benchmarks,
    "judged": [list(network) for network in PLAN.judged],
}


rule keep_claims:
    input:
        **tables_named(documents.JUDGED),
    output:
        **documents.below(PLAN.kept_in("results/battery2", DOCS), documents.BATTERY),
    log:
        PLAN.path("logs/keep_claims.log"),
    conda:
        ENVIRONMENT
    params:
        **stage("keep_claims", **KEPT_OF),
    script:
        "../scripts/stage.py"


use rule keep_claims as keep_text with:
    input:
        **tables_named(documents.TEXT_JUDGED),
        meta=expand(PLAN.of_task("meta.json"), task=sorted({*PLAN.leading} & {*PLAN.classified})),
    output:
        **documents.below(PLAN.kept_in("results/battery_text", DOCS), documents.TEXT),
    params:
        **stage("keep_claims", claims=CLAIMS, **KEPT_OF),


use rule keep_claims as keep_cells with:
    output:
        **documents.below(PLAN.kept_in("results/cells", DOCS), documents.CELLS),


# Networks without a step and those beside them, from a run of config/transformers*.yaml.
use rule keep_claims as keep_transformers with:
    input:
        **tables_named(documents.without_step(RESULTS, DOCS)),
    output:
        **documents.without_step(RESULTS, DOCS),
    params:
        **stage("keep_tables"),


# Those of running text, from a run of config/language_text_claims.yaml.
use rule keep_transformers as keep_language_text with:
    input:
        **tables_named(documents.TEXT_MODELS),
    output:
        **documents.below(PLAN.kept_in("results/language_text_claims", DOCS), documents.TEXT_MODELS),


# Networks of a small run that docs/natural.md shows beside the battery.
use rule keep_claims as keep_runs with:
    input:
        **tables_named(documents.OF_NETWORKS),
    output:
        runs=documents.runs_kept(RESULTS, DOCS),
