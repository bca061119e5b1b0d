"""One module per API: its handlers, and the `PROVIDER` that lists them."""
