"""What each section of the file may hold, and what it becomes; one module per section."""
