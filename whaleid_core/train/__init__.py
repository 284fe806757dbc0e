"""Training and measuring the networks: recipes, crops, sampling, losses. Only the command line knows it."""
