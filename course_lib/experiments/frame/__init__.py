"""How every experiment is run: its settings, its steps, its record."""
