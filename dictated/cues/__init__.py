"""Short sounds that tell what happens to who looks elsewhere."""
