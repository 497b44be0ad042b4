"""The jobs: each file is one that can be deployed, and reads from top to bottom like its specification."""

import logging

# Beam warns of its optional parts as it is imported, which is before a command can say what is logged
logging.disable(logging.WARNING)
try:
    import apache_beam  # noqa: F401
finally:
    logging.disable(logging.NOTSET)
