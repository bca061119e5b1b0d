"""The control API: what a test, a person or the command line does to steer a running mock (`README.md` here)."""
