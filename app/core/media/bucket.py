"""Files in a bucket that speaks S3: Amazon's, Aliyun OSS, Tencent COS, MinIO and others.

The `minio` client signs and speaks (Apache-2.0, kept by its makers, 0.1 MB and PyCryptodome; boto3 brings 90 MB).
The bucket may stay private: files are read from it by the shop and kept by phones for a year.
"""

import mimetypes
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from io import BytesIO
from typing import Any, TypeVar
from urllib.parse import urlsplit

import urllib3
from flask import Response, abort, request
from flask_babel import gettext as _
from minio import Minio
from minio.error import MinioException, S3Error

from app.core.db import leave_database
from app.core.media.store import MediaUnreachable

TIMEOUT = urllib3.Timeout(connect=3, read=15)  # seconds
RETRIES = urllib3.Retry(total=2, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504])
_GONE = ("NoSuchKey", "NoSuchObject")
Result = TypeVar("Result")


class Bucket:
    """A MediaStore."""

    def __init__(self, client: Minio, name: str) -> None:
        self._client, self._name = client, name

    def write(self, name: str, data: bytes) -> None:
        """Keep a new file. Raises: MediaUnreachable."""
        self._ask(
            lambda: self._client.put_object(
                self._name, name, BytesIO(data), len(data), content_type=_kind(name)
            )
        )

    def read(self, name: str) -> bytes:
        """Raises: FileNotFoundError, MediaUnreachable."""
        if "/" in name:
            raise FileNotFoundError(name)
        return self._ask(lambda: self._read(name))

    def delete(self, name: str) -> None:
        """Delete it, if it is there. Raises: MediaUnreachable."""
        self._ask(lambda: self._client.remove_object(self._name, name))

    def list_old(self, prefix: str, *, before: datetime) -> Iterator[str]:
        """Names that begin so and were written before that moment. Raises: MediaUnreachable."""
        found = self._ask(lambda: list(self._client.list_objects(self._name, prefix=prefix)))
        for each in found:
            if each.object_name and each.last_modified and each.last_modified < before:
                yield each.object_name

    def send(self, name: str) -> Response:
        """The file as the answer, in parts when a player asks for parts."""
        try:
            data = self.read(name)
        except FileNotFoundError:
            abort(404)
        response = Response(data, mimetype=_kind(name))
        response.make_conditional(request, accept_ranges=True, complete_length=len(data))
        return response

    def _read(self, name: str) -> bytes:
        answer = self._client.get_object(self._name, name)
        try:
            return answer.read()
        finally:
            answer.close()
            answer.release_conn()

    def _ask(self, call: Callable[[], Result]) -> Result:
        leave_database()
        try:
            return call()
        except S3Error as error:
            if error.code in _GONE:
                raise FileNotFoundError(error.resource) from error
            raise MediaUnreachable(
                _("图片存储拒绝了请求（%(code)s），请联系管理员。", code=error.code or "?")
            ) from error
        except (MinioException, urllib3.exceptions.HTTPError, OSError) as error:
            raise MediaUnreachable(_("图片存储暂时连不上，请稍后再试。")) from error


def open_bucket(settings: Mapping[str, Any]) -> Bucket:
    """The bucket that the settings name."""
    endpoint = urlsplit(settings["MEDIA_S3_ENDPOINT"])
    client = Minio(
        endpoint.netloc,
        access_key=settings["MEDIA_S3_ACCESS_KEY"],
        secret_key=settings["MEDIA_S3_SECRET_KEY"],
        secure=endpoint.scheme == "https",
        region=settings["MEDIA_S3_REGION"] or None,
        http_client=urllib3.PoolManager(
            timeout=TIMEOUT, retries=RETRIES, maxsize=16, cert_reqs="CERT_REQUIRED"
        ),
    )
    return Bucket(client, settings["MEDIA_S3_BUCKET"])


def _kind(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
