"""From a figure down to the rows of the raw files behind it."""
