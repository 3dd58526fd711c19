# Tables of networks that classify nothing, verdicts on claims about them, their figures and the
# explorer in which they go through texts. Where a configuration has none of a kind, none of its
# rules is part of the graph.
#   translators   networks that translate
#   language      language models: networks that say the next word
#   language_text those of running text
OTHERS = {
    "translators": (TRANSLATOR, "translation", "claims_attention"),
    "language": (LANGUAGE_MODEL, "language", "claims_language"),
    "language_text": (TEXT_MODEL, "text_model", "claims_language_text"),
}
# Figures over all of a kind, and the stage that draws them; a rule whose name begins with plot_ is
# what `make figures` draws, and none is here for nothing.
OVER_ALL = {
    "translators": ("plot_translators", ("attention_dial", "attention_terms")),
    "language": ("plot_languages", ("language_overview",)),
}
OVER_TRANSLATORS = OVER_ALL["translators"][1]
# The first networks of every task and model go through texts a step at a time.
OF_TEXTS = ["meta.json", "texts/vocab.json"]
READINGS = ["language.json", "beliefs.npz", "reading.npz"]
EXPLORED_OTHERS = {
    "explore_phrases": (TRANSLATOR, "phrases.html", ["components.npz"], ["pairs/vocab.json"]),
    "explore_reading": (LANGUAGE_MODEL, "reading.html", READINGS, OF_TEXTS),
    "explore_reading_text": (
        *(TEXT_MODEL, "reading_text.html", ["text_model.json", "text_read.npz"], OF_TEXTS),
    ),
}
LANGUAGE_FIGURE = PLAN.path("figures/language_overview.png")
MORE_READ = {"explore_reading": {"figure": LANGUAGE_FIGURE}}
SUMMED, BELIEVED = map(PLAN.read_by_place, (TRANSFORMER, TRANSFORMER_LM))
LEADS = {"start": bool(PLAN.tabled), "reading": bool(PLAN.language_models)}
TEXTS_SHOWN = PLAN.shown_of(TEXT_MODEL)
MORE_TOLD = {
    "explore_reading": {
        **{"start": LEADS["start"], "texts": bool(TEXTS_SHOWN)},
        "transformers": bool(SUMMED or BELIEVED),
    },
    "explore_reading_text": LEADS,
}
KINDS_DRAWN = ["png", *PLAN.vector]
JOBS = []  # of each the name of its stage, what it reads, writes and is told


for NAME, (KIND, NUMBERS, CLAIMED) in OTHERS.items():
    NETWORKS, TABLE = PLAN.of_kind(KIND), PLAN.path(f"tables/{NAME}.csv")
    JUDGED = [list(n) for n in PLAN.of_kind(KIND, PLAN.design.judged)]
    STAGE, DRAWN = OVER_ALL.get(NAME, ("", ()))
    FILES = expand(PLAN.path("figures/{name}.{kind}"), name=DRAWN, kind=[*KINDS_DRAWN, "csv"])
    JOBS += [(f"tabulate_{NAME}", {NUMBERS: PLAN.of(NETWORKS, f"{NUMBERS}.json")}, TABLE, {})]
    TOLD = {"claims": claims_asked(CLAIMED), "judged": JUDGED}
    JOBS += [(f"judge_{NAME}", {NAME: TABLE}, PLAN.path(f"tables/{CLAIMED}.csv"), TOLD)]
    if DRAWN and NETWORKS:
        JOBS += [(STAGE, {NAME: TABLE}, FILES, {"formats": KINDS_DRAWN, "tasks": [*PLAN.tasks]})]


# Networks without a step, and beside them those that read the same tasks by steps.
WITHOUT_STEP = {
    "transformers": (TRANSFORMER, "geometry"),
    "transformers_language": (TRANSFORMER_LM, "language"),
}
TRANSFORMERS = {
    n: PLAN.path(f"tables/{n}.csv") for n, (kind, _) in WITHOUT_STEP.items() if PLAN.of_kind(kind)
}
READ_WITHOUT = sorted({network.task for network in PLAN.of_kind(TRANSFORMER)})
JUDGED_WITHOUT = {
    **TRANSFORMERS,
    "meta": expand(PLAN.of_task("meta.json"), task=READ_WITHOUT),
}
TOLD = {
    "claims": claims_asked("claims_transformers"),
    "judged": [list(network) for network in PLAN.design.judged],
}
CLAIMED = PLAN.path("tables/claims_transformers.csv")
JOBS += [("judge_transformers", JUDGED_WITHOUT, CLAIMED, TOLD)]
for NAME, (KIND, BY_STEP) in WITHOUT_STEP.items():
    BESIDE = PLAN.beside(KIND)
    READ = {"transformer": PLAN.of([*PLAN.of_kind(KIND), *BESIDE], "transformer.json")}
    READ |= {BY_STEP: PLAN.of(BESIDE, f"{BY_STEP}.json")}
    TABLE = PLAN.path(f"tables/{NAME}.csv")
    JOBS += [(f"tabulate_{NAME}", READ, TABLE, {"by_step": BY_STEP})]


for NAME, (KIND, PAGE, OWN, OF_TASK) in EXPLORED_OTHERS.items():
    FIRST = PLAN.first_of_kind(KIND)
    READ = {key_of(file): PLAN.of(FIRST, file) for file in OWN}
    READ |= {key_of(file): PLAN.of_their_tasks(FIRST, file) for file in OF_TASK}
    READ |= MORE_READ.get(NAME, {})
    JOBS += [(NAME, READ, PLAN.path(PAGE), MORE_TOLD.get(NAME, {}))]


# Networks without a step and those beside them: panels, a figure over all, texts place by place.
BY_PLACE = [*SUMMED, *BELIEVED]
WITHOUT_PAGE = [PLAN.path("transformers.html")] if BY_PLACE else []
WITHOUT_DRAWN = expand(
    PLAN.path("figures/{name}.{kind}"),
    name=["transformers_overview", *(f"transformers/{n.task}_{n.model}" for n in BY_PLACE)],
    kind=[*KINDS_DRAWN, "csv"],
)
if TRANSFORMERS:
    READ = {key_of(f): PLAN.of(BY_PLACE, f) for f in ("places_read.npz", "transformer.json")}
    READ |= {"meta": PLAN.of_their_tasks(BY_PLACE, "meta.json")}
    VOCABULARIES = [(SUMMED, "vocab.json"), (BELIEVED, "texts/vocab.json")]
    READ |= {"vocab": [f for asked in VOCABULARIES for f in PLAN.of_their_tasks(*asked)]}
    READ |= TRANSFORMERS
    TOLD = {"formats": KINDS_DRAWN, "tasks": [*PLAN.tasks], "claims": TOLD["claims"]}
    JOBS += [("plot_transformers", READ, WITHOUT_DRAWN, TOLD)]
    READ = {**READ, "figure": WITHOUT_DRAWN[0], "claims_transformers": CLAIMED}
    JOBS += [("explore_transformers", READ, WITHOUT_PAGE, LEADS)] if BY_PLACE else []


# Running text has no step to go through: a panel a network, drawn from the table, on one page.
TEXT_PANELS = PLAN.of(TEXTS_SHOWN, "text_panel.png")
TEXT_PAGE = [PLAN.path("text_models.html")] if TEXT_PANELS else []
if TEXT_PANELS:
    READ = tables_named(["language_text"])
    JOBS += [("plot_text_models", READ, TEXT_PANELS, {})]
    READ = {**READ, **tables_named(["claims_language_text"]), "panels": TEXT_PANELS}
    JOBS += [("text_models_page", READ, TEXT_PAGE, LEADS)]


for NAME, READ, WRITTEN, TOLD in JOBS:

    rule:
        name:
            f"{NAME}"
        input:
            **READ,
        output:
            WRITTEN,
        log:
            PLAN.path(f"logs/{NAME}.log"),
        benchmark:
            PLAN.path(f"benchmarks/{NAME}.tsv")
        conda:
            ENVIRONMENT
        params:
            **stage(f"{NAME}", **TOLD),
        script:
            "../scripts/stage.py"


localrules:
    language,
    transformers,


# All that there is of networks without a step.
rule transformers:
    input:
        TRANSFORMERS.values(),
        rules.judge_transformers.output if TRANSFORMERS else [],
        WITHOUT_DRAWN if TRANSFORMERS else [],
        WITHOUT_PAGE,


# All that there is of language models; nothing where there are none.
rule language:
    input:
        rules.tabulate_language_text.output if PLAN.text_models else [],
        rules.judge_language_text.output if PLAN.text_models else [],
        rules.judge_language.output if PLAN.language_models else [],
        rules.explore_reading.output if PLAN.language_models else [],
        TEXT_PAGE,
        rules.explore_reading_text.output if TEXT_PAGE else [],
        PLAN.of(PLAN.shown_language_models, "language_panel.png"),
