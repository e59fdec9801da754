"""What programs speak to: the collectors of the wire format, and reading by JSON."""
