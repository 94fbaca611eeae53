"""What may come: scenarios run through the equilibrium."""
