"""What a user has of trade and duties by product, and the concordance that brings it to industries.

concordance → codes of economies → baci, comtrade, wits, macmap (a reader each) → arrays by region and sector
"""
