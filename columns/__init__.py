"""The work of the steps as pure functions over record batches; nothing here knows Apache Beam."""
