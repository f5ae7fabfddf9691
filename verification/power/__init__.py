"""Can the checks fail? Every usual slip in every formula goes on trial."""
