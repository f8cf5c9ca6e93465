"""What servers serve: `flask run` and `gunicorn` find the application here."""

import sys

from app import create_app
from app.settings import StartupError

# gunicorn gives up on this code, and starts a worker that left with another again and again.
APP_LOAD_ERROR = 4

try:
    app = create_app()
except StartupError as error:
    print(error, file=sys.stderr)
    sys.exit(APP_LOAD_ERROR)
