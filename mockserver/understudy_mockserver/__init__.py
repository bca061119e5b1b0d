"""The mock server: Connexion in front, contracts as the program, providers for what an API does with a good request."""
