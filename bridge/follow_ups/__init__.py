"""What is told to people and other systems after the fact: rows first, delivered in the background."""
