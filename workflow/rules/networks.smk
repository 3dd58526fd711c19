# The stages of every network. A job of a stage holds many networks of one task; rules are named by
# what they hold.


# Training: weights and everything needed to rebuild a network, of followed ones weights on the way
# too, of readouts that look back their query; of one trained elsewhere its import.
MAKING = (
    *("train", "train_followed", "train_pooled", "import_network"),
    *("train_translator", "train_language_model", "train_text_model"),
    *("train_transformer", "train_transformer_lm"),
)

# The analysis: a rule for each of
#   slow_points          fixed-point search: visited states, slow manifold, exact fixed points
#   linearize            eigen-analysis: linearised dynamics, integration, effects of words
#   compare_hold_inputs  the same network under several x*, where analysis.hold_inputs names some
#   geometry             all numbers of a network
#   snapshots            the manifold during training, where training.snapshots asks for it
# and of networks that translate
#   components           means of states by place and word, nine terms of alignments, causes
#   plot_attention       attention, its temporal part and the shares of a network as a panel
# and of language models
#   language_geometry    what they hold of their source, where they come to rest, causes
#   text_reading         a few texts word by word, for the next one and the explorer
#   plot_language        a network at a glance as a panel
#   text_model_numbers   what those of running text hold of it
#   read_running_text    a few texts word by word, for the explorer
# and of networks without a step, and beside them of those that read the same tasks by steps
#   transformer_numbers, transformer_lm_numbers   what needs no step
#   read_sums, read_beliefs   a few texts place by place, for figures and the explorer
CLASSIFYING = ("slow_points", "linearize", "compare_hold_inputs", "geometry", "snapshots")
OF_OTHERS = (
    *("components", "plot_attention"),
    *("language_geometry", "text_reading", "plot_language", "text_model_numbers"),
    *("transformer_numbers", "beside_transformers"),
    *("transformer_lm_numbers", "beside_transformer_lms"),
    *("read_sums", "read_sums_beside", "read_beliefs", "read_beliefs_beside"),
    "read_running_text",
)


for BLOCK in PLAN.blocks(*MAKING, *CLASSIFYING, *OF_OTHERS):

    rule:
        name:
            BLOCK.rule
        input:
            **BLOCK.input,
        output:
            **BLOCK.output,
        log:
            BLOCK.log,
        benchmark:
            BLOCK.benchmark
        wildcard_constraints:
            task=BLOCK.task_pattern,
        group:
            "training" if BLOCK.stage in MAKING else "analysis"
        conda:
            ENVIRONMENT
        threads: SETTINGS["threads"]
        resources:
            **LIMITS.of_block(BLOCK),
        params:
            **networks_stage(BLOCK),
        script:
            "../scripts/networks.py"


PORTRAYED = ("model", "run", "slow_points", "linearization")


# One job a task. What figures and the explorer show beside numbers: flow, kicks and sentences read
# word by word.
rule portray:
    input:
        unpack(lambda wildcards: PLAN.tokenizer_of(wildcards.task)),
        **PLAN.of_task_networks(PLAN.portrayed_of, PORTRAYED),
        test=PLAN.of_task("test.parquet"),
        vocab=PLAN.of_task("vocab.json"),
        meta=PLAN.of_task("meta.json"),
    output:
        PLAN.path("portraits/{task}.npz"),
    log:
        PLAN.path("logs/portray/{task}.log"),
    benchmark:
        PLAN.path("benchmarks/portray/{task}.tsv")
    group:
        "task"
    conda:
        ENVIRONMENT
    threads: SETTINGS["threads"]
    resources:
        mem_mb=LIMITS.portray_mb,
        gpu=LIMITS.gpu,
    params:
        **stage(
            "portray",
            names=lambda wildcards: [n.name for n in PLAN.portrayed_of(wildcards.task)],
            held_out=SETTINGS["explorer"]["held_out"],
            sentences=lambda wildcards: PLAN.own_sentences(wildcards.task),
            device=SETTINGS["device"],
            threads=SETTINGS["threads"],
        ),
    script:
        "../scripts/stage.py"


localrules:
    models,


rule models:
    input:
        PLAN.of(PLAN.networks, "model.safetensors"),
