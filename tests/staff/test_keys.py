"""Keys of the identity provider: remembered, exchanged by themselves, never a lever."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from chalicelib.staff import keys
from infra.local.issuer import DevelopmentIssuer


class Published:
    """A provider's server: what it publishes, and how often it was asked."""

    def __init__(self):
        self.issuer = DevelopmentIssuer("https://issuer.example")
        self.asked = 0
        self.down = False
        served = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                served.asked += 1
                self.send_response(503 if served.down else 200)
                self.end_headers()
                self.wfile.write(json.dumps(served.issuer.keys()).encode())

            def log_message(self, *_):
                """Says nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def published(monkeypatch):
    made = Published()
    address = f"http://127.0.0.1:{made.server.server_port}/keys"
    monkeypatch.setenv("STAFF_KEYS_URL", address)
    keys.forget()
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_keys_are_fetched_once(published):
    for _ in range(3):
        assert keys.find(published.issuer.key_id) is not None
    assert published.asked == 1


def test_a_new_key_is_fetched_after_the_cool_down_and_the_old_one_is_gone(published, monkeypatch):
    old = published.issuer.key_id
    assert keys.find(old)
    published.issuer.replace_key()
    assert keys.find(published.issuer.key_id) is None
    monkeypatch.setattr(keys, "COOL_DOWN_SECONDS", 0)
    assert keys.find(published.issuer.key_id)
    assert keys.find(old) is None


def test_invented_key_ids_do_not_make_requests(published):
    for place in range(100):
        assert keys.find(f"invented-{place}") is None
    assert published.asked == 1


def test_keys_at_hand_outlive_a_provider_that_is_down(published, monkeypatch):
    assert keys.find(published.issuer.key_id)
    published.down = True
    monkeypatch.setattr(keys, "COOL_DOWN_SECONDS", 0)
    monkeypatch.setattr(keys, "LIFE_SECONDS", 0)
    assert keys.find(published.issuer.key_id)
    assert published.asked == 2


def test_without_any_keys_a_provider_that_is_down_is_a_failure_not_a_refusal(published):
    published.down = True
    for _ in range(2):
        with pytest.raises(keys.KeysUnavailableError):
            keys.find("any")
    published.down = False
    assert keys.find(published.issuer.key_id)


@pytest.mark.parametrize("address", ["http://keys.example/", "file:///etc/hostname", "ftp://x/"])
def test_keys_come_by_https_only(monkeypatch, address):
    monkeypatch.setenv("STAFF_KEYS_URL", address)
    keys.forget()
    with pytest.raises(keys.KeysUnavailableError):
        keys.find("any")
