"""What a user states, validated once: settings, their facts, and which theorem holds for them."""
