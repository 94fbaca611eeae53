"""Readers, one module a source: each turns a published file into labelled tables and says so when the file is not there.

Nothing is imputed here. A missing or unrecognised file raises `detente.errors.SourceError` with the file's name
and the place where it can be had.
"""
