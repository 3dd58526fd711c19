# Figures: one panel per network, and figures over all networks. None of them imports torch.
OVERVIEWS = [
    "dimension_overview",
    "readout_angles",
    "accuracy_cliff",
    "time_constants",
    "predicted_dimension",
    "estimators",
]


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
    output:
        report(
            f"{RUN}/panel.png",
            category="Networks",
            subcategory="{task}",
            labels={"model": "{model}", "L2": "{l2}", "seed": "{seed}"},
            caption="../report/panel.rst",
        ),
    log:
        f"{RESULTS}/logs/plot_network/{{task}}/{{model}}/l2-{{l2}}/seed-{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_network/{{task}}/{{model}}/l2-{{l2}}/seed-{{seed}}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=1000,
        runtime=hold_minutes(10),
    params:
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
        pdf=expand(f"{RESULTS}/figures/{{name}}.pdf", name=OVERVIEWS),
    log:
        f"{RESULTS}/logs/plot_overview.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_overview.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=1000,
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
        pdf=f"{RESULTS}/figures/manifolds.pdf",
    log:
        f"{RESULTS}/logs/plot_gallery.log",
    benchmark:
        f"{RESULTS}/benchmarks/plot_gallery.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=1000,
        runtime=hold_minutes(10),
    params:
        fingerprint=fingerprint("plot_gallery", "figures.smk"),
    script:
        "../scripts/plot_gallery.py"


localrules:
    figures,


rule figures:
    input:
        shown_runs(f"{RUN}/panel.png"),
        rules.plot_overview.output,
        rules.plot_gallery.output,
