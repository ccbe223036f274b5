"""What people ask of rules and of what the store knows: tried, explained, checked, searched."""
