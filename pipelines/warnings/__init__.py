"""Early warning on monthly spending: the score over any panel, its back-test, the forecast."""
