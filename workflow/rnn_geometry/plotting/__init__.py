"""Figures from tables and arrays; never imports torch. `network` draws one network, `overview` and `gallery` many."""
