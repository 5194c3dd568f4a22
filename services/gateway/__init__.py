"""The console: pages for agents, customer admins, partner admins and auditors."""
