"""Whatever the API's own description allows, and much that it does not, gets the reply it promises: never a server error.

Some hundreds of requests in the suite. `DETENTE_SCHEMA_EXAMPLES=400 pytest tests/web/test_schema.py -s` sends thousands and says
how many.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS, load_all_checks

from detente.web.app import create_app
from detente.web.settings import Settings

load_all_checks()
EXAMPLES = int(os.environ.get("DETENTE_SCHEMA_EXAMPLES", "8"))
CHECKED = CHECKS.get_by_names(
    ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"]
)
schema = schemathesis.openapi.from_dict(create_app(Settings()).openapi())


@pytest.fixture(scope="module")
def quiet(tmp_path_factory, server_of):
    """A server whose jobs wait for ever."""
    folder = tmp_path_factory.mktemp("quiet")
    with server_of(Settings(data=folder, in_process=True, solvers=2, workers=0, rate=1e6, burst=10**6)) as found:
        yield found


@pytest.fixture(scope="module")
def counted() -> Iterator[Counter[int]]:
    found: Counter[int] = Counter()
    yield found
    print(f"\n{sum(found.values()):,} requests: {dict(sorted(found.items()))}")


def sensible(body: object) -> object:
    """The same body with a dossier that exists, so that more than the first check is reached."""
    if isinstance(body, dict) and "dossier" in body:
        return {**{k: v for k, v in body.items() if k != "content"}, "dossier": "kuala-lumpur-2025"}
    if isinstance(body, dict):
        return {k: [sensible(x) for x in v] if isinstance(v, list) else sensible(v) for k, v in body.items()}
    return body


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_operation_keeps_its_word(case, quiet, counted):
    told = case.as_transport_kwargs(base_url="http://localhost:8000")
    told["headers"] = {k: v for k, v in told["headers"].items() if k.lower() not in ("user-agent", "x-schemathesis-testcaseid")}
    if "data" in told:
        told["content"] = told.pop("data")
    bodies = [told.get("json")]
    if sensible(bodies[0]) != bodies[0]:
        bodies.append(sensible(bodies[0]))
    method, url, _ = told.pop("method"), told.pop("url"), told.pop("cookies", None)
    for body in bodies:
        if "json" in told:
            told["json"] = body
        try:
            reply = quiet.request(method, url, **told)
        except (httpx.InvalidURL, UnicodeEncodeError, ValueError):
            return  # cannot be sent at all
        counted[reply.status_code] += 1
        case.validate_response(reply, checks=CHECKED)
