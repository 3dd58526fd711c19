# Language models: networks that say the next word of a source whose hidden state is known. Where a
# configuration has none, none of these is part of the graph.


# One row per network.
rule tabulate_language:
    input:
        language=PLAN.of(PLAN.language_models, "language.json"),
    output:
        PLAN.path("tables/language.csv"),
    log:
        PLAN.path("logs/tabulate_language.log"),
    benchmark:
        PLAN.path("benchmarks/tabulate_language.tsv")
    conda:
        ENVIRONMENT
    params:
        **stage("tabulate_language"),
    script:
        "../scripts/stage.py"


localrules:
    language,


# All that there is of them; nothing where there are none.
rule language:
    input:
        rules.tabulate_language.output if PLAN.language_models else [],
