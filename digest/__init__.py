"""Every morning, exactly the new papers you care about: once, never twice, never missed."""

VERSION = "0.1.0"  # importlib.metadata would cost 50 ms at every start
