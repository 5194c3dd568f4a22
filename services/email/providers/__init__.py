"""Mail systems and the texts that are handed to them."""
