"""protobuf in, use case, protobuf out: consents and views."""
