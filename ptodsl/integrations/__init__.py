"""What plugs compiled programs into other libraries; each is imported by who uses it."""
