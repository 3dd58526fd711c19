# docs/natural.md, docs/claims.md and their figures, from small tables that are committed; nothing
# of this is in `all`.
from rnn_geometry.config.documents import BATTERY, GRIDS, JUDGED, NATURAL, SWEEPS
from rnn_geometry.config.load import read_claims

# Beside the Snakefile, wherever the command is given.
DOCS = os.path.relpath(os.path.join(ROOT, "docs"))


localrules:
    documentation,


rule documentation:
    input:
        f"{DOCS}/natural.md",
        f"{DOCS}/claims.md",


rule document_natural:
    input:
        **{name: f"{DOCS}/data/{name}.csv" for name in NATURAL},
    output:
        page=f"{DOCS}/natural.md",
        figure=f"{DOCS}/figures/natural.png",
    log:
        PLAN.path("logs/document_natural.log"),
    conda:
        ENVIRONMENT
    params:
        **stage(
            "document_natural",
            claims=lambda wildcards: plain(read_claims("config/claims_natural.yaml", ROOT)),
        ),
    script:
        "../scripts/stage.py"


rule keep_natural:
    input:
        runs=PLAN.path("tables/runs.csv"),
        tasks=PLAN.path("tables/tasks.csv"),
        dimension=PLAN.path("tables/dimension.csv"),
        hold_inputs=PLAN.path("tables/hold_inputs.csv"),
        predictions=PLAN.path("tables/predictions.csv"),
        words=PLAN.path("tables/words.csv"),
    output:
        **{name: f"{PLAN.kept_in('results/natural', DOCS)}/{name}.csv" for name in NATURAL},
    log:
        PLAN.path("logs/keep_natural.log"),
    conda:
        ENVIRONMENT
    params:
        **stage("keep_natural"),
    script:
        "../scripts/stage.py"


rule document_claims:
    input:
        **{name: f"{DOCS}/data/{BATTERY[name]}" for name in BATTERY},
        before=f"{DOCS}/data/claims_first.csv",
    output:
        page=f"{DOCS}/claims.md",
        grids=expand(f"{DOCS}/figures/claims_{{grid}}.png", grid=GRIDS),
        sweeps=expand(f"{DOCS}/figures/sweep_{{sweep}}.png", sweep=SWEEPS),
    log:
        PLAN.path("logs/document_claims.log"),
    conda:
        ENVIRONMENT
    params:
        **stage(
            "document_claims",
            claims=lambda wildcards: plain(read_claims("config/claims.yaml", ROOT)),
        ),
    script:
        "../scripts/stage.py"


rule keep_claims:
    input:
        **{name: PLAN.path(f"tables/{name}.csv") for name in JUDGED},
    output:
        **{name: f"{PLAN.kept_in('results/battery2', DOCS)}/{BATTERY[name]}" for name in BATTERY},
    log:
        PLAN.path("logs/keep_claims.log"),
    conda:
        ENVIRONMENT
    params:
        **stage(
            "keep_claims",
            folder=PLAN.path("benchmarks"),
            benchmarks=PLAN.benchmarks,
            judged=[list(network) for network in PLAN.judged],
        ),
    script:
        "../scripts/stage.py"
