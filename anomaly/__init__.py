"""Anomaly detection: detectors over the recent history of series, and the series' states. Without Beam."""
