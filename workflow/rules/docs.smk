# docs/natural.md, docs/claims.md and their figures, from small tables that are committed; nothing
# of this is in `all`.
from rnn_geometry.config.load import read_claims

KEPT = ("natural", "hold_inputs", "predictions", "tasks", "words")
GRIDS = ("unordered", "plane", "line", "labels", "binary", "context", "sweep")
KEPT_SWEEPS = (
    "classes",
    "labels",
    "length",
    "hidden-size",
    "correlation",
    "hold-input",
    "l2-gru",
    "l2-lstm",
    "l2-ugrnn",
    "l2-vanilla",
)


localrules:
    documentation,


rule documentation:
    input:
        "docs/natural.md",
        "docs/claims.md",


rule document_natural:
    input:
        **{name: f"docs/data/{name}.csv" for name in KEPT},
    output:
        page="docs/natural.md",
        figure="docs/figures/natural.png",
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
        **{name: f"{PLAN.kept_in('results/natural')}/{name}.csv" for name in KEPT},
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
        claims="docs/data/claims.csv",
        sweeps="docs/data/sweeps.csv",
        costs="docs/data/battery_costs.csv",
    output:
        page="docs/claims.md",
        grids=expand("docs/figures/claims_{grid}.png", grid=GRIDS),
        sweeps=expand("docs/figures/sweep_{sweep}.png", sweep=KEPT_SWEEPS),
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
        claims=PLAN.path("tables/claims.csv"),
        sweeps=PLAN.path("tables/sweeps.csv"),
        runs=PLAN.path("tables/runs.csv"),
    output:
        claims=f"{PLAN.kept_in('results/battery')}/claims.csv",
        sweeps=f"{PLAN.kept_in('results/battery')}/sweeps.csv",
        costs=f"{PLAN.kept_in('results/battery')}/battery_costs.csv",
    log:
        PLAN.path("logs/keep_claims.log"),
    conda:
        ENVIRONMENT
    params:
        **stage("keep_claims", folder=PLAN.path("benchmarks"), benchmarks=PLAN.benchmarks),
    script:
        "../scripts/stage.py"
