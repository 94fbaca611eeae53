"""The dossiers that ship with the package, one YAML file a negotiation."""
