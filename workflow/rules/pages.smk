# Pages beside Snakemake's report: the explorer of every task, and the start page of the results.
EXPLORER_PARTS = ("run", "states", "slow_points", "slow_modes")


rule explore:
    input:
        **{name: portrayed_runs(f"{RUN}/{name}.{PORTRAIT_FILES[name]}") for name in EXPLORER_PARTS},
        model=portrayed_runs(f"{RUN}/model.safetensors"),
        portraits=f"{RESULTS}/portraits/{{task}}.npz",
        meta=f"{DATA}/meta.json",
        vocab=f"{DATA}/vocab.json",
    output:
        f"{RESULTS}/explorer/{{task}}.html",
    log:
        f"{RESULTS}/logs/explore/{{task}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/explore/{{task}}.tsv"
    group:
        "task"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=hold_memory(1000),
        runtime=hold_minutes(10),
    params:
        names=portrayed_runs("{model}/l2-{l2}/seed-{seed}"),
        embed_parameters=SETTINGS["explorer"]["embed_parameters"],
        templates=lambda wildcards: explorer_templates(),
        fingerprint=fingerprint("explore", "pages.smk"),
    script:
        "../scripts/explore.py"


rule start_page:
    input:
        runs=f"{RESULTS}/tables/runs.csv",
        claims=f"{RESULTS}/tables/claims.csv",
        record=shown_runs(f"{RUN}/run.json"),
        figures=rules.figures.input,
        sweeps=rules.plot_sweeps.output if SWEEPS else [],
        explorers=expand(f"{RESULTS}/explorer/{{task}}.html", task=PORTRAYED),
        verdicts=f"{RESULTS}/claims.html",
    output:
        f"{RESULTS}/index.html",
    log:
        f"{RESULTS}/logs/start_page.log",
    benchmark:
        f"{RESULTS}/benchmarks/start_page.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=hold_memory(1000),
        runtime=hold_minutes(10),
    params:
        benchmarks=own_benchmarks(),
        claims=lambda wildcards: configuration.plain(CLAIMS),
        shown=[list(network) for network in SHOWN],
        explorers=list(PORTRAYED),
        overviews=[*(["headline"] if HEADLINE else []), "manifolds", *OVERVIEWS],
        sweeps=SWEEPS,
        opening="headline" if HEADLINE else "manifolds",
        configuration=lambda wildcards: written_configuration(),
        templates=lambda wildcards: page_templates("index.html.jinja", "grid.html.jinja", "sort.js"),
        fingerprint=fingerprint("start_page", "pages.smk"),
    script:
        "../scripts/start_page.py"
