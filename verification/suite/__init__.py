"""What a built-in claim is made of, and how the claims are run side by side."""
