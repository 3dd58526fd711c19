"""Built-in cells in modules of their own, each of which only networks of that cell depend on."""
