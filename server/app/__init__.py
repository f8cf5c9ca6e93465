"""The web application: it knows HTTP, and of the recogniser only its engine."""

from contextlib import suppress
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from app.settings import Settings


def create_app(settings: "Settings | None" = None) -> Flask:
    """Make the application, its model loaded and warm.

    settings: read from the environment and `.env` when None
    Raises StartupError, with one sentence, when a setting is wrong or the model cannot be had.
    """
    # Here and not above, so that a wrong setting or a port in use is told of without waiting for
    # PyTorch, and `python -m app.settings` finds that module not imported yet.
    from app import (
        api,
        client,
        corrections,
        direct,
        headers,
        limits,
        observe,
        openapi,
        overload,
        problems,
    )
    from app.bodies import UploadRequest
    from app.database import Database, UnavailableError
    from app.recognizer import Recognizer
    from app.settings import read_settings

    settings = settings or read_settings()
    observe.set_up_logging(settings.log_level, settings.log_format)
    app = Flask(__name__, static_folder=None)
    app.request_class = UploadRequest
    # None of its functions is a coroutine, for which Flask looks before each call.
    app.ensure_sync = lambda func: func  # type: ignore[method-assign]
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the contract's order reads better
    app.extensions["settings"] = settings
    app.extensions["recognizer"] = Recognizer(settings)
    app.extensions["database"] = Database(
        settings.database_url, settings.corrections_days, settings.corrections_most
    )
    with suppress(UnavailableError):  # it has been logged; digits are read all the same
        app.extensions["database"].prepare()
    app.register_blueprint(api.blueprint)
    app.register_blueprint(corrections.blueprint)
    app.register_blueprint(openapi.blueprint)
    app.url_map.converters["client_file"] = client.ClientFileConverter
    app.register_blueprint(client.blueprint)
    observe.register(app)
    limits.register(app, settings)
    problems.register(app)
    direct.register(app)
    overload.register(app)
    headers.register(app)
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )
    return app
