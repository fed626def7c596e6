"""What the bridge says over HTTP: telli's endpoints, tools and pages."""
