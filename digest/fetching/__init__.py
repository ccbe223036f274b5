"""Sources that are fetched: when each is due, what it brought, and how it is."""
