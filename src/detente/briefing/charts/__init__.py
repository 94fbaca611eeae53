"""Charts: one specification a figure, drawn for the report, for the page and as files."""
