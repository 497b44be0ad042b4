"""Kafka: records in by position, results out by transaction."""
