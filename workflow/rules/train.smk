# Weights and everything needed to rebuild a network; one job for the seeds of a block.
for BATCH in BATCHES:

    rule:
        name:
            named("train", BATCH)
        input:
            train=of_task("train.parquet"),
            dev=of_task("dev.parquet"),
            test=of_task("test.parquet"),
            vocab=of_task("vocab.json"),
            meta=of_task("meta.json"),
        output:
            model=of_seeds("model.safetensors", BATCH),
            run=of_seeds("run.json", BATCH),
            history=of_seeds("history.parquet", BATCH),
        log:
            of_block("logs/train", BATCH, ".log"),
        benchmark:
            of_block("benchmarks/train", BATCH, ".tsv")
        wildcard_constraints:
            setting=BATCH.settings,
        group:
            "training"
        conda:
            ENVIRONMENT
        threads: SETTINGS["threads"]
        resources:
            mem_mb=training_memory,
            runtime=training_minutes(BATCH),
            gpu=0 if SETTINGS["device"] == "cpu" else 1,
        params:
            model=model_settings,
            device=SETTINGS["device"],
            fingerprint=fingerprint("train", "train.smk"),
        script:
            "../scripts/train.py"
