# docs/natural.md, docs/claims.md and their figures, from small tables that are committed; nothing of this is part of `all`.
KEPT_IN = "docs/data" if RESULTS == "results/natural" else f"{RESULTS}/kept"
KEPT = ("natural", "hold_inputs", "predictions", "tasks", "words")


localrules:
    documentation,


rule documentation:
    input:
        "docs/natural.md",
        "docs/claims.md",


rule document:
    input:
        **{name: f"docs/data/{name}.csv" for name in KEPT},
        template="workflow/report/natural.md",
    output:
        page="docs/natural.md",
        figure="docs/figures/natural.png",
    log:
        f"{RESULTS}/logs/document.log",
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=hold_memory(1000),
        runtime=hold_minutes(10),
    params:
        fingerprint=fingerprint("document", "docs.smk"),
    script:
        "../scripts/document.py"


# Only config/natural.yaml replaces the committed tables; another battery keeps its own beside its results.
rule keep_natural:
    input:
        runs=f"{RESULTS}/tables/runs.csv",
        tasks=f"{RESULTS}/tables/tasks.csv",
        dimension=f"{RESULTS}/tables/dimension.csv",
        hold_inputs=f"{RESULTS}/tables/hold_inputs.csv",
        predictions=f"{RESULTS}/tables/predictions.csv",
        words=f"{RESULTS}/tables/words.csv",
    output:
        **{name: f"{KEPT_IN}/{name}.csv" for name in KEPT},
    log:
        f"{RESULTS}/logs/keep_natural.log",
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=hold_memory(1000),
        runtime=hold_minutes(10),
    params:
        fingerprint=fingerprint("keep_natural", "docs.smk"),
    script:
        "../scripts/keep_natural.py"


# The verdicts of config/battery.yaml, and the figures of its sweeps.
CLAIMS_KEPT_IN = "docs/data" if RESULTS == "results/battery" else f"{RESULTS}/kept"
GRIDS = ("unordered", "plane", "line", "labels", "binary", "context", "sweep")
KEPT_SWEEPS = (
    "classes", "labels", "length", "hidden-size", "correlation", "hold-input", "l2-gru", "l2-lstm", "l2-ugrnn",
    "l2-vanilla",
)  # fmt: skip


rule document_claims:
    input:
        claims="docs/data/claims.csv",
        sweeps="docs/data/sweeps.csv",
        costs="docs/data/battery_costs.csv",
        template="workflow/report/claims.md.jinja",
        told="workflow/report/claims_told.yaml",
    output:
        page="docs/claims.md",
        grids=expand("docs/figures/claims_{grid}.png", grid=GRIDS),
        sweeps=expand("docs/figures/sweep_{sweep}.png", sweep=KEPT_SWEEPS),
    log:
        f"{RESULTS}/logs/document_claims.log",
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=hold_memory(1000),
        runtime=hold_minutes(10),
    params:
        claims=lambda wildcards: configuration.plain(CLAIMS),
        fingerprint=fingerprint("document_claims", "docs.smk"),
    script:
        "../scripts/document_claims.py"


# Only config/battery.yaml replaces the committed tables.
rule keep_claims:
    input:
        claims=f"{RESULTS}/tables/claims.csv",
        sweeps=f"{RESULTS}/tables/sweeps.csv",
        runs=f"{RESULTS}/tables/runs.csv",
    output:
        claims=f"{CLAIMS_KEPT_IN}/claims.csv",
        sweeps=f"{CLAIMS_KEPT_IN}/sweeps.csv",
        costs=f"{CLAIMS_KEPT_IN}/battery_costs.csv",
    log:
        f"{RESULTS}/logs/keep_claims.log",
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=hold_memory(1000),
        runtime=hold_minutes(10),
    params:
        folder=f"{RESULTS}/benchmarks",
        benchmarks=own_benchmarks(),
        fingerprint=fingerprint("keep_claims", "docs.smk"),
    script:
        "../scripts/keep_claims.py"
