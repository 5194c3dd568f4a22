"""The operators' commands of forgetting persons."""
