"""Ledgers that come with the package: one YAML file each, with the small derived tables they draw on."""
