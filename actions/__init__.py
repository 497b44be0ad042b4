"""What side outputs set in motion. Nothing here knows Apache Beam. Each action has an id and is done once."""
