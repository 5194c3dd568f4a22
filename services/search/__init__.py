"""Finding users, customers, sites, orders, devices and domains within an agent's scope."""
