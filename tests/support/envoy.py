"""What Envoy asks before it lets a request through to a customer's portal."""

import re
from urllib.parse import urlencode

from envoy.service.auth.v3 import attribute_context_pb2, external_auth_pb2

from services.session.envoy_api import COOKIE, ENTER


def http(method="GET", path="/people", body="", section="users", **headers):
    """The check that Envoy sends of one request, on a route with a section."""
    request = attribute_context_pb2.AttributeContext.HttpRequest(
        method=method, path=path, host="portal.example", headers=headers, body=body
    )
    attributes = attribute_context_pb2.AttributeContext(
        request=attribute_context_pb2.AttributeContext.Request(http=request),
        context_extensions={"section": section} if section else {},
    )
    return external_auth_pb2.CheckRequest(attributes=attributes)


def entered(envoy, lease):
    """Bring a lease, as the console's form does."""
    return envoy(http("POST", ENTER, urlencode({"lease": lease})))


def cookie_of(response):
    """Return the cookie that a browser was given."""
    headers = {h.header.key: h.header.value for h in response.denied_response.headers}
    return re.match(rf"{COOKIE}=[^;]+", headers["set-cookie"])[0]
