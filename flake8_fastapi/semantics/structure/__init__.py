"""How an application is put together: its layers, sizes and repetitions, the order of its routes, its hooks."""
