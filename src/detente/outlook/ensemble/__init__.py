"""The same scenarios at many draws of everything uncertain: on one machine or many, the same bytes."""
