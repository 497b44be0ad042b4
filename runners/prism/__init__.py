"""Prism, Beam's Go runner: a job on this machine alone, from topics to topics, without checkpoints."""
