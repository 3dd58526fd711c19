"""Texts to be continued word by word, from sources whose hidden state is known."""
