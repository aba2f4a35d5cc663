"""A small shop, with mistakes on purpose: what flake8-fap finds in it is shown in the README."""
