# Pages: the explorer of every task, the start page, and Snakemake's report.
from rnn_geometry.pages.summary import failure_summary, run_summary

EXPLORED = ("run", "states", "slow_points", "slow_modes", "fixed_points", "model")


rule explore:
    input:
        **PLAN.of_task_networks(PLAN.portrayed_of, EXPLORED),
        snapshots=lambda wildcards: PLAN.of(
            PLAN.followed_of(PLAN.portrayed_of(wildcards.task)), "snapshots.npz"
        ),
        portraits=PLAN.path("portraits/{task}.npz"),
        meta=PLAN.of_task("meta.json"),
        vocab=PLAN.of_task("vocab.json"),
    output:
        PLAN.path("explorer/{task}.html"),
    log:
        PLAN.path("logs/explore/{task}.log"),
    benchmark:
        PLAN.path("benchmarks/explore/{task}.tsv")
    group:
        "task"
    conda:
        ENVIRONMENT
    params:
        **stage(
            "explore",
            names=lambda wildcards: [n.name for n in PLAN.portrayed_of(wildcards.task)],
            embed_parameters=SETTINGS["explorer"]["embed_parameters"],
        ),
    script:
        "../scripts/stage.py"


rule start_page:
    input:
        runs=PLAN.path("tables/runs.csv"),
        claims=PLAN.path("tables/claims.csv"),
        record=PLAN.of(PLAN.shown, "run.json"),
        figures=rules.figures.input,
        explorers=expand(PLAN.path("explorer/{task}.html"), task=PLAN.portrayed),
        verdicts=PLAN.path("claims.html"),
        texts=[PLAN.of_task("meta.json").format(task=task) for task in PLAN.texts],
        # The page leads there.
        translators=[PLAN.path("attention.html")] if PLAN.translators else [],
        language=[PLAN.path("reading.html")] if PLAN.language_models else [],
        text_models=TEXT_PAGE,
        transformers=WITHOUT_PAGE,
    output:
        PLAN.path("index.html"),
    log:
        PLAN.path("logs/start_page.log"),
    benchmark:
        PLAN.path("benchmarks/start_page.tsv")
    conda:
        ENVIRONMENT
    params:
        **stage(
            "start_page",
            benchmarks=PLAN.benchmarks,
            claims=lambda wildcards: CLAIMS,
            shown=[list(network) for network in PLAN.shown],
            explorers=list(PLAN.portrayed),
            tasks=list(PLAN.tasks),
            overviews=[*(["headline"] if PLAN.headline else []), "manifolds", *OVERVIEWS],
            sweeps=PLAN.sweeps,
            opening="headline" if PLAN.headline else "manifolds",
            opened=[list(network) for network in PLAN.headline],
            configuration=lambda wildcards: PLAN.written(),
            shipped=shipped_file(ROOT),
        ),
    script:
        "../scripts/stage.py"


report: "../report/workflow.rst"


IS_MAIN = workflow.modifier.is_main_snakefile()


localrules:
    report,


# Snakemake's own, of everything but itself: one self-contained HTML file.
rule report:
    input:
        rules.tables.input,
        rules.figures.input,
        rules.claims.input,
    output:
        PLAN.path("report.html"),
    log:
        PLAN.path("logs/report.log"),
    conda:
        ENVIRONMENT
    params:
        # In a module nothing below `onstart` is done, so that no file holds the configuration.
        **stage(
            "report",
            asked=ASKED if IS_MAIN else lambda wildcards: asked(),
            tasks=list(PLAN.portrayed),
        ),
    script:
        "../scripts/stage.py"


# Where a run ends: what came of it, or what to do about what failed.
onsuccess:
    print(run_summary(RESULTS))


onerror:
    FAILED = failure_summary(RESULTS, logs_of(workflow.scheduler.failed))
    raise invocation.ToldError(FAILED, workflow)
