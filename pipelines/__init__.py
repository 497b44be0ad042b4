"""The jobs: each file is one that can be deployed, and reads from top to bottom like its specification."""
