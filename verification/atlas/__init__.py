"""The atlas: published results as processes, each with claims that hold and claims that do not."""
