"""Anomalies → incidents with their root cause, and plans to recover from them."""
