"""Requests that one thread serves side by side, so that their pictures are read in one pass.

Several pictures of one size take the engine little more than half as long together as one by one.
Each request is served as ever, but where it needs a reading it waits for the others beside it.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from greenlet import getcurrent, greenlet

if TYPE_CHECKING:
    from app.images import Grey
    from model.engines import Reading

ReadAll = Callable[[Sequence["Grey"]], list["Reading | None"]]
"""See `Recognizer.recognize_all`."""


class _Place(greenlet):
    """Where requests are served, one after the other, beside others; it stops where one asks for a
    reading. It is kept: to make one costs more than to go there."""

    def run(self, request: Callable[[], Any]) -> None:
        while True:
            request = cast(greenlet, self.parent).switch(_Served(request()))


class _Question(NamedTuple):
    grey: "Grey"
    read_all: ReadAll


class _Served(NamedTuple):
    result: Any


class _MakesWay(NamedTuple):
    pass


class _Idle(threading.local):
    """The places where nobody is; each belongs to the thread that made it."""

    def __init__(self) -> None:
        self.places: list[_Place] = []


_idle = _Idle()


def is_beside_others() -> bool:
    """Whether who asks is one of the requests that are served side by side."""
    return isinstance(getcurrent(), _Place)


def make_way() -> None:
    """Say that what follows takes long: a request that others are served beside goes no further."""
    if is_beside_others():
        cast(greenlet, getcurrent().parent).switch(_MakesWay())


def read(grey: "Grey", read_all: ReadAll) -> "Reading | None":
    """Read a picture, and those of the requests beside this one with it."""
    server = getcurrent().parent
    if server is None or not is_beside_others():
        return read_all([grey])[0]
    return cast("Reading | None", server.switch(_Question(grey, read_all)))


LONG = 0.1
"""Seconds after which no further request is begun beside those that are: somebody sends pictures
that cost much, and all others wait."""


def serve(requests: Sequence[Callable[[], Any]]) -> list[Any]:
    """Serve requests side by side; what each of them returns, and None where it is not served.

    Not served are those that would be begun too late, and those that make way. Nothing of them has
    been sent to anybody.
    Their readings come from one recogniser: whichever asks first has it read for all.
    """
    until = time.monotonic() + LONG
    places: list[_Place] = []
    said: list[_Question | _Served | _MakesWay] = []
    for request in requests:
        if places and time.monotonic() > until:
            break
        place = _idle.places.pop() if _idle.places else _Place()
        place.gr_context = None  # what was set for one request is not for the next
        places.append(place)
        said.append(place.switch(request))
    while questions := {at: one for at, one in enumerate(said) if isinstance(one, _Question)}:
        read_all = next(iter(questions.values())).read_all
        try:
            readings = read_all([question.grey for question in questions.values()])
        except Exception as error:
            # Each answers in its own way that something went wrong.
            for at in questions:
                said[at] = places[at].throw(error)
        else:
            for at, reading in zip(questions, readings, strict=True):
                said[at] = places[at].switch(reading)
    for place, one in zip(places, said, strict=True):
        if isinstance(one, _MakesWay):
            place.throw()  # it ends unanswered, and the request is served anew elsewhere
        else:
            _idle.places.append(place)
    results = [one.result if isinstance(one, _Served) else None for one in said]
    return results + [None] * (len(requests) - len(results))
