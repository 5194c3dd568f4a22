"""What every service may import: the kernel and the generated contracts."""
