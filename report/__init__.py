"""The report: one page that shows what became of every record of a result."""
