"""File formats, one a module: what comes in from and goes out to other programs."""
