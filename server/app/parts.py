"""What an application holds for its routes."""

from typing import cast

from flask import current_app

from app.database import Database
from app.recognizer import Recognizer
from app.settings import Settings


def settings() -> Settings:
    """The settings of this application."""
    return cast(Settings, current_app.extensions["settings"])


def recognizer() -> Recognizer:
    """The recogniser of this process."""
    return cast(Recognizer, current_app.extensions["recognizer"])


def database() -> Database:
    """Where corrections are kept."""
    return cast(Database, current_app.extensions["database"])
