"""Placeholder until its owner writes it."""


def grant_role(*, actor, member, role, assigned, restricted):
    raise NotImplementedError


def set_grant(*, actor, grant, assigned, restricted):
    raise NotImplementedError


def ungrant_role(*, actor, grant):
    raise NotImplementedError
