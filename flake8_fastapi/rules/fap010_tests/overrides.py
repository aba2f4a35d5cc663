"""Overrides of dependencies: leaked-override, overridden-factory, mock-as-dependency, patched-dependency."""
