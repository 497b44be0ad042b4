"""The contracts: record batches, the Debezium envelope, JSON Schemas, names and reason codes."""
