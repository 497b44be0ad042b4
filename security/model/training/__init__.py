"""How the models are made: lists and texts from packages → what `security.model` loads."""
