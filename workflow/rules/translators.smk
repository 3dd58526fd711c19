# Networks that translate: an encoder and a decoder, with attention or without. Where a
# configuration has none, none of these is part of the graph. Their training and analysis stand with
# those of classifiers in networks.smk, their tables, figures and explorer in others.smk.


# Verdicts first, then figures, and the first network of every task and model.
rule attention_page:
    input:
        translators=PLAN.path("tables/translators.csv"),
        claims=PLAN.path("tables/claims_attention.csv"),
        figures=expand(PLAN.path("figures/{figure}.png"), figure=OVER_TRANSLATORS),
        panels=PLAN.of(PLAN.first_translators, "attention.png"),
    output:
        PLAN.path("attention.html"),
    log:
        PLAN.path("logs/attention_page.log"),
    benchmark:
        PLAN.path("benchmarks/attention_page.tsv")
    conda:
        ENVIRONMENT
    params:
        **stage(
            "attention_page",
            claims=claims_asked("claims_attention"),
            start=bool(PLAN.tabled),
            explorer="phrases.html",
        ),
    script:
        "../scripts/stage.py"


localrules:
    translators,


# All that there is of them; nothing where there are none.
rule translators:
    input:
        rules.attention_page.output if PLAN.translators else [],
        rules.explore_phrases.output if PLAN.translators else [],
        PLAN.of(PLAN.shown_translators, "attention.png"),
