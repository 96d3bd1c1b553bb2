"""BCF 2.1 and 3.0: threads with viewpoints and snapshots, to and from other tools."""
