"""What word counts alone say about a task: the dimension they predict, and the accuracy of a bag of words."""

from rnn_geometry.stages.job import job
from rnn_geometry.tasks.sentences import read_sentences

with job(snakemake.log[0]) as log:
    from rnn_geometry.geometry.word_counts import word_statistics
    from rnn_geometry.store import formats

    files = snakemake.input
    vocabulary = formats.read_json(files.vocab)
    seed = 0  # the baseline's solver is deterministic; the seed only splits off its tuning rows
    statistics = word_statistics(
        read_sentences(files.train),
        read_sentences(files.test),
        len(vocabulary),
        formats.read_json(files.meta),
        seed,
    )
    formats.write_json(snakemake.output[0], statistics)
    log(
        f"predicted dimension {statistics['dimension_predicted']}, bag of words {statistics['bag_of_words_accuracy']}"
    )
