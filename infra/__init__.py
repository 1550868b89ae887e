"""What surrounds the application: set-up, packaging, AWS resources, the stack on one machine."""
