"""The API's own documentation, written from its OpenAPI description: one page, nothing fetched, no scripts."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from detente.web.schemas import ANYWHERE, WORDS

router = APIRouter(include_in_schema=False)
EXAMPLE = {"dossier": "kuala-lumpur-2025", "scenario": "middle", "levers": {"us-threat-100": 40}, "horizon": "medium"}


@router.get("/api/docs")
def docs(request: Request) -> Response:
    """The page."""
    return HTMLResponse(page(request.app.openapi()))


def page(described: dict[str, Any]) -> str:
    """HTML of an OpenAPI description."""
    from jinja2 import Environment, PackageLoader

    made = Environment(loader=PackageLoader("detente.web"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    schemas = described.get("components", {}).get("schemas", {})
    return made.get_template("docs.html.j2").render(
        described=described,
        example=json.dumps(EXAMPLE, indent=2),
        refusals={code: WORDS[code] for code in ANYWHERE},
        everywhere={str(code) for code in ANYWHERE},
        bodies={(p, m): _body(told) for p, methods in described["paths"].items() for m, told in methods.items()},
        schemas={
            name: {
                "description": s.get("description", ""),
                "text": json.dumps(s.get("properties", s), indent=2, ensure_ascii=False),
            }
            for name, s in schemas.items()
        },
    )


def _body(told: dict[str, Any]) -> str:
    """Name of the schema an operation takes, if it has one."""
    schema = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema") or {}
    return str(schema.get("$ref", "")).rpartition("/")[2]
