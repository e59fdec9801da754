"""What people do: customers, guides and the administrator. These call back; the API never does."""
