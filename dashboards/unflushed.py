"""Two fragments that run one right after the other: the first one's end must reach the browser.

The browser takes away what a fragment shows no more when it hears that the fragment's run has ended. Where the next run
begins before that word has left, Streamlit (1.67, `forward_msg_queue.py`) turns it into "ended early", even if the next
run is of another fragment, which disturbs nothing. A drawer beside the calendar's beat then kept the button that was
pressed: *Complete* stood under *Completed*. Of one fragment that runs again Streamlit is right, and stays so.
"""

from __future__ import annotations

from collections.abc import Sequence

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

_ENDED = ForwardMsg.ScriptFinishedStatus.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
_clear = ForwardMsgQueue.clear


def keep_what_has_ended() -> None:
    """Mend it in this process. Twice changes nothing."""
    ForwardMsgQueue.clear = _clear_but_for_others  # type: ignore[method-assign]


def _clear_but_for_others(
    self: ForwardMsgQueue, retain_lifecycle_msgs: bool = False, fragment_ids_this_run: list[str] | None = None
) -> None:
    others = [message for message in self._queue if _is_end_of_another(message, fragment_ids_this_run or ())]
    _clear(self, retain_lifecycle_msgs, fragment_ids_this_run)
    for message in others:  # kept, but with another word in it; of what was not kept the word matters to nobody
        message.script_finished = _ENDED


def _is_end_of_another(message: ForwardMsg, running: Sequence[str]) -> bool:
    """Whether it says that a fragment has ended which is none of those that run now."""
    return (
        bool(running)
        and message.WhichOneof("type") == "script_finished"
        and message.script_finished == _ENDED
        and not set(message.metadata.run.fragment_ids) & set(running)
    )
