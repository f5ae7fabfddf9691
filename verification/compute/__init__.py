"""Where independent tasks run: any executor, a dask cluster, under a time limit."""
