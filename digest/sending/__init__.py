"""Issues on their way: planned, sent in letters, each once, and what became of them."""
