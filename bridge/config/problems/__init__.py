"""What is wrong with a file: found at its place in the TOML, and put in words."""
