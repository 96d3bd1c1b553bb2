"""Puts the API together from what the floors answer, and describes it."""

from ninja import NinjaAPI

from content.api.access import router as access_router
from content.api.attachments import router as attachment_router
from content.api.bcf import router as bcf_router
from content.api.changes import router as change_router
from content.api.issues import router as issue_router
from content.api.items import file_router
from content.api.items import router as item_router
from content.api.own import router as kept_router
from content.api.relations import router as relation_router
from content.api.reviews import router as review_router
from content.api.routes import router as route_router
from content.api.searches import router as search_router
from content.api.talk import router as talk_router
from spaces.api import router as space_router
from tenants.api import Bearer, ErrorOut, handle
from tenants.api import router as own_router
from tenants.api_news import router as news_router
from tenants.api_record import router as record_router

REFUSALS = {
    401: "No token, or one that does not live",
    403: "The rules, or the scope of the token, do not allow it",
    404: "There is nothing here, or not for you",
    409: "Its state does not allow it",
    412: "Somebody stored a change since you read it",
    422: "What was sent cannot be taken",
    429: "More than 300 requests in a minute",
}
PATHS = "/api/p/{platform}/"

api = NinjaAPI(
    title="Gangway",
    version="1",
    description="What a platform holds, for programs, by the rules of the pages. See docs/api.md.",
    auth=Bearer(),
    openapi_url=None,
    docs_url=None,
    urls_namespace="api",
)
for router in (
    own_router,
    space_router,
    item_router,
    file_router,
    access_router,
    issue_router,
    change_router,
    route_router,
    review_router,
    talk_router,
    attachment_router,
    bcf_router,
    relation_router,
    kept_router,
    search_router,
    news_router,
    record_router,
):
    api.add_router("", router)
handle(api)


PLATFORM = {"in": "path", "name": "platform", "required": True, "schema": {"type": "string"}}
KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "description": "Repeating the request with the same key does nothing twice, for 24 hours.",
    "schema": {"type": "string", "maxLength": 100},
}


def described():
    """Return the OpenAPI description: of each address also how it refuses, and the header that repeats safely."""
    schema = api.get_openapi_schema(path_prefix=PATHS)
    schema["components"]["schemas"]["ErrorOut"] = ErrorOut.json_schema()
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorOut"}}}
    schema["components"]["responses"] = {
        str(code): {"description": words, "content": content} for code, words in REFUSALS.items()
    }
    for path in schema["paths"].values():
        for method, operation in path.items():
            headers = [] if method == "get" else [KEY]
            operation["parameters"] = [PLATFORM, *operation.get("parameters", ()), *headers]
            refusals = {str(code): {"$ref": f"#/components/responses/{code}"} for code in REFUSALS}
            operation["responses"] = {str(code): told for code, told in operation["responses"].items()} | refusals
    return schema


@api.get("/openapi.json", include_in_schema=False)
def openapi(request):
    """Describe the API to programs."""
    return described()
