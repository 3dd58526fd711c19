"""Reverse engineering of recurrent networks that classify text (Aitken et al., ICLR 2021)."""

__version__ = "0.1.0"
