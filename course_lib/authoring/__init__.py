"""Text to notebooks: book -> lectures and site, solutions -> assignments."""
