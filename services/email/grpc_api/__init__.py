"""Protobuf in, one application call, protobuf out."""
