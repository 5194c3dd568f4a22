"""gRPC to use cases and back; one module for each face."""
