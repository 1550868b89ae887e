"""Runs moto as a process of its own on a port that the system chooses.

usage: python -m infra.local.moto_server PORT_FILE

moto's own command wants the port named beforehand; two stacks that start together would race.
"""

import importlib
import logging
import os
import sys
from pathlib import Path

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

# Loaded before the port is announced, while DynamoDB Local starts on the other core.
_SERVICES = ("events", "kms", "s3", "secretsmanager", "sqs", "sts")


class PromptRequestHandler(MotoRequestHandler):
    """moto's handler without Nagle's 40 ms."""

    disable_nagle_algorithm = True


def main(port_file: Path) -> None:
    """Serves until killed; the port stands in the file once the socket listens."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server(
        "127.0.0.1",
        0,
        DomainDispatcherApplication(create_backend_app),
        threaded=True,
        request_handler=PromptRequestHandler,
    )
    for service in _SERVICES:
        importlib.import_module(f"moto.{service}.urls")
    # moto writes its own address into answers (queue URLs, topic subscriptions)
    os.environ["MOTO_PORT"] = str(server.server_port)
    announced = port_file.with_suffix(".new")
    announced.write_text(str(server.server_port))
    announced.rename(port_file)
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
