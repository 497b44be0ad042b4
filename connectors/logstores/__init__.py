"""Stores of logs: what they are told, how it is written, and how it is sent."""
