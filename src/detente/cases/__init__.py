"""The central noun: a dossier on a world at parameters, solved; runs, comparisons and what changed between two."""
