"""What no test asks of a route: untested-app, untested-route, untested-validation, untested-auth."""
