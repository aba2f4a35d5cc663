"""The interactive documentation."""
