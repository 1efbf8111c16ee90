"""Users and passwords: who may sign in, as what, and that no trail shows a password."""

from __future__ import annotations

import time

import pytest
from argon2 import extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY

from practice.access import passwords
from practice.access.passwords import check_password, hash_password, verify_password
from practice.access.permissions import PEOPLE_ROLES, ROLES, SYSTEM, Actor, Permission
from practice.access.queries import users
from practice.access.sign_in import session_actor, sign_in
from practice.access.users import (
    add_user,
    change_own_password,
    change_password,
    change_user,
    create_user,
    disable_user,
    enable_user,
    revoke_sessions,
)
from practice.errors import Conflict, NotPermitted, Refusal

PASSWORD = "four words in a row"


def read(record, query, *arguments):
    with record.read() as reader:
        return query(reader, *arguments)


@pytest.fixture
def olga(record):
    """The owner's user id."""
    return create_user(record, SYSTEM, email="Olga@Example.org", name="Olga Stern", role="owner", password=PASSWORD)[
        "user_id"
    ]


def test_a_user_signs_in_by_e_mail_in_whatever_case(record, olga):
    session = session_actor(record, sign_in(record, " OLGA@example.ORG ", PASSWORD))
    assert session.email == "olga@example.org"
    assert session.actor == Actor(olga, "owner", "Olga Stern")


def test_an_e_mail_address_belongs_to_one_user(record, olga):
    with pytest.raises(Conflict) as refused:
        create_user(record, SYSTEM, email="olga@EXAMPLE.org", name="Olga Two", role="biller", password=PASSWORD)
    assert refused.value.field == "email"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"email": ""}, "email"),
        ({"email": "ben"}, "email"),
        ({"name": " "}, "name"),
        ({"role": "system"}, "role"),
        ({"role": "king"}, "role"),
        ({"role": "provider"}, "provider_id"),
        ({"password": "short"}, "password"),
    ],
)
def test_a_user_with_a_wrong_field_is_refused_naming_it(record, house, fields, field):
    proper = {"email": "ben@example.org", "name": "Ben", "role": "biller", "password": PASSWORD}
    with pytest.raises(Refusal) as refused:
        create_user(record, SYSTEM, **(proper | fields))
    assert refused.value.field == field


def test_a_user_of_a_provider_or_a_location_that_does_not_exist_is_refused(record, house):
    proper = {"email": "ben@example.org", "name": "Ben", "role": "provider", "password": PASSWORD}
    for wrong in ({"provider_id": "nobody"}, {"provider_id": house.moss, "location_ids": ["nowhere"]}):
        with pytest.raises(Refusal, match="does not exist"):
            create_user(record, SYSTEM, **proper, **wrong)


@pytest.mark.parametrize(
    "password",
    [
        "elevensigns",
        " " * 20,
        "aaaaaaaaaaaaaaaa",
        "Password 1234",
        "correct horse battery staple",
        "Olga Stern Olga Stern",
        "olga@example.org",
        "x" * 257,
        None,
    ],
)
def test_a_password_that_is_easily_guessed_is_refused(password):
    with pytest.raises(Refusal) as refused:
        check_password(password, email="olga@example.org", name="Olga Stern")
    assert refused.value.rule == "password"
    assert not password or password.strip() == "" or password not in str(refused.value)


def test_passwords_are_hashed_as_rfc_9106_advises(monkeypatch, quick_hashes):
    monkeypatch.setattr(passwords, "_hasher", quick_hashes)
    assert extract_parameters(hash_password(PASSWORD)) == RFC_9106_LOW_MEMORY


def test_only_its_own_password_opens_a_hash():
    hashed = hash_password(PASSWORD)
    assert hashed.startswith("$argon2id$")
    assert verify_password(hashed, PASSWORD)
    assert not verify_password(hashed, PASSWORD + ".")
    assert not verify_password(None, PASSWORD)
    assert not verify_password("not a hash", PASSWORD)
    assert hash_password(PASSWORD) != hashed


def test_an_unknown_user_costs_as_much_as_a_wrong_password():
    passwords._dummy.cache_clear()
    hashed = hash_password(PASSWORD)

    def took(password_hash):
        started = time.perf_counter()
        verify_password(password_hash, "a wrong password")
        return time.perf_counter() - started

    verify_password(None, "")  # the dummy hash is made once
    assert min(took(None) for _ in range(5)) > min(took(hashed) for _ in range(5)) / 4


def test_no_password_and_no_hash_is_in_the_audit_trail_or_the_feed(record, olga):
    change_password(record, SYSTEM, user_id=olga, password="another four words here")
    token = sign_in(record, "olga@example.org", "another four words here")
    with record.read() as reader:
        trail = str(reader.rows("select * from audit_entries")) + str(reader.rows("select * from changes"))
    for secret in (PASSWORD, "another four words", "argon2", token):
        assert secret not in trail


def test_a_bare_password_is_never_stored(record, house):
    with pytest.raises(Refusal, match="hashed before"):
        record.run(add_user, SYSTEM, email="ben@example.org", name="Ben", role="biller", password_hash=PASSWORD)


def test_the_same_form_sent_twice_makes_one_user(record):
    form = {"email": "ben@example.org", "name": "Ben", "role": "biller", "password": PASSWORD, "key": "form-1"}
    assert create_user(record, SYSTEM, **form) == create_user(record, SYSTEM, **form)
    assert len(read(record, users, SYSTEM)) == 1
    with pytest.raises(Conflict, match="reload"):
        create_user(record, SYSTEM, **(form | {"password": "quite another password"}))


def test_the_list_of_users_has_scopes_and_no_secrets(record, house, as_role):
    create_user(
        record, SYSTEM, email="t@example.org", name="Tomas", role="provider", password=PASSWORD,
        provider_id=house.reed, location_ids=[house.location],
    )  # fmt: skip
    (shown,) = read(record, users, as_role("owner"))
    assert (shown["provider_id"], shown["location_ids"]) == (house.reed, [house.location])
    assert not {"password_hash", "failed_sign_ins"} & set(shown)
    with pytest.raises(NotPermitted):
        read(record, users, as_role("manager"))


def test_the_last_active_owner_stays(record, olga):
    for refused in ((disable_user, {}), (change_user, {"role": "manager"})):
        with pytest.raises(Refusal) as no:
            record.run(refused[0], SYSTEM, user_id=olga, **refused[1])
        assert no.value.rule == "last_owner"
    second = create_user(record, SYSTEM, email="b@example.org", name="Berta", role="owner", password=PASSWORD)
    record.run(disable_user, SYSTEM, user_id=olga)
    with pytest.raises(Refusal, match="last active owner"):
        record.run(change_user, SYSTEM, user_id=second["user_id"], role="biller")
    record.run(enable_user, SYSTEM, user_id=olga)
    record.run(change_user, SYSTEM, user_id=second["user_id"], role="biller")


def test_a_disabled_user_is_out_at_once_and_back_when_enabled(record, olga):
    create_user(record, SYSTEM, email="b@example.org", name="Berta", role="owner", password=PASSWORD)
    token = sign_in(record, "olga@example.org", PASSWORD)
    assert record.run(disable_user, SYSTEM, user_id=olga)["ended_sessions"] == 1
    assert session_actor(record, token) is None
    with pytest.raises(Refusal, match="do not go together"):
        sign_in(record, "olga@example.org", PASSWORD)
    record.run(enable_user, SYSTEM, user_id=olga)
    assert session_actor(record, token) is None
    assert session_actor(record, sign_in(record, "olga@example.org", PASSWORD))


def test_another_role_or_password_ends_every_session(record, house, olga):
    ben = create_user(record, SYSTEM, email="b@example.org", name="Ben", role="biller", password=PASSWORD)["user_id"]
    first, second = (sign_in(record, "b@example.org", PASSWORD) for _ in range(2))
    record.run(change_user, SYSTEM, user_id=ben, role="front_desk")
    assert session_actor(record, first) is None is session_actor(record, second)
    third = sign_in(record, "b@example.org", PASSWORD)
    change_password(record, SYSTEM, user_id=ben, password="a new one, long enough")
    assert session_actor(record, third) is None
    with pytest.raises(Refusal):
        sign_in(record, "b@example.org", PASSWORD)
    assert session_actor(record, sign_in(record, "b@example.org", "a new one, long enough")).actor.role == "front_desk"


def test_other_locations_take_effect_with_the_next_call(record, house):
    ben = create_user(record, SYSTEM, email="b@example.org", name="Ben", role="biller", password=PASSWORD)["user_id"]
    token = sign_in(record, "b@example.org", PASSWORD)
    record.run(change_user, SYSTEM, user_id=ben, location_ids=[house.location], name="Ben B.")
    actor = session_actor(record, token).actor
    assert (actor.location_ids, actor.name) == (frozenset({house.location}), "Ben B.")


def test_people_change_their_own_password_knowing_the_old_one(record, olga):
    token = sign_in(record, "olga@example.org", PASSWORD)
    actor = session_actor(record, token).actor
    with pytest.raises(Refusal, match="not your present password"):
        change_own_password(record, actor, old_password="something else", password="a new one, long enough")
    change_own_password(record, actor, old_password=PASSWORD, password="a new one, long enough")
    assert session_actor(record, token) is None
    assert sign_in(record, "olga@example.org", "a new one, long enough")
    with record.read() as reader:
        assert reader.value("select actor_id from audit_entries where command = 'set_own_password'") == olga


def test_only_those_who_manage_users_give_passwords(record, olga, as_role):
    for role in set(PEOPLE_ROLES) - {"owner"}:
        with pytest.raises(NotPermitted):
            change_password(record, as_role(role), user_id=olga, password="a new one, long enough")
        with pytest.raises(NotPermitted):
            create_user(record, as_role(role), email="x@example.org", name="X", role="owner", password=PASSWORD)


def test_ending_all_sessions_of_a_user_spares_the_others(record, olga):
    create_user(record, SYSTEM, email="b@example.org", name="Ben", role="biller", password=PASSWORD)
    hers, his = sign_in(record, "olga@example.org", PASSWORD), sign_in(record, "b@example.org", PASSWORD)
    record.run(revoke_sessions, SYSTEM, user_id=olga)
    assert session_actor(record, hers) is None
    assert session_actor(record, his)


def test_no_person_may_operate_the_system_and_everyone_may_change_their_own_password():
    for role in PEOPLE_ROLES:
        assert Permission.OPERATE not in ROLES[role]
        assert Permission.OWN_PASSWORD in ROLES[role]
