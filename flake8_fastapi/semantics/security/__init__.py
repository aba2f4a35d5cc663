"""Who may call what, and what a request can reach: authentication, middleware, values of the client."""
