"""Use cases of mail: one public method per RPC, and what workers do after it."""
