"""Logs, without Beam: documents, text, templates, and what they tell of security."""
