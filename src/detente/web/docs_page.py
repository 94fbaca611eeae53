"""The API's own documentation, written from its OpenAPI description: one page, nothing fetched, no scripts."""

from __future__ import annotations

import html
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
    esc = html.escape
    everywhere = {str(code) for code in ANYWHERE}
    parts = []
    for path, methods in described["paths"].items():
        for method, told in methods.items():
            rows = "".join(
                f"<tr><td>{esc(code)}</td><td>{esc(r.get('description', ''))}</td></tr>"
                for code, r in told["responses"].items()
                if code not in everywhere
            )
            body = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            asked = f"<p>Body: {_named(body)}</p>" if body else ""
            given = ", ".join(f"<code>{esc(p['name'])}</code> ({esc(p['in'])})" for p in told.get("parameters", ()))
            parts.append(
                f'<section id="{esc(told.get("operationId", path))}"><h2><code>{method.upper()} {esc(path)}</code></h2>'
                f"<p><strong>{esc(told.get('summary', ''))}.</strong> {esc(told.get('description', ''))}</p>"
                f"{f'<p>Parameters: {given}</p>' if given else ''}{asked}<table><tbody>{rows}</tbody></table></section>"
            )
    schemas = "".join(
        f'<section id="schema-{esc(name)}"><h2>{esc(name)}</h2><p>{esc(s.get("description", ""))}</p>'
        f"<pre>{esc(json.dumps(s.get('properties', s), indent=2, ensure_ascii=False))}</pre></section>"
        for name, s in described.get("components", {}).get("schemas", {}).items()
    )
    refusals = "".join(f"<tr><td>{code}</td><td>{esc(WORDS[code])}</td></tr>" for code in ANYWHERE)
    sent = json.dumps(EXAMPLE, indent=2)
    example = esc(f"curl -H 'Content-Type: application/json' \\\n  -d '{sent}' \\\n  http://127.0.0.1:8000/api/v1/solve")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>detente: the API</title>'
        '<link rel="stylesheet" href="/static/css/plain.css"></head><body><main>'
        f"<h1>The API, version {esc(described['info']['version'])}</h1><p>{esc(described['info'].get('description', ''))} "
        'The description for programs is at <a href="/api/openapi.json">/api/openapi.json</a>.</p>'
        f"<h2>For example</h2><pre>{example}</pre>"
        f"<h2>What any operation may answer</h2><table><tbody>{refusals}</tbody></table>"
        f"{''.join(parts)}<h1>Bodies</h1>{schemas}</main></body></html>"
    )


def _named(schema: dict[str, Any]) -> str:
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    return f'<a href="#schema-{html.escape(name)}">{html.escape(name)}</a>' if name else "JSON"
