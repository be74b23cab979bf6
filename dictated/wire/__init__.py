"""How a service is reached: one link, requests with the key, refusals in one sentence."""
