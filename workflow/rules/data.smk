# Sentences of every task, and what word counts alone predict.
SENTENCES = [f"{DATA}/{split}.parquet" for split in ("train", "dev", "test")]


rule prepare_synthetic:
    output:
        SENTENCES,
        f"{DATA}/vocab.json",
        f"{DATA}/meta.json",
    log:
        f"{RESULTS}/logs/prepare/{{task}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/prepare/{{task}}.tsv"
    wildcard_constraints:
        task=task_names(text=False),
    group:
        "data"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=hold_memory(1000),
        runtime=hold_minutes(10),
    params:
        task=lambda wildcards: configuration.plain(TASKS[wildcards.task]),
        fingerprint=fingerprint("prepare_synthetic", "data.smk"),
    script:
        "../scripts/prepare_synthetic.py"


rule prepare_text:
    input:
        unpack(lambda wildcards: TASKS[wildcards.task].get("files", {})),
    output:
        SENTENCES,
        f"{DATA}/vocab.json",
        f"{DATA}/meta.json",
    log:
        f"{RESULTS}/logs/prepare/{{task}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/prepare/{{task}}.tsv"
    wildcard_constraints:
        task=task_names(text=True),
    group:
        "data"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory_of_texts,
        runtime=minutes_of_texts,
    params:
        task=lambda wildcards: configuration.plain(
            {key: value for key, value in TASKS[wildcards.task].items() if key != "files"}
        ),
        data_folder=SETTINGS["data_folder"],
        fingerprint=fingerprint("prepare_text", "data.smk"),
    script:
        "../scripts/prepare_text.py"


rule word_statistics:
    input:
        train=f"{DATA}/train.parquet",
        test=f"{DATA}/test.parquet",
        vocab=f"{DATA}/vocab.json",
        meta=f"{DATA}/meta.json",
    output:
        f"{DATA}/word_statistics.json",
    log:
        f"{RESULTS}/logs/word_statistics/{{task}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/word_statistics/{{task}}.tsv"
    group:
        "data"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=memory_of_texts,
        runtime=minutes_of_texts,
    params:
        fingerprint=fingerprint("word_statistics", "data.smk"),
    script:
        "../scripts/word_statistics.py"
