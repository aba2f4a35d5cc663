"""Where configuration comes from: constants, the environment, settings classes, and which of it is secret."""
