# Sentences of every task, and what word counts alone predict.
TEXTS = [PLAN.of_task(f"texts/{split}.parquet") for split in ("train", "dev", "test")]
PAIRS = [PLAN.of_task(f"pairs/{split}.parquet") for split in ("train", "dev", "test")]
FROM_FILES = {
    "task": lambda wildcards: PLAN.text_options(wildcards.task),
    # Files replaced by older ones are computed again, too.
    "data_sha256": lambda wildcards: data_hashes(wildcards.task),
}
SENTENCES = [PLAN.of_task(f"{split}.parquet") for split in ("train", "dev", "test")]


rule prepare_synthetic:
    output:
        SENTENCES,
        PLAN.of_task("vocab.json"),
        PLAN.of_task("meta.json"),
    log:
        PLAN.path("logs/prepare/{task}.log"),
    benchmark:
        PLAN.path("benchmarks/prepare/{task}.tsv")
    wildcard_constraints:
        task=PLAN.task_pattern("synthetic"),
    group:
        "data"
    conda:
        ENVIRONMENT
    params:
        **stage("prepare_synthetic", task=lambda wildcards: plain(PLAN.tasks[wildcards.task])),
    script:
        "../scripts/stage.py"


use rule prepare_synthetic as prepare_text with:
    input:
        unpack(lambda wildcards: PLAN.tasks[wildcards.task].get("files", {})),
    wildcard_constraints:
        task=PLAN.task_pattern("text"),
    resources:
        mem_mb=LIMITS.texts_mb,
        runtime=LIMITS.texts_minutes,
    params:
        **stage("prepare_text", data_folder=SETTINGS["data_folder"], **FROM_FILES),


# Pairs of phrases, for networks that translate.
use rule prepare_synthetic as prepare_pairs with:
    input:
        unpack(lambda wildcards: PLAN.tasks[wildcards.task].get("files", {})),
    output:
        PAIRS,
        PLAN.of_task("pairs/vocab.json"),
        PLAN.of_task("meta.json"),
    wildcard_constraints:
        task=PLAN.task_pattern("pairs"),
    params:
        **stage("prepare_pairs", **FROM_FILES),


# Texts of sources of words, for language models.
use rule prepare_synthetic as prepare_source with:
    output:
        TEXTS,
        PLAN.of_task("texts/vocab.json"),
        PLAN.of_task("meta.json"),
    wildcard_constraints:
        task=PLAN.task_pattern("sources"),
    params:
        **stage("prepare_source", task=lambda wildcards: plain(PLAN.tasks[wildcards.task])),


# The same of running text, whose source nobody knows.
use rule prepare_text as prepare_running_text with:
    output:
        TEXTS,
        PLAN.of_task("texts/vocab.json"),
        PLAN.of_task("meta.json"),
    wildcard_constraints:
        task=PLAN.task_pattern("running"),
    params:
        **stage("prepare_running_text", data_folder=SETTINGS["data_folder"], **FROM_FILES),


rule word_statistics:
    input:
        train=PLAN.of_task("train.parquet"),
        test=PLAN.of_task("test.parquet"),
        vocab=PLAN.of_task("vocab.json"),
        meta=PLAN.of_task("meta.json"),
    output:
        PLAN.of_task("word_statistics.json"),
    log:
        PLAN.path("logs/word_statistics/{task}.log"),
    benchmark:
        PLAN.path("benchmarks/word_statistics/{task}.tsv")
    group:
        "data"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=LIMITS.texts_mb,
        runtime=LIMITS.texts_minutes,
    params:
        **stage("word_statistics"),
    script:
        "../scripts/stage.py"


localrules:
    data,


rule data:
    input:
        expand(PLAN.of_task("word_statistics.json"), task=PLAN.classified),
        expand(PLAN.of_task("meta.json"), task=[*PLAN.paired, *PLAN.sources, *PLAN.running]),
