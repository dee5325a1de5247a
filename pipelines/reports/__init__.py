"""Reports of a release: the two statutory statements in Excel and on the terminal."""
