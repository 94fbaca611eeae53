"""The page and the API: `detente serve`. See `docs/serve.md`.

>>> from detente.web.settings import Settings
>>> Settings().host
'127.0.0.1'
"""
