"""gRPC with the product's rules on: servers that record before they answer, channels that prove who calls."""
