"""How a command ends: what goes wrong is one sentence, and exit code 2."""

import sys
from collections.abc import Callable
from functools import wraps

from model.errors import DataError, ModelError

FAILED = 2

INTERRUPTED = 130
"""What shells have for a command that Ctrl-C has ended."""


def command(main: Callable[[list[str] | None], int]) -> Callable[..., int]:
    """A command's `main`, which tells of errors in the place of raising them."""

    @wraps(main)
    def told(arguments: list[str] | None = None) -> int:
        try:
            return main(arguments)
        except (DataError, ModelError) as error:
            reason = str(error)
        except OSError as error:  # e.g. a disk that is full
            where = f"{error.filename}: " if error.filename else ""
            reason = f"{where}{error.strerror or error}."
        except KeyboardInterrupt:
            print("Stopped.", file=sys.stderr)
            return INTERRUPTED
        print(reason, file=sys.stderr)
        return FAILED

    return told
