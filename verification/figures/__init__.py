"""What a figure measures: theory along curves, simulation at points, kernels on digits."""
