"""The fixtures of the page's tests."""

from page_driver import chromium, site, visit

__all__ = ["chromium", "site", "visit"]
