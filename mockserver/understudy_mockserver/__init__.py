"""The mock server: Connexion in front, contracts as the program, providers for what an API does when nothing is wrong."""
