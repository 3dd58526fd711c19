"""What the readout of a classifier may see: names of the key `pooling`. Light, as `registry` is."""

POOLING, LAST, ATTENTION = "pooling", "last", "attention"
POOLINGS = (LAST, ATTENTION)  # the last state, or the mean of all states by attention
