"""Who reads a digest: addresses, consent, lists, and letters that came back."""
