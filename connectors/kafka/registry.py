"""A schema registry by Confluent's HTTP API: schemas by their ids, and the subjects that have them.

https://docs.confluent.io/platform/current/schema-registry/develop/api.html, which Apicurio and Karapace speak
too. The client in confluent_kafka needs httpx, authlib, cachetools and what these need, for three requests.
"""

import base64
import http.client
import json
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from connectors.errors import InputError, OutputError
from connectors.textfiles import read_text_file

_TYPE: Final = "application/vnd.schemaregistry.v1+json"
_SECONDS: Final = 3.0  # for each answer
_FIRST_WAIT_SECONDS: Final = 0.2  # before the second try; then twice as long each time
_MOST_BYTES: Final = 16_000_000  # of an answer
_PASSING: Final = frozenset({408, 429, 500, 502, 503, 504})
_REFUSED: Final = frozenset({401, 403})
_UNKNOWN: Final = 404
_CONFLICT: Final = 409
#: Tries where nobody but a person waits.
TRIES: Final = 4


class RegistryError(RuntimeError):
    """The registry cannot be reached, or does not answer as one: one line, with the address and the fix."""


class WriterSchema(NamedTuple):
    """A schema as the registry has it: its text, and its kind: ``AVRO``, ``JSON`` or ``PROTOBUF``.

    ``references``: whether it names schemas of other subjects.
    """

    text: str
    kind: str
    references: bool


@dataclass(frozen=True, kw_only=True)
class Registry:
    """Where a registry is, and how to prove who we are; secrets stay in files, as those of a Cluster do.

    ``ca_file``, ``certificate_file``, ``key_file``: PEM, for TLS. ``password_file`` holds the password of
    ``username`` alone.
    """

    url: str
    username: str | None = None
    password_file: str | None = None
    ca_file: str | None = None
    certificate_file: str | None = None
    key_file: str | None = None

    def check(self) -> None:
        """Prove that it answers, and accepts us. Raises RegistryError; InputError for a file of secrets."""
        found = self._ask("GET", "/subjects", tries=TRIES)
        if not isinstance(found, list):
            raise RegistryError(f"{self.url}: no schema registry answers there; see --registry")

    def schema(self, identity: int, *, tries: int = TRIES) -> WriterSchema | None:
        """The schema of an id; ``None``: there is none. Raises RegistryError."""
        found = self._ask("GET", f"/schemas/ids/{identity}", tries=tries, unknown_is_none=True)
        if found is None:
            return None
        if not isinstance(found, dict) or not isinstance(found.get("schema"), str):
            raise RegistryError(f"{self.url}: no schema registry answers there; see --registry")
        return WriterSchema(found["schema"], found.get("schemaType") or "AVRO", bool(found.get("references")))

    def incompatibility(self, subject: str, schema: str) -> str | None:
        """Why ``schema`` cannot be the subject's next version by the rule that the registry has for it.

        ``None``: it can. Raises RegistryError.
        """
        path = f"/compatibility/subjects/{_quoted(subject)}/versions/latest?verbose=true"
        found = self._ask("POST", path, {"schema": schema}, tries=TRIES, unknown_is_none=True)
        if found is None or found.get("is_compatible"):
            return None
        said = found.get("messages") or [found.get("reason") or "it does not say why"]
        return " ".join(str(said[0]).split())

    def register(self, subject: str, schema: str) -> int:
        """The id of ``schema``, which is a version of ``subject`` from now on. Raises RegistryError."""
        path = f"/subjects/{_quoted(subject)}/versions"
        found = self._ask("POST", path, {"schema": schema}, tries=TRIES)
        if not isinstance(found, dict) or not isinstance(found.get("id"), int):
            raise RegistryError(f"{self.url}: no schema registry answers there; see --registry")
        return int(found["id"])

    def _ask(
        self, method: str, path: str, body: Any = None, *, tries: int, unknown_is_none: bool = False
    ) -> Any:
        """The answer; tried again if it may come the next time, as often as there are ``tries``."""
        request = self._request(method, path, body)
        opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=self._tls()))
        wait = _FIRST_WAIT_SECONDS
        for left in range(tries - 1, -1, -1):
            try:
                with opener.open(request, timeout=_SECONDS) as answer:
                    return json.loads(answer.read(_MOST_BYTES))
            except urllib.error.HTTPError as error:
                with error:
                    if error.code == _UNKNOWN and unknown_is_none:
                        return self._unknown(error)
                    trouble, passes = self._refusal(error), error.code in _PASSING
            except ValueError:
                raise RegistryError(f"{self.url}: no schema registry answers there; see --registry") from None
            except (OSError, http.client.HTTPException) as error:
                trouble, passes = self._silence(error), True
            if not (passes and left):
                break
            time.sleep(wait)
            wait *= 2
        raise RegistryError(trouble)

    def _request(self, method: str, path: str, body: Any) -> urllib.request.Request:
        request = urllib.request.Request(  # noqa: S310  settings let nothing but http and https be a URL
            self.url.rstrip("/") + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": _TYPE, "Accept": f"{_TYPE}, application/json"},
        )
        if self.username is not None:
            if self.password_file is None:
                raise InputError("--registry-password-file: not named, but --registry-username is")
            proof = f"{self.username}:{read_text_file(self.password_file, 'registry password file')}".encode()
            # Not sent on to where an answer may lead us.
            request.add_unredirected_header("Authorization", f"Basic {base64.b64encode(proof).decode()}")
        return request

    def _tls(self) -> ssl.SSLContext:
        for name in (self.ca_file, self.certificate_file, self.key_file):
            if name is not None:
                read_text_file(name, "registry PEM file")
        try:
            context = ssl.create_default_context(cafile=self.ca_file)
            if self.certificate_file is not None:
                context.load_cert_chain(self.certificate_file, self.key_file)
        except ssl.SSLError as error:
            raise InputError(f"{self.url}: a file of TLS holds something else: {error.reason}") from None
        return context

    def _unknown(self, error: urllib.error.HTTPError) -> None:
        """404 of a registry has a code of its own; any web server has the other."""
        try:
            known = isinstance(json.loads(error.read(_MOST_BYTES))["error_code"], int)
        except (ValueError, TypeError, KeyError, OSError, http.client.HTTPException):
            known = False
        if not known:
            raise RegistryError(f"{self.url}: no schema registry answers there; see --registry")

    def _refusal(self, error: urllib.error.HTTPError) -> str:
        if error.code in _REFUSED:
            return (
                f"{self.url}: the schema registry does not accept us ({error.code}); "
                "see --registry-username and --registry-password-file"
            )
        try:
            said = " ".join(str(json.loads(error.read(_MOST_BYTES))["message"]).split())
        except (ValueError, TypeError, KeyError, OSError, http.client.HTTPException):
            said = "no schema registry answers there; see --registry"
        return f"{self.url}: {said} ({error.code})"

    def _silence(self, error: OSError | http.client.HTTPException) -> str:
        reason = getattr(error, "reason", error)
        if isinstance(reason, ssl.SSLError):
            return f"{self.url}: TLS failed: {reason.reason}; see --registry-ca-file"
        said = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
        return f"{self.url}: the schema registry does not answer: {said}; see --registry"


def subject_of(topic: str) -> str:
    """The subject of the schemas of a topic's values, by Confluent's TopicNameStrategy."""
    return f"{topic}-value"


def check_topics(registry: Registry, schemas: Mapping[str, str]) -> None:
    """Prove that the schemas of topics' values may be registered. Raises OutputError: all that may not be."""
    try:
        refused = [
            f"{subject_of(topic)}: {why}"
            for topic, schema in schemas.items()
            if (why := registry.incompatibility(subject_of(topic), schema)) is not None
        ]
    except RegistryError as error:
        raise OutputError(str(error)) from error
    if refused:
        raise OutputError(
            f"{registry.url}: our schema may not be the next version of {'; of '.join(refused)}; delete the "
            "subject, or relax its compatibility"
        )


def register_topics(registry: Registry, schemas: Mapping[str, str]) -> dict[str, int]:
    """The ids of the schemas of topics' values; none is registered unless all may be. Raises OutputError."""
    check_topics(registry, schemas)
    try:
        return {topic: registry.register(subject_of(topic), schema) for topic, schema in schemas.items()}
    except RegistryError as error:
        raise OutputError(str(error)) from error


def _quoted(subject: str) -> str:
    return urllib.parse.quote(subject, safe="")
