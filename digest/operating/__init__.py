"""What the one who runs a home needs besides digests: a lock, a log, a doctor, copies, less on the disk."""
