"""Changes → invalidations of cached answers, and a cache that applies them."""
