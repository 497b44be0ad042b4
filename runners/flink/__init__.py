"""The Flink runner: what it is told and why, what is proved before, how a job is followed and stopped."""
