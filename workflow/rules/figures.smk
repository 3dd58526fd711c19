# Figures: a panel and a page per network, figures per task, over all networks and of sweeps. None
# imports torch.
ARRAYS = ("run", "geometry", "states", "slow_points", "slow_modes", "fixed_points", "linearization")
KINDS = ["png", *PLAN.vector]
BESIDE = [*PLAN.vector, "csv"]  # the data of a figure too
OF_GALLERY = ("run", "states", "slow_points", "geometry")


for BLOCK in PLAN.blocks("plot_network"):

    rule:
        name:
            BLOCK.rule
        input:
            **BLOCK.input,
        output:
            panel=[in_report(*panel) for panel in BLOCK.panels],
            index=BLOCK.output["index"],
        log:
            BLOCK.log,
        benchmark:
            BLOCK.benchmark
        wildcard_constraints:
            task=BLOCK.task_pattern,
        group:
            "analysis"
        conda:
            ENVIRONMENT
        resources:
            **LIMITS.of_block(BLOCK),
        params:
            **networks_stage(BLOCK),
        script:
            "../scripts/networks.py"


# What the paper and its talk draw of one network, a panel per model: the first network of each.
rule plot_task:
    input:
        **PLAN.of_task_networks(PLAN.first_of, ARRAYS),
        snapshots=lambda wildcards: PLAN.of(
            PLAN.followed_of(PLAN.first_of(wildcards.task)), "snapshots.npz"
        ),
        portraits=PLAN.path("portraits/{task}.npz"),
        distances=PLAN.path("tables/distances/{task}.csv"),
        meta=PLAN.of_task("meta.json"),
        vocab=PLAN.of_task("vocab.json"),
    output:
        report(
            directory(PLAN.path("figures/{task}")),
            patterns=["{figure}.png"],
            category=CATEGORIES["Tasks"],
            subcategory="{task}",
            labels={"figure": "{figure}"},
            caption="../report/task.rst",
        ),
    log:
        PLAN.path("logs/plot_task/{task}.log"),
    benchmark:
        PLAN.path("benchmarks/plot_task/{task}.tsv")
    group:
        "task"
    conda:
        ENVIRONMENT
    params:
        **stage("plot_task", formats=KINDS),
    script:
        "../scripts/stage.py"


rule plot_overview:
    input:
        **{n: PLAN.path(f"tables/{n}.csv") for n in ("runs", "tasks", "dimension", "multiverse")},
    output:
        **{
            name: in_report(*PLAN.overview_figure(name, OVERVIEWS.index(name) + 3))
            for name in OVERVIEWS
        },
        vector=expand(PLAN.path("figures/{name}.{kind}"), name=OVERVIEWS, kind=BESIDE),
    log:
        PLAN.path("logs/plot_overview.log"),
    benchmark:
        PLAN.path("benchmarks/plot_overview.tsv")
    conda:
        ENVIRONMENT
    params:
        **stage("plot_overview", formats=KINDS, shown=[list(network) for network in PLAN.overview]),
    script:
        "../scripts/stage.py"


# One network per task and model stands for all: the first L2 and the first seed.
use rule plot_overview as plot_gallery with:
    input:
        **PLAN.of_networks(PLAN.first, OF_GALLERY),
        meta=PLAN.of_their_tasks(PLAN.first, "meta.json"),
    output:
        png=in_report(*PLAN.overview_figure("manifolds", 2)),
        vector=expand(PLAN.path("figures/manifolds.{kind}"), kind=BESIDE),
    log:
        PLAN.path("logs/plot_gallery.log"),
    benchmark:
        PLAN.path("benchmarks/plot_gallery.tsv")
    params:
        **stage("plot_gallery", formats=KINDS),


# As many unordered classes as ordered ones, in the same cell: what the talk begins with. Its
# wildcard has one value: a rule without any is run whenever it is named (--forcerun), even where
# there is no pair.
use rule plot_overview as plot_headline with:
    input:
        **PLAN.of_networks(PLAN.headline, OF_GALLERY),
        meta=PLAN.of_their_tasks(PLAN.headline, "meta.json"),
    output:
        png=in_report(*PLAN.overview_figure("headline", 1, "{headline}")),
        vector=expand(PLAN.path("figures/{{headline}}.{kind}"), kind=BESIDE),
    log:
        PLAN.path("logs/plot_{headline}.log"),
    benchmark:
        PLAN.path("benchmarks/plot_{headline}.tsv")
    wildcard_constraints:
        headline="headline",
    params:
        **stage("plot_headline", formats=KINDS),


use rule plot_overview as plot_sweeps with:
    input:
        PLAN.path("tables/sweeps.csv"),
    output:
        **{f"sweep_{name}": in_report(*PLAN.sweep_figure(name)) for name in PLAN.sweeps},
        vector=expand(PLAN.path("figures/sweep_{name}.{kind}"), name=PLAN.sweeps, kind=BESIDE),
    log:
        PLAN.path("logs/plot_sweeps.log"),
    benchmark:
        PLAN.path("benchmarks/plot_sweeps.tsv")
    params:
        **stage("plot_sweeps", formats=KINDS, sweeps=PLAN.sweeps),


localrules:
    figures,


rule figures:
    input:
        PLAN.of(PLAN.shown, "panel.png"),
        [*rules.plot_overview.output, *rules.plot_gallery.output] if PLAN.tabled else [],
        expand(PLAN.path("figures/{task}"), task=PLAN.portrayed),
        expand(PLAN.path("figures/headline.{kind}"), kind=KINDS if PLAN.headline else ()),
        rules.plot_sweeps.output if PLAN.sweeps else [],
        rules.plot_translators.output if PLAN.translators else [],
        PLAN.of(PLAN.shown_translators, "attention.png"),
        rules.plot_languages.output if PLAN.language_models else [],
        PLAN.of(PLAN.shown_language_models, "language_panel.png"),
        TEXT_PANELS,
        WITHOUT_DRAWN if TRANSFORMERS else [],
