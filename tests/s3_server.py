"""A server that speaks S3 on this machine, for tests of the bucket."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from minio import Minio
from moto.server import ThreadedMotoServer

ACCESS_KEY, SECRET_KEY, BUCKET = "tea", "tea-secret-2026", "xiaopu"


@contextmanager
def running_s3() -> Iterator[str]:
    """The address of the server, with an empty bucket in it."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    _host, port = server.get_host_and_port()
    try:
        make_bucket(f"127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.stop()


def make_bucket(address: str) -> None:
    _open(address).make_bucket(BUCKET)


def empty_bucket(address: str) -> None:
    client = _open(address.removeprefix("http://"))
    for each in client.list_objects(BUCKET):
        client.remove_object(BUCKET, str(each.object_name))


def _open(address: str) -> Minio:
    return Minio(address, access_key=ACCESS_KEY, secret_key=SECRET_KEY, secure=False)
