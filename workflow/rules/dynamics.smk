# Zero-input dynamics: visited states, slow manifold, exact fixed points, linearisation; one job for the seeds of a block.
for BATCH in BATCHES:

    rule:
        name:
            named("slow_points", BATCH)
        input:
            model=of_seeds("model.safetensors", BATCH),
            run=of_seeds("run.json", BATCH),
            test=of_task("test.parquet"),
            vocab=of_task("vocab.json"),
            meta=of_task("meta.json"),
        output:
            states=of_seeds("states.npz", BATCH),
            slow=of_seeds("slow_points.npz", BATCH),
            modes=of_seeds("slow_modes.npz", BATCH),
            fixed=of_seeds("fixed_points.npz", BATCH),
        log:
            of_block("logs/slow_points", BATCH, ".log"),
        benchmark:
            of_block("benchmarks/slow_points", BATCH, ".tsv")
        wildcard_constraints:
            setting=BATCH.settings,
        group:
            "analysis"
        conda:
            ENVIRONMENT
        threads: SETTINGS["threads"]
        resources:
            mem_mb=analysis_memory,
            runtime=analysis_minutes(BATCH),
            gpu=0 if SETTINGS["device"] == "cpu" else 1,
        params:
            analysis=configuration.plain(
                {
                    key: value
                    for key, value in SETTINGS["analysis"].items()
                    if key not in ("shown_words", "spectrum_points", "hold_inputs")
                }
            ),
            device=SETTINGS["device"],
            fingerprint=fingerprint("slow_points", "dynamics.smk"),
        script:
            "../scripts/slow_points.py"

    rule:
        name:
            named("linearize", BATCH)
        input:
            model=of_seeds("model.safetensors", BATCH),
            run=of_seeds("run.json", BATCH),
            slow=of_seeds("slow_points.npz", BATCH),
            modes=of_seeds("slow_modes.npz", BATCH),
            states=of_seeds("states.npz", BATCH),
            vocab=of_task("vocab.json"),
            meta=of_task("meta.json"),
            test=of_task("test.parquet"),
            train=of_task("train.parquet"),
        output:
            linearization=of_seeds("linearization.npz", BATCH),
            integration=of_seeds("integration.json", BATCH),
            words=of_seeds("words.parquet", BATCH),
        log:
            of_block("logs/linearize", BATCH, ".log"),
        benchmark:
            of_block("benchmarks/linearize", BATCH, ".tsv")
        wildcard_constraints:
            setting=BATCH.settings,
        group:
            "analysis"
        conda:
            ENVIRONMENT
        threads: SETTINGS["threads"]
        resources:
            mem_mb=analysis_memory,
            runtime=analysis_minutes(BATCH),
            gpu=0 if SETTINGS["device"] == "cpu" else 1,
        params:
            spectrum_points=SETTINGS["analysis"]["spectrum_points"],
            shown_words=SETTINGS["analysis"]["shown_words"],
            memory_mb=SETTINGS["analysis"]["memory_mb"],
            device=SETTINGS["device"],
            fingerprint=fingerprint("linearize", "dynamics.smk"),
        script:
            "../scripts/linearize.py"


# Only where analysis.hold_inputs names some: the same network under several x*.
rule compare_hold_inputs:
    input:
        model=f"{RUN}/model.safetensors",
        run=f"{RUN}/run.json",
        states=f"{RUN}/states.npz",
        slow=f"{RUN}/slow_points.npz",
        vocab=f"{DATA}/vocab.json",
        meta=f"{DATA}/meta.json",
        test=f"{DATA}/test.parquet",
    output:
        f"{RUN}/analysis-hold-inputs/points.csv",
    log:
        f"{RESULTS}/logs/hold_inputs/{{task}}/{{model}}/l2-{{l2}}/seed-{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/hold_inputs/{{task}}/{{model}}/l2-{{l2}}/seed-{{seed}}.tsv"
    group:
        "analysis"
    conda:
        ENVIRONMENT
    threads: SETTINGS["threads"]
    resources:
        mem_mb=analysis_memory,
        runtime=analysis_minutes(),
        gpu=0 if SETTINGS["device"] == "cpu" else 1,
    params:
        names=lambda wildcards: DESIGN.hold_inputs[
            Network(wildcards.task, wildcards.model, wildcards.l2, int(wildcards.seed))
        ],
        analysis=configuration.plain(
            {
                key: SETTINGS["analysis"][key]
                for key in ("min_tau", "relax_steps", "rounds", "min_gap", "audit", "memory_mb")
            }
        ),
        device=SETTINGS["device"],
        fingerprint=fingerprint("compare_hold_inputs", "dynamics.smk"),
    script:
        "../scripts/compare_hold_inputs.py"


# One job a task: importing torch costs more than this. What figures and the explorer show beside numbers.
rule portray:
    input:
        model=portrayed_runs(f"{RUN}/model.safetensors"),
        run=portrayed_runs(f"{RUN}/run.json"),
        slow=portrayed_runs(f"{RUN}/slow_points.npz"),
        linearization=portrayed_runs(f"{RUN}/linearization.npz"),
        test=f"{DATA}/test.parquet",
        vocab=f"{DATA}/vocab.json",
        meta=f"{DATA}/meta.json",
    output:
        f"{RESULTS}/portraits/{{task}}.npz",
    log:
        f"{RESULTS}/logs/portray/{{task}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/portray/{{task}}.tsv"
    group:
        "task"
    conda:
        ENVIRONMENT
    threads: SETTINGS["threads"]
    resources:
        mem_mb=hold_memory(2000),
        runtime=hold_minutes(20),
        gpu=0 if SETTINGS["device"] == "cpu" else 1,
    params:
        names=portrayed_runs("{model}/l2-{l2}/seed-{seed}"),
        held_out=SETTINGS["explorer"]["held_out"],
        sentences=lambda wildcards: SETTINGS["explorer"]["sentences"].get(wildcards.task, []),
        device=SETTINGS["device"],
        fingerprint=fingerprint("portray", "dynamics.smk"),
    script:
        "../scripts/portray.py"
