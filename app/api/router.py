"""All routes of version 1."""

from app.api import boards, document, facts, master, metrics
from app.api.schemas import Problem

# What is asked for most comes first: routes are tried one after the other. They are listed, not included in a router:
# that would build each of them again, and again for its first request.
routes = [route for part in (boards, metrics, facts, master, document) for route in part.router.routes]

COMPONENTS = {"Problem": Problem.model_json_schema(ref_template="#/components/schemas/{model}")}
