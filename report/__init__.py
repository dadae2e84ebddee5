"""What people look at: the report in the browser, and figures."""
