"""Compares answers with what an SDK's models made of them."""

import json
import os
import urllib.request
from datetime import datetime

ABSENT = object()


def check_models(check, path, models):
    """Checks that the models, read from `path`, have all of the answer that they have members for."""
    url = os.environ["OKTA_URL"] + path
    request = urllib.request.Request(url, headers={"Authorization": "SSWS " + os.environ["OKTA_TOKEN"]})
    with urllib.request.urlopen(request) as response:
        answer = json.load(response)
    check(path, list(differences(answer, models)), [])
    changed = [*answer, {}] if isinstance(answer, list) else {**answer, "id": "another"}
    check(f"{path}, changed", bool(list(differences(changed, models))), True)


def differences(answer, model, path=""):
    model = plain(model)
    if model is ABSENT or answer is None or answer == model:
        return
    if isinstance(answer, dict) and model is not None:
        members = members_of(model)
        for name, value in answer.items():
            yield from differences(value, members.get(name, ABSENT), f"{path}/{name}")
    elif isinstance(answer, list) and isinstance(model, list) and len(answer) == len(model):
        for n, value in enumerate(answer):
            yield from differences(value, model[n], f"{path}/{n}")
    # An empty object, such as a password's, is nothing to Python.
    elif answer != {} and not is_same_time(answer, model):
        yield f"{path}: {answer!r} became {model!r}"


def plain(model):
    """What one of several alternatives is; the value of an enum."""
    model = getattr(model, "actual_instance", model)
    return model.value if hasattr(type(model), "__members__") else model


def members_of(model):
    if isinstance(model, dict):
        return model
    if hasattr(model, "request_format"):
        return model.request_format()
    fields = type(model).model_fields.items()
    return {field.alias or name: getattr(model, name) for name, field in fields}


def is_same_time(answer, model):
    return isinstance(model, datetime) and datetime.fromisoformat(answer.replace("Z", "+00:00")) == model
