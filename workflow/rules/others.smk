# Tables of networks that classify nothing, and verdicts on claims about them. Where a configuration
# has none of a kind, none of its rules is part of the graph.
#   translators   networks that translate
#   language      language models: networks that say the next word
OTHERS = {
    "translators": (TRANSLATOR, "translation", "claims_attention"),
    "language": (LANGUAGE_MODEL, "language", "claims_language"),
}


for NAME, (KIND, NUMBERS, CLAIMED) in OTHERS.items():

    # One row per network.
    rule:
        name:
            f"tabulate_{NAME}"
        input:
            **{NUMBERS: PLAN.of(PLAN.of_kind(KIND), f"{NUMBERS}.json")},
        output:
            PLAN.path(f"tables/{NAME}.csv"),
        log:
            PLAN.path(f"logs/tabulate_{NAME}.log"),
        benchmark:
            PLAN.path(f"benchmarks/tabulate_{NAME}.tsv")
        conda:
            ENVIRONMENT
        params:
            **stage(f"tabulate_{NAME}"),
        script:
            "../scripts/stage.py"

    # The verdicts on claims about them.
    rule:
        name:
            f"judge_{NAME}"
        input:
            **{NAME: PLAN.path(f"tables/{NAME}.csv")},
        output:
            PLAN.path(f"tables/{CLAIMED}.csv"),
        log:
            PLAN.path(f"logs/judge_{NAME}.log"),
        benchmark:
            PLAN.path(f"benchmarks/judge_{NAME}.tsv")
        conda:
            ENVIRONMENT
        params:
            **stage(
                f"judge_{NAME}",
                claims=claims_asked(CLAIMED),
                judged=[list(n) for n in PLAN.of_kind(KIND, PLAN.design.judged)],
            ),
        script:
            "../scripts/stage.py"


localrules:
    language,


# All that there is of language models; nothing where there are none.
rule language:
    input:
        rules.judge_language.output if PLAN.language_models else [],
