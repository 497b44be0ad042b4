"""The application's own telemetry."""
