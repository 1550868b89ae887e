"""Round trips: what leaves a process for DynamoDB, as it leaves."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from chalicelib import tables


@contextmanager
def sent(models: Iterable[type[tables.StoredModel]]) -> Iterator[list[str]]:
    """Grows by an operation for every request of these models, and of transactions, meanwhile."""
    clients = [model._get_connection().connection.client for model in models]
    clients.append(tables.connection().client)
    operations: list[str] = []

    def note(request: object, **_: object) -> None:
        target = getattr(request, "headers", {})["X-Amz-Target"]
        name = target.decode() if isinstance(target, bytes) else str(target)
        operations.append(name.partition(".")[2])

    for client in clients:
        client.meta.events.register("before-send.dynamodb", note)
    yield operations
    for client in clients:
        client.meta.events.unregister("before-send.dynamodb", note)
