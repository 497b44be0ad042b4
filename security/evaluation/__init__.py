"""How good the detectors are: sets made to get past them, and figures with intervals.

``generate`` makes events in which values of each kind are planted, ``measure`` runs a detector over them.
"""
