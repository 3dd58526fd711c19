# Figures: a panel and a page per network, figures per task, and over all networks. None of them imports torch.
OVERVIEWS = [
    "dimension_overview",
    "readout_angles",
    "accuracy_cliff",
    "time_constants",
    "predicted_dimension",
    "estimators",
]


# Files of one network that its figures read.
PORTRAIT_FILES = {
    "run": "json", "geometry": "json", "states": "npz", "slow_points": "npz", "slow_modes": "npz", "fixed_points": "npz",
    "linearization": "npz",
}  # fmt: skip


HEADLINE = headline_pair()


rule plot_network:
    input:
        run=f"{RUN}/run.json",
        history=f"{RUN}/history.parquet",
        states=f"{RUN}/states.npz",
        slow_points=f"{RUN}/slow_points.npz",
        fixed_points=f"{RUN}/fixed_points.npz",
        linearization=f"{RUN}/linearization.npz",
        geometry=f"{RUN}/geometry.json",
        meta=f"{DATA}/meta.json",
        vocab=f"{DATA}/vocab.json",
        statistics=f"{DATA}/word_statistics.json",
    output:
        panel=report(
            f"{RUN}/panel.png",
            category="Networks",
            subcategory="{task}",
            labels={"model": "{model}", "L2": "{l2}", "seed": "{seed}"},
            caption="../report/panel.rst",
        ),
        page=f"{RUN}/index.html",
    log:
        f"{RESULTS}/logs/plot_network/{{task}}/{{model}}/l2-{{l2}}/seed-{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_network/{{task}}/{{model}}/l2-{{l2}}/seed-{{seed}}.tsv"
    group:
        "analysis"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=hold_memory(1000),
        runtime=hold_minutes(10),
    params:
        explorer=is_portrayed,
        templates=lambda wildcards: page_templates("network.html.jinja"),
        fingerprint=fingerprint("plot_network", "figures.smk"),
    script:
        "../scripts/plot_network.py"


rule plot_overview:
    input:
        runs=f"{RESULTS}/tables/runs.csv",
        tasks=f"{RESULTS}/tables/tasks.csv",
        dimension=f"{RESULTS}/tables/dimension.csv",
    output:
        **{name: overview_output(name) for name in OVERVIEWS},
        vector=expand(f"{RESULTS}/figures/{{name}}.{{kind}}", name=OVERVIEWS, kind=VECTOR),
    log:
        f"{RESULTS}/logs/plot_overview.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_overview.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=hold_memory(1000),
        runtime=hold_minutes(10),
    params:
        shown=[list(network) for network in DESIGN.judged if not is_control(network)],
        fingerprint=fingerprint("plot_overview", "figures.smk"),
    script:
        "../scripts/plot_overview.py"


# One network per task and model stands for all: the first L2 and the first seed.
rule plot_gallery:
    input:
        run=first_runs(f"{RUN}/run.json"),
        states=first_runs(f"{RUN}/states.npz"),
        slow_points=first_runs(f"{RUN}/slow_points.npz"),
        geometry=first_runs(f"{RUN}/geometry.json"),
        meta=first_runs(f"{DATA}/meta.json"),
    output:
        png=overview_output("manifolds"),
        vector=expand(f"{RESULTS}/figures/manifolds.{{kind}}", kind=VECTOR),
    log:
        f"{RESULTS}/logs/plot_gallery.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_gallery.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=hold_memory(1000),
        runtime=hold_minutes(10),
    params:
        fingerprint=fingerprint("plot_gallery", "figures.smk"),
    script:
        "../scripts/plot_gallery.py"


# What the paper and its talk draw of one network, a panel per model: the first network of each.
rule plot_task:
    input:
        **{
            name: lambda wildcards, file=f"{name}.{kind}": filled(f"{RUN}/{file}", first_of(wildcards.task))
            for name, kind in PORTRAIT_FILES.items()
        },
        portraits=f"{RESULTS}/portraits/{{task}}.npz",
        meta=f"{DATA}/meta.json",
        vocab=f"{DATA}/vocab.json",
    output:
        report(
            directory(f"{RESULTS}/figures/{{task}}"),
            patterns=["{figure}.png"],
            category="Tasks",
            subcategory="{task}",
            labels={"figure": "{figure}"},
            caption="../report/task.rst",
        ),
    log:
        f"{RESULTS}/logs/plot_task/{{task}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_task/{{task}}.tsv"
    group:
        "task"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=hold_memory(1000),
        runtime=hold_minutes(10),
    params:
        fingerprint=fingerprint("plot_task", "figures.smk"),
    script:
        "../scripts/plot_task.py"


# As many unordered classes as ordered ones, in the same cell: what the talk begins with.
# Its wildcard has one value: a rule without any is run whenever it is named (--forcerun), even where there is no such pair.
rule plot_headline:
    input:
        run=filled(f"{RUN}/run.json", HEADLINE),
        states=filled(f"{RUN}/states.npz", HEADLINE),
        slow_points=filled(f"{RUN}/slow_points.npz", HEADLINE),
        geometry=filled(f"{RUN}/geometry.json", HEADLINE),
        meta=filled(f"{DATA}/meta.json", HEADLINE),
    output:
        png=overview_output("headline", pattern="{headline}"),
        vector=expand(f"{RESULTS}/figures/{{{{headline}}}}.{{kind}}", kind=VECTOR),
    log:
        f"{RESULTS}/logs/plot_{{headline}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_{{headline}}.tsv"
    wildcard_constraints:
        headline="headline",
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=hold_memory(1000),
        runtime=hold_minutes(10),
    params:
        fingerprint=fingerprint("plot_headline", "figures.smk"),
    script:
        "../scripts/plot_headline.py"


localrules:
    figures,


rule figures:
    input:
        shown_runs(f"{RUN}/panel.png"),
        rules.plot_overview.output,
        rules.plot_gallery.output,
        expand(f"{RESULTS}/figures/{{task}}", task=PORTRAYED),
        expand(f"{RESULTS}/figures/headline.{{kind}}", kind=("png", *VECTOR)) if HEADLINE else [],
