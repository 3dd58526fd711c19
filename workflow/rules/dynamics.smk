# Zero-input dynamics of one network: visited states, slow manifold, exact fixed points, linearisation.
rule slow_points:
    input:
        model=f"{RUN}/model.safetensors",
        run=f"{RUN}/run.json",
        test=f"{DATA}/test.parquet",
        vocab=f"{DATA}/vocab.json",
        meta=f"{DATA}/meta.json",
    output:
        states=f"{RUN}/states.npz",
        slow=f"{RUN}/slow_points.npz",
        modes=f"{RUN}/slow_modes.npz",
        fixed=f"{RUN}/fixed_points.npz",
    log:
        f"{RESULTS}/logs/slow_points/{{task}}/{{model}}/l2-{{l2}}/seed-{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/slow_points/{{task}}/{{model}}/l2-{{l2}}/seed-{{seed}}.tsv"
    conda:
        ENVIRONMENT
    threads: SETTINGS["threads"]
    resources:
        mem_mb=2000,
        runtime=hold_minutes(20),
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


rule linearize:
    input:
        model=f"{RUN}/model.safetensors",
        run=f"{RUN}/run.json",
        slow=f"{RUN}/slow_points.npz",
        modes=f"{RUN}/slow_modes.npz",
        vocab=f"{DATA}/vocab.json",
        meta=f"{DATA}/meta.json",
        test=f"{DATA}/test.parquet",
        train=f"{DATA}/train.parquet",
        states=f"{RUN}/states.npz",
    output:
        linearization=f"{RUN}/linearization.npz",
        integration=f"{RUN}/integration.json",
        words=f"{RUN}/words.parquet",
    log:
        f"{RESULTS}/logs/linearize/{{task}}/{{model}}/l2-{{l2}}/seed-{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/linearize/{{task}}/{{model}}/l2-{{l2}}/seed-{{seed}}.tsv"
    conda:
        ENVIRONMENT
    threads: SETTINGS["threads"]
    resources:
        mem_mb=2000,
        runtime=hold_minutes(20),
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
    conda:
        ENVIRONMENT
    threads: SETTINGS["threads"]
    resources:
        mem_mb=2000,
        runtime=hold_minutes(20),
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
    conda:
        ENVIRONMENT
    threads: SETTINGS["threads"]
    resources:
        mem_mb=2000,
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
