"""The front: two pages for one reader, what will happen and what it means for one economy."""
