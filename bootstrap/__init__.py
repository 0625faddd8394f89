"""Makes a machine ready, from Python alone to a running demo or test suite; standard library only."""
