"""The fixtures of the page's tests."""

from page_axe import axe
from page_driver import chromium, site, visit

__all__ = ["axe", "chromium", "site", "visit"]
