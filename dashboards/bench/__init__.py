"""How fast it is, as ratios against named baselines that run beside it; never a test with a stop-watch.

Each area's `measure(home, say)` answers a list of `Measure`; it runs in a process of its own, on a temporary demo, so
that one area's memory and warm caches do not colour another's. The baselines are SQL by their nature (`raw.py`,
`by_hand.py`): they do what the product does, without the product.
"""
