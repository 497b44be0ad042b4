"""Detectors of personal data and secrets, and the sealing of what cannot be redacted."""
