# docs/natural.md and its figure, from small tables that are committed; nothing of this is part of `all`.
KEPT_IN = "docs/data" if RESULTS == "results/natural" else f"{RESULTS}/kept"
KEPT = ("natural", "hold_inputs", "predictions", "tasks", "words")


localrules:
    documentation,


rule documentation:
    input:
        "docs/natural.md",


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
        mem_mb=1000,
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
        mem_mb=1000,
        runtime=hold_minutes(10),
    params:
        fingerprint=fingerprint("keep_natural", "docs.smk"),
    script:
        "../scripts/keep_natural.py"
