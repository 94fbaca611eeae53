"""The sections of a briefing: one module a section, of what it shows."""
