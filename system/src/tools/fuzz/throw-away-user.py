"""For operations that end the caller's sessions or account: a new user whenever an example has done that."""

import base64
import json
import os
import urllib.request
import uuid

import schemathesis
from hypothesis import strategies as st

URL = os.environ["SOUK_FUZZ_URL"]
PASSWORD = "a user for one example"
PASSWORD_FIELDS = ("password", "currentPassword")
NEXT_IS_NEW = (401, 429)

token = None


def post(path, body):
    request = urllib.request.Request(
        URL + path, json.dumps(body).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)


@schemathesis.auth(refresh_interval=None)
class NewUser:
    def get(self, case, context):
        global token
        if token is None:
            email = f"{uuid.uuid4()}@souk.example"
            post("/users", {"email": email, "password": PASSWORD, "name": "Ada"})
            token = post("/sessions", {"email": email, "password": PASSWORD})["accessToken"]
        return token

    def set(self, case, data, context):
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}
        if is_uuid(case.path_parameters.get("id")):
            case.path_parameters["id"] = session_of(data)


def is_uuid(text):
    try:
        return str(uuid.UUID(text)) == text
    except (AttributeError, TypeError, ValueError):
        return False


def session_of(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sid"]


def with_right_password(body):
    if not isinstance(body, dict):
        return body
    return {name: PASSWORD if name in PASSWORD_FIELDS else value for name, value in body.items()}


@schemathesis.hook
def after_call(context, case, response):
    """It did what was asked, or nobody knows the user any more, or the user must wait after too many wrong passwords."""
    global token
    if response.status_code < 300 or response.status_code in NEXT_IS_NEW:
        token = None


@schemathesis.hook
def before_generate_body(context, strategy):
    """What only the right password reaches is reached by every other example."""
    return st.one_of(strategy, strategy.map(with_right_password))
