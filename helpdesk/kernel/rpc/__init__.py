"""gRPC with the product's rules on: servers record before they answer, callers prove who calls."""
