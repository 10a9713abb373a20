"""Who calls, and what they may: tokens, verifiers, and the interceptor that asks them."""
