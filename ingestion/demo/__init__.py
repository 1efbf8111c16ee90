"""A made-up practice, deterministic and seeded. Nothing that measures the practice may import this package."""
