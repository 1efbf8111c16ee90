"""How two workers share the suite: by file, the heavy ones first, and one worker builds the tests' warehouse."""

from __future__ import annotations

from xdist.scheduler import LoadFileScheduling

TOGETHER = "tests/warehouse/"
"""Every file of this folder asks the same warehouse, which each worker would build anew."""


class Spreading(LoadFileScheduling):
    """Files in the order in which they were collected; a folder that shares a warehouse counts as one file."""

    def __init__(self, config, log=None):
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid):
        return TOGETHER if nodeid.startswith(TOGETHER) else super()._split_scope(nodeid)


def heavy_first(items) -> None:
    """Files with a test that is marked `heavy` or builds a warehouse come first, so that the workers end together."""
    marked = {item.path for item in items if item.get_closest_marker("heavy") or item.get_closest_marker("warehouse")}
    items.sort(key=lambda item: item.path not in marked)
