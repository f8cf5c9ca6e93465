"""Requests that one thread serves side by side, so that their pictures are read in one pass.

Several pictures of one size take the engine little more than half as long together as one by one.
Each request is served as ever, but where it needs a reading it waits for the others beside it.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, cast

from greenlet import getcurrent, greenlet

from app.images import Grey
from model.engines import Reading

ReadAll = Callable[[Sequence[Grey]], list[Reading | None]]
"""See `Recognizer.recognize_all`."""


class _Request(greenlet):
    """One that is served beside others; it stops where it asks for a reading."""


class _Question(NamedTuple):
    grey: Grey
    read_all: ReadAll


def is_beside_others() -> bool:
    """Whether who asks is one of the requests that are served side by side."""
    return isinstance(getcurrent(), _Request)


def read(grey: Grey, read_all: ReadAll) -> Reading | None:
    """Read a picture, and those of the requests beside this one with it."""
    server = getcurrent().parent
    if server is None or not is_beside_others():
        return read_all([grey])[0]
    return cast(Reading | None, server.switch(_Question(grey, read_all)))


LONG = 0.1
"""Seconds after which no further request is begun beside those that are: somebody sends pictures
that cost much, and all others wait."""


def serve(requests: Sequence[Callable[[], Any]]) -> list[Any]:
    """Serve requests side by side; what each of them returns.

    Those that are begun too late are not served: then there are fewer results than requests.
    Their readings come from one recogniser: whichever asks first has it read for all.
    """
    until = time.monotonic() + LONG
    served: list[_Request] = []
    results: list[Any] = []
    for request in requests:
        if served and time.monotonic() > until:
            break
        served.append(_Request(request))
        results.append(served[-1].switch())
    while asking := [place for place, one in enumerate(served) if not one.dead]:
        greys = [results[place].grey for place in asking]
        try:
            readings = results[asking[0]].read_all(greys)
        except Exception as error:
            # Each answers in its own way that something went wrong.
            for place in asking:
                results[place] = served[place].throw(error)
        else:
            for place, reading in zip(asking, readings, strict=True):
                results[place] = served[place].switch(reading)
    return results
