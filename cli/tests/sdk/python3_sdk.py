"""What an integrator does with Okta's Python SDK 3.x, against the org of OKTA_URL."""

import asyncio

from checks import Checks, assertion_client, client_config, receiver, soon
from models import check_models
from okta.client import Client
from okta.pagination import PaginationHelper
from okta.models import (
    AddGroupRequest, AppUserAssignRequest, BookmarkApplication, CreateGroupRuleRequest, CreateUserRequest, EventHook, UpdateUserRequest,
)


def person(login, **profile):
    profile = {"login": login, "email": login, "firstName": "Nadia", "lastName": "Osei", **profile}
    return CreateUserRequest.from_dict({"profile": profile, "credentials": {"password": {"value": "Abcd1234x"}}})


def good(answer):
    error = answer[-1]
    assert error is None, error
    return answer[0]


def code(answer):
    error = answer[-1]
    assert error is not None, "an error is expected"
    return getattr(error, "error_code", None) or str(error)


async def users(client, check):
    staged = good(await client.create_user(person("staged@example.com"), activate=False))
    check("created without activation", staged.status.value, "STAGED")
    check("no secret comes back", "Abcd1234x" in staged.to_json(), False)
    for n in range(4):
        good(await client.create_user(person(f"user{n}@example.com", department="Sales")))
    user = good(await client.get_user("user1@example.com"))
    check("created with activation", user.status.value, "ACTIVE")
    check("profile", (user.profile.first_name, user.profile.mobile_phone), ("Nadia", None))
    check("the type of a user", user.type.id.startswith("oty"), True)
    check("the provider", user.credentials.provider.type.value, "OKTA")
    me = good(await client.get_user("me"))
    check("me", me.profile.login, "admin@example.com")

    seen, answer = [], await client.list_users(limit=2)
    for _ in range(10):
        seen += [user.profile.login for user in good(answer)]
        after = next_of(answer[1])
        if after is None:
            break
        answer = await client.list_users(limit=2, after=after)
    check("pages of two", seen, ["staged@example.com"] + [f"user{n}@example.com" for n in range(4)])
    found = good(await client.list_users(search='profile.department eq "Sales" and profile.login co "user3"'))
    check("search", [user.profile.login for user in found], ["user3@example.com"])
    sort = good(await client.list_users(search='status eq "ACTIVE"', sort_by="profile.login", sort_order="desc"))
    check("sorted", [user.profile.login for user in sort][0], "user3@example.com")
    found = good(await client.list_users(filter='status eq "STAGED"'))
    check("filter", [user.id for user in found], [staged.id])
    found = good(await client.list_users(q="nad"))
    check("q", len(found), 5)

    change = UpdateUserRequest.from_dict({"profile": {"title": "Clerk"}})
    changed = good(await client.update_user(user.id, change))
    check("updated", (changed.profile.title, changed.profile.department), ("Clerk", "Sales"))
    change = UpdateUserRequest.from_dict({"credentials": {"password": {"value": "Other9876x"}}})
    good(await client.update_user(user.id, change))

    for step, expected in [
        (lambda: client.suspend_user(user.id), "SUSPENDED"),
        (lambda: client.unsuspend_user(user.id), "ACTIVE"),
        (lambda: client.expire_password(user.id), "PASSWORD_EXPIRED"),
        (lambda: client.reset_password(user.id, send_email=False), "RECOVERY"),
        (lambda: client.deactivate_user(user.id), "DEPROVISIONED"),
        (lambda: client.activate_user(user.id, send_email=False), "ACTIVE"),
        (lambda: client.reset_factors(user.id), "ACTIVE"),
        (lambda: client.revoke_user_sessions(user.id), "ACTIVE"),
    ]:
        answer = await step()
        check(f"to {expected}", answer[-1], None)
        check("the status", good(await client.get_user(user.id)).status.value, expected)
    # The SDK takes the answer for a user, which it is not at Okta either.
    temporary = await client.expire_password_with_temp_password(user.id)
    check("a temporary password", temporary[-1], None)
    check("unlock of who is not locked", code(await client.unlock_user(staged.id)), "E0000032")
    token = good(await client.activate_user(staged.id, send_email=False))
    check("a token instead of an e-mail", bool(token.activation_token and token.activation_url), True)
    return user


async def groups(client, check, user):
    everyone = good(await client.list_groups(q="Every"))
    check("Everyone", [(group.profile.actual_instance.name, group.type.value) for group in everyone], [("Everyone", "BUILT_IN")])
    made = []
    for name in ["Sales", "Support", "Engineering"]:
        made.append(good(await client.add_group(AddGroupRequest.from_dict({"profile": {"name": name}}))))
    sales = made[0]
    check("the class of a group", sales.object_class, ["okta:user_group"])
    check("times of a group", bool(sales.last_updated and sales.last_membership_updated), True)
    seen, answer = [], await client.list_groups(limit=2)
    for _ in range(10):
        seen += [group.profile.actual_instance.name for group in good(answer)]
        after = next_of(answer[1])
        if after is None:
            break
        answer = await client.list_groups(limit=2, after=after)
    check("groups in pages", seen, ["Everyone", "Sales", "Support", "Engineering"])
    found = good(await client.list_groups(search='profile.name eq "Support"'))
    check("search of groups", [group.id for group in found], [made[1].id])
    renamed = good(await client.replace_group(sales.id, AddGroupRequest.from_dict({"profile": {"name": "Sales EU"}})))
    check("replaced", renamed.profile.actual_instance.name, "Sales EU")
    check("joined", (await client.assign_user_to_group(sales.id, user.id))[-1], None)
    members = good(await client.list_group_users(sales.id, limit=2))
    check("members", [member.id for member in members], [user.id])
    of_user = good(await client.list_user_groups(user.id))
    check("groups of a user", [group.profile.actual_instance.name for group in of_user], ["Everyone", "Sales EU"])
    check("left", (await client.unassign_user_from_group(sales.id, user.id))[-1], None)

    rule = good(await client.create_group_rule(CreateGroupRuleRequest.from_dict({
        "type": "group_rule", "name": "Sales people",
        "conditions": {"expression": {"value": 'user.department=="Sales"', "type": "urn:okta:expression:1.0"}},
        "actions": {"assignUserToGroups": {"groupIds": [made[1].id]}},
    })))
    check("a new rule", rule.status.value, "INACTIVE")
    check("activated", (await client.activate_group_rule(rule.id))[-1], None)
    members = good(await client.list_group_users(made[1].id))
    check("members by rule", len(members), 4)
    rules = good(await client.list_group_rules())
    check("listed", [rule.name for rule in rules], ["Sales people"])
    check_models(check, "/api/v1/groups/rules", rules)
    check("deactivated", (await client.deactivate_group_rule(rule.id))[-1], None)
    check("deleted rule", (await client.delete_group_rule(rule.id))[-1], None)
    check("deleted group", (await client.delete_group(made[2].id))[-1], None)


async def hooks_and_log(client, check):
    hook_url, received = receiver()
    hook = good(await client.create_event_hook(EventHook.from_dict({
        "name": "Sync", "events": {"type": "EVENT_TYPE", "items": ["user.lifecycle.create"]},
        "channel": {"type": "HTTP", "version": "1.0.0", "config": {
            "uri": hook_url, "authScheme": {"type": "HEADER", "key": "Authorization", "value": "s3cret"}}},
    })))
    check("a new hook", (hook.status, hook.verification_status.value), ("ACTIVE", "UNVERIFIED"))
    verified = good(await client.verify_event_hook(hook.id))
    check("verified", verified.verification_status.value, "VERIFIED")
    good(await client.create_user(person("hooked@example.com")))
    check("delivered", soon(lambda: [login for login in received]), ["hooked@example.com"])
    check_models(check, f"/api/v1/eventHooks/{hook.id}", good(await client.get_event_hook(hook.id)))
    check("hooks", len(good(await client.list_event_hooks())), 1)
    good(await client.deactivate_event_hook(hook.id))
    check("deleted hook", (await client.delete_event_hook(hook.id))[-1], None)

    bounds = {"since": "2026-06-01T00:00:00.000Z", "until": "2999-01-01T00:00:00.000Z"}
    bounds["since"] = Checks.an_hour_ago()
    log = good(await client.list_log_events(**bounds, limit=1000, filter='eventType eq "user.lifecycle.create"'))
    check("the log in bounds", log[0].target[0].alternate_id, "staged@example.com")
    polled = await client.list_log_events(limit=1000)
    check("polling goes on", next_of(polled[1]) is not None, True)
    polled = await client.list_log_events(limit=1000, after=next_of(polled[1]))
    check("nothing new", (good(polled), next_of(polled[1]) is not None), ([], True))
    kinds = {event.event_type for event in good(await client.list_log_events(limit=1000))}
    for kind in ["group.profile.update", "group.lifecycle.delete", "user.account.update_password",
                 "user.session.clear", "user.mfa.factor.reset_all"]:
        check(f"in the log: {kind}", kind in kinds, True)


async def org_and_apps(client, check, user):
    check("the org", good(await client.get_org_settings()).status, "ACTIVE")
    types = good(await client.list_user_types())
    check("the user type", [kind.name for kind in types], ["user"])
    schema = good(await client.get_user_schema("default"))
    check("the user schema", schema.definitions.base.properties.login.type.value, "string")
    check("the group schema", good(await client.get_group_schema()).definitions.base.properties.name.type.value, "string")
    tokens = good(await client.list_api_tokens())
    check("the API token", tokens[0].token_window, "P30D")
    app = good(await client.create_application(BookmarkApplication.from_dict({
        "name": "bookmark", "label": "Wiki", "signOnMode": "BOOKMARK",
        "settings": {"app": {"requestIntegration": False, "url": "https://wiki.example.com"}},
    })))
    check("an app", (app.label, app.status.value), ("Wiki", "ACTIVE"))
    check("apps", [app.label for app in good(await client.list_applications())], ["Wiki"])
    assigned = good(await client.assign_user_to_application(app.id, AppUserAssignRequest.from_dict({"id": user.id})))
    check("assigned", (assigned.id, assigned.scope), (user.id, "USER"))
    check("app links", [link.label for link in good(await client.list_app_links(user.id))], ["Wiki"])
    group = good(await client.list_groups(q="Every"))[0]
    check("a group of an app", (await client.assign_group_to_application(app.id, group.id))[-1], None)
    check("apps of a group", [app.label for app in good(await client.list_assigned_applications_for_group(group.id))], ["Wiki"])
    check("users of an app", len(good(await client.list_application_users(app.id))) > 1, True)
    for path, read in [
        ("org", client.get_org_settings()),
        ("users", client.list_users()),
        (f"users/{user.id}", client.get_user(user.id)),
        (f"users/{user.id}/groups", client.list_user_groups(user.id)),
        (f"users/{user.id}/appLinks", client.list_app_links(user.id)),
        ("groups", client.list_groups()),
        (f"groups/{group.id}", client.get_group(group.id)),
        (f"groups/{group.id}/users", client.list_group_users(group.id)),
        (f"apps/{app.id}", client.get_application(app.id)),
        (f"apps/{app.id}/users", client.list_application_users(app.id)),
        (f"apps/{app.id}/groups", client.list_application_group_assignments(app.id)),
        ("meta/types/user", client.list_user_types()),
        ("meta/schemas/user/default", client.get_user_schema("default")),
        ("meta/schemas/group/default", client.get_group_schema()),
        ("api-tokens", client.list_api_tokens()),
        ("logs?limit=1000", client.list_log_events(limit=1000)),
    ]:
        check_models(check, f"/api/v1/{path}", good(await read))
    check("unassigned", (await client.unassign_user_from_application(app.id, user.id))[-1], None)
    check("deactivated app", (await client.deactivate_application(app.id))[-1], None)
    check("deleted app", (await client.delete_application(app.id))[-1], None)


async def errors(check):
    wrong = Client(client_config(token="wrong"))
    check("401", code(await wrong.list_users()), "E0000011")
    client = Client(client_config())
    check("404", code(await client.get_user("00unobody")), "E0000007")
    taken = person("user0@example.com")
    check("validation", code(await client.create_user(taken)), "E0000001")
    client = Client(client_config(rateLimit={"maxRetries": 2}))
    fault = {"X-Emulator-Fault": "429;reset=1;times=1;test=python3"}
    client.set_custom_headers(fault)
    check("429 and the SDK's own retry", (await client.list_users())[-1], None)


async def service_app(check):
    client = Client(assertion_client())
    check("with a private key", len(good(await client.list_users())) > 0, True)
    check("without the scope", code(await client.list_groups()), "E0000006")


def next_of(response):
    return PaginationHelper.extract_next_cursor(response.headers)


async def main():
    check = Checks()
    client = Client(client_config())
    user = await users(client, check)
    await groups(client, check, user)
    await org_and_apps(client, check, user)
    await hooks_and_log(client, check)
    await errors(check)
    await service_app(check)
    check.report()


asyncio.run(main())
