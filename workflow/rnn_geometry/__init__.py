"""Reverse engineering of recurrent networks that classify text (Aitken et al., ICLR 2021)."""
