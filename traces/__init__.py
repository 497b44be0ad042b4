"""The work on spans: pure functions over span batches and single traces, without Beam."""
