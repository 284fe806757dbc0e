"""Training and measuring the networks: recipes, crops, sampling, losses, the detector. Only the command line knows it."""
