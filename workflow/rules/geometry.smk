# Numbers of every network, and the tables over all of them.
for BATCH in BATCHES:

    rule:
        name:
            named("geometry", BATCH)
        input:
            run=of_seeds("run.json", BATCH),
            states=of_seeds("states.npz", BATCH),
            slow=of_seeds("slow_points.npz", BATCH),
            fixed=of_seeds("fixed_points.npz", BATCH),
            linearization=of_seeds("linearization.npz", BATCH),
            integration=of_seeds("integration.json", BATCH),
            meta=of_task("meta.json"),
            words=of_task("word_statistics.json"),
            test=of_task("test.parquet"),
        output:
            geometry=of_seeds("geometry.json", BATCH),
        log:
            of_block("logs/geometry", BATCH, ".log"),
        benchmark:
            of_block("benchmarks/geometry", BATCH, ".tsv")
        wildcard_constraints:
            setting=BATCH.settings,
        group:
            "analysis"
        conda:
            ENVIRONMENT
        threads: 1
        resources:
            mem_mb=hold_memory(1000),
            runtime=hold_minutes(10, BATCH),
        params:
            fingerprint=fingerprint("geometry", "geometry.smk"),
        script:
            "../scripts/geometry.py"


# One job a task, since importing the estimators costs more than running them on one network.
rule intrinsic_dimension:
    input:
        geometry=lambda wildcards: all_runs(f"{RUN}/geometry.json", tasks=[wildcards.task]),
        states=lambda wildcards: all_runs(f"{RUN}/states.npz", tasks=[wildcards.task]),
        slow=lambda wildcards: all_runs(f"{RUN}/slow_points.npz", tasks=[wildcards.task]),
    output:
        f"{RESULTS}/tables/dimension/{{task}}.csv",
    log:
        f"{RESULTS}/logs/intrinsic_dimension/{{task}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/intrinsic_dimension/{{task}}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=hold_memory(2000),
        runtime=minutes_of_task,
    params:
        fingerprint=fingerprint("intrinsic_dimension", "geometry.smk"),
    script:
        "../scripts/intrinsic_dimension.py"


rule tabulate:
    input:
        geometry=all_runs(f"{RUN}/geometry.json"),
        dimension=expand(f"{RESULTS}/tables/dimension/{{task}}.csv", task=TRAINED),
        meta=expand(f"{DATA}/meta.json", task=TASKS),
        words=expand(f"{DATA}/word_statistics.json", task=TASKS),
        run_words=all_runs(f"{RUN}/words.parquet", tasks=TEXT_TASKS),
        hold_inputs=filled(f"{RUN}/analysis-hold-inputs/points.csv", DESIGN.hold_inputs),
    output:
        runs=report(
            f"{RESULTS}/tables/runs.csv",
            category="Tables",
            labels={"table": "one row per network"},
            caption="../report/runs.rst",
        ),
        dimension=report(
            f"{RESULTS}/tables/dimension.csv",
            category="Tables",
            labels={"table": "dimension of visited states, final states and slow points"},
            caption="../report/dimension.rst",
        ),
        tasks=report(
            f"{RESULTS}/tables/tasks.csv",
            category="Tables",
            labels={"table": "one row per task"},
            caption="../report/tasks.rst",
        ),
        predictions=f"{RESULTS}/tables/predictions.csv",
        words=f"{RESULTS}/tables/words.csv",
        hold_inputs=f"{RESULTS}/tables/hold_inputs.csv",
        sweeps=f"{RESULTS}/tables/sweeps.csv",
    log:
        f"{RESULTS}/logs/tabulate.log",
    benchmark:
        f"{RESULTS}/benchmarks/tabulate.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=hold_memory(1000 + len(DESIGN.judged)),
        runtime=hold_minutes(10 + len(DESIGN.judged) // 100),
    params:
        run_words=all_runs("{task}/{model}/{l2}/{seed}", tasks=TEXT_TASKS),
        sweeps=[[*place, *network] for *place, network in DESIGN.sweeps],
        fingerprint=fingerprint("tabulate", "geometry.smk"),
    script:
        "../scripts/tabulate.py"


localrules:
    data,
    models,
    tables,


rule data:
    input:
        expand(f"{DATA}/word_statistics.json", task=TASKS),


rule models:
    input:
        all_runs(f"{RUN}/model.safetensors"),


rule tables:
    input:
        rules.tabulate.output,
