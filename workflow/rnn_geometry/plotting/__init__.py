"""Figures from tables and arrays.

Never imports torch. `network` draws one network, `overview` and `gallery` many.
"""
