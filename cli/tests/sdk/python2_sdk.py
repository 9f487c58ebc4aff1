"""What an integrator does with Okta's Python SDK 2.9, against the org of OKTA_URL."""

import asyncio

from checks import Checks, assertion_client, client_config, receiver, soon
from models import check_models
from okta.client import Client


def person(login, **profile):
    profile = {"login": login, "email": login, "firstName": "Nadia", "lastName": "Osei", **profile}
    return {"profile": profile, "credentials": {"password": {"value": "Abcd1234x"}}}


def good(answer):
    error = answer[-1]
    assert error is None, error
    return answer[0]


def code(answer):
    error = answer[-1]
    assert error is not None, "an error is expected"
    return getattr(error, "error_code", None) or str(error)


async def everything(answer):
    """All items of all pages."""
    items, response = good(answer) or [], answer[1]
    while response.has_next():
        more, error = await response.next()
        assert error is None, error
        items = items + more
    return items


async def users(client, check):
    staged = good(await client.create_user(person("staged@example.com"), {"activate": False}))
    check("created without activation", staged.status.value, "STAGED")
    for n in range(4):
        good(await client.create_user(person(f"user{n}@example.com", department="Sales")))
    user = good(await client.get_user("user1@example.com"))
    check("created with activation", user.status.value, "ACTIVE")
    logins = ["staged@example.com"] + [f"user{n}@example.com" for n in range(4)]
    found = await everything(await client.list_users({"limit": 2}))
    check("pages of two", [user.profile.login for user in found], logins)
    search = {"search": 'profile.department eq "Sales" and profile.login co "user3"'}
    found = await everything(await client.list_users(search))
    check("search", [user.profile.login for user in found], ["user3@example.com"])
    found = await everything(await client.list_users({"filter": 'status eq "STAGED"'}))
    check("filter", [user.id for user in found], [staged.id])
    changed = good(await client.partial_update_user(user.id, {"profile": {"title": "Clerk"}}))
    check("updated", (changed.profile.title, changed.profile.department), ("Clerk", "Sales"))
    passwords = {"oldPassword": {"value": "Abcd1234x"}, "newPassword": {"value": "Other9876x"}}
    kept = good(await client.change_password(user.id, passwords))
    check("password changed", kept.provider.type.value, "OKTA")

    for step, expected in [
        (client.suspend_user(user.id), "SUSPENDED"),
        (client.unsuspend_user(user.id), "ACTIVE"),
        (client.expire_password(user.id), "PASSWORD_EXPIRED"),
        (client.reset_password(user.id, {"sendEmail": False}), "RECOVERY"),
        (client.deactivate_user(user.id), "DEPROVISIONED"),
        (client.activate_user(user.id, {"sendEmail": False}), "ACTIVE"),
        (client.reset_factors(user.id), "ACTIVE"),
        (client.clear_user_sessions(user.id), "ACTIVE"),
    ]:
        check(f"to {expected}", (await step)[-1], None)
        check("the status", good(await client.get_user(user.id)).status.value, expected)
    temporary = good(await client.expire_password_and_get_temporary_password(user.id))
    check("a temporary password", len(temporary.temp_password) > 8, True)
    check("unlock of who is not locked", code(await client.unlock_user(staged.id)), "E0000032")
    token = good(await client.activate_user(staged.id, {"sendEmail": False}))
    check("a token instead of an e-mail", bool(token.activation_token), True)
    return user


async def groups(client, check, user):
    made = [good(await client.create_group({"profile": {"name": name}})) for name in ["Sales", "Support", "Engineering"]]
    found = await everything(await client.list_groups({"limit": 2}))
    check("groups in pages", [group.profile.name for group in found], ["Everyone", "Sales", "Support", "Engineering"])
    check("built in", found[0].type.value, "BUILT_IN")
    sales = good(await client.update_group(made[0].id, {"profile": {"name": "Sales EU"}}))
    check("replaced", sales.profile.name, "Sales EU")
    check("joined", (await client.add_user_to_group(sales.id, user.id))[-1], None)
    members = await everything(await client.list_group_users(sales.id, {"limit": 2}))
    check("members", [member.id for member in members], [user.id])
    of_user = good(await client.list_user_groups(user.id))
    check("groups of a user", [group.profile.name for group in of_user], ["Everyone", "Sales EU"])
    check("left", (await client.remove_user_from_group(sales.id, user.id))[-1], None)
    rule = good(await client.create_group_rule({
        "type": "group_rule", "name": "Sales people",
        "conditions": {"expression": {"value": 'user.department=="Sales"', "type": "urn:okta:expression:1.0"}},
        "actions": {"assignUserToGroups": {"groupIds": [made[1].id]}},
    }))
    check("activated", (await client.activate_group_rule(rule.id))[-1], None)
    check_models(check, "/api/v1/groups/rules", good(await client.list_group_rules()))
    check("members by rule", len(await everything(await client.list_group_users(made[1].id))), 4)
    check("deactivated", (await client.deactivate_group_rule(rule.id))[-1], None)
    check("deleted rule", (await client.delete_group_rule(rule.id))[-1], None)
    check("deleted group", (await client.delete_group(made[2].id))[-1], None)


async def hooks_and_log(client, check):
    hook_url, received = receiver()
    hook = good(await client.create_event_hook({
        "name": "Sync", "events": {"type": "EVENT_TYPE", "items": ["user.lifecycle.create"]},
        "channel": {"type": "HTTP", "version": "1.0.0", "config": {
            "uri": hook_url, "authScheme": {"type": "HEADER", "key": "Authorization", "value": "s3cret"}}},
    }))
    verified = good(await client.verify_event_hook(hook.id))
    check("verified", verified.verification_status, "VERIFIED")
    check_models(check, f"/api/v1/eventHooks/{hook.id}", verified)
    good(await client.create_user(person("hooked@example.com")))
    check("delivered", soon(lambda: list(received)), ["hooked@example.com"])
    good(await client.deactivate_event_hook(hook.id))
    check("deleted hook", (await client.delete_event_hook(hook.id))[-1], None)
    bounds = {"since": Checks.an_hour_ago(), "until": "2999-01-01T00:00:00.000Z", "limit": 2}
    bounds["filter"] = 'eventType eq "user.lifecycle.create"'
    log = await everything(await client.get_logs(bounds))
    check("the log in bounds", (len(log), log[0].target[0].alternate_id), (6, "staged@example.com"))
    answer = await client.get_logs({"limit": 1000, "sortOrder": "ASCENDING"})
    check("polling goes on", answer[1].has_next(), True)
    kinds = {event.event_type for event in good(answer)}
    for kind in ["group.profile.update", "user.account.update_password", "user.session.clear"]:
        check(f"in the log: {kind}", kind in kinds, True)
    for path, read in [
        ("users", client.list_users()),
        ("users/user0@example.com", client.get_user("user0@example.com")),
        ("groups", client.list_groups()),
        ("logs?limit=1000", client.get_logs({"limit": 1000})),
    ]:
        check_models(check, f"/api/v1/{path}", good(await read))


async def errors(check):
    check("401", code(await Client(client_config(token="wrong")).list_users()), "E0000011")
    client = Client(client_config())
    check("404", code(await client.get_user("00unobody")), "E0000007")
    check("validation", code(await client.create_user(person("user0@example.com"))), "E0000001")
    client.set_custom_headers({"X-Emulator-Fault": "429;reset=1;times=1;test=python2"})
    check("429 and the SDK's own retry", (await client.list_users())[-1], None)


async def service_app(check):
    client = Client(assertion_client())
    check("with a private key", len(good(await client.list_users())) > 0, True)
    check("without the scope", code(await client.list_groups()), "E0000006")


async def main():
    check = Checks()
    client = Client(client_config())
    user = await users(client, check)
    await groups(client, check, user)
    await hooks_and_log(client, check)
    await errors(check)
    await service_app(check)
    check.report()


asyncio.run(main())
