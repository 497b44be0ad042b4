"""Sources and sinks: files of records in, files of results out."""
