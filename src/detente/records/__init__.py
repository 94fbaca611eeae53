"""Dated records of talks, threats and truces that ship with the package, one YAML file a pair of governments."""
