"""Who may do what. `permissions` is the one table; `passwords` and `sign_in` prove who somebody is."""
