# One network a job: weights and everything needed to rebuild it.
rule train:
    input:
        train=f"{DATA}/train.parquet",
        dev=f"{DATA}/dev.parquet",
        test=f"{DATA}/test.parquet",
        vocab=f"{DATA}/vocab.json",
        meta=f"{DATA}/meta.json",
    output:
        model=f"{RUN}/model.safetensors",
        run=f"{RUN}/run.json",
        history=f"{RUN}/history.parquet",
    log:
        f"{RESULTS}/logs/train/{{task}}/{{model}}/l2-{{l2}}/seed-{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train/{{task}}/{{model}}/l2-{{l2}}/seed-{{seed}}.tsv"
    conda:
        ENVIRONMENT
    threads: SETTINGS["threads"]
    resources:
        mem_mb=2000,
        runtime=hold_minutes(60),
        gpu=0 if SETTINGS["device"] == "cpu" else 1,
    params:
        model=model_settings,
        device=SETTINGS["device"],
        fingerprint=fingerprint("train", "train.smk"),
    script:
        "../scripts/train.py"
