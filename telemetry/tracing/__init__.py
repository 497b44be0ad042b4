"""The trace a message belongs to, as its headers carry it: W3C Trace Context and Baggage, B3, Jaeger."""
