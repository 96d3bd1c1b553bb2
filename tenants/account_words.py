"""What mail about one's account says, by allauth's name of its kind: subject and words, each link on a line."""

from django.utils import timezone

IGNORE = "If this was not you, do nothing: nothing changes."
MAILS = {
    "account/email/email_confirmation": (
        "Confirm your address for Gangway",
        "Somebody uses this address for an account on Gangway. If it is you, confirm it within a day:\n\n"
        "{activate_url}\n\nAn invitation to this address can be accepted from then on. " + IGNORE,
    ),
    "account/email/account_already_exists": (
        "You have an account on Gangway already",
        "Somebody tried to create an account with this address, which has one already. Sign in with it; if you do "
        "not know its password any more, choose a new one:\n\n{password_reset_url}\n\n" + IGNORE,
    ),
    "account/email/unknown_account": (
        "There is no account with this address on Gangway",
        "Somebody asked for a new password with this address, which has no account. If it was you, use the address "
        "that you were invited by, or create an account:\n\n{signup_url}\n\n" + IGNORE,
    ),
    "account/email/password_reset_key": (
        "Choose a new password for Gangway",
        "Somebody asked for a new password for your account. If it was you, choose it here:\n\n"
        "{password_reset_url}\n\n" + IGNORE,
    ),
}
CHANGES = {
    "account/email/email_changed": ("Your address was changed", "Your address is {to_email} now; it was {from_email}."),
    "account/email/email_confirm": ("Your address is confirmed", "The address {email} of your account is confirmed."),
    "account/email/email_deleted": ("An address was removed", "{deleted_email} was removed from your account."),
    "account/email/password_changed": ("Your password was changed", "The password of your account was changed."),
    "account/email/password_reset": ("Your password was changed", "A new password was chosen by a link in a mail."),
    "account/email/password_set": ("Your account has a password", "A password was set for your account."),
    "mfa/email/recovery_codes_generated": ("New recovery codes", "New recovery codes were made; earlier ones ended."),
    "mfa/email/totp_activated": ("A second step by app is on", "An authenticator app is asked for when you sign in."),
    "mfa/email/totp_deactivated": ("The second step by app is off", "No authenticator app is asked for any more."),
    "mfa/email/webauthn_added": ("A passkey was added", "A passkey was added to your account."),
    "mfa/email/webauthn_removed": ("A passkey was removed", "A passkey was removed from your account."),
}
MAILS["account/email/email_confirmation_signup"] = MAILS["account/email/email_confirmation"]
ORIGIN = (
    "\n\nIf this was not you, choose a new password and end the sessions that you do not know.\n\n"
    "It was done on {day}, from {ip}, with {user_agent}."
)


def written(kind, context):
    """Return (subject, words) of a mail, or None for a kind that has no words of ours."""
    if kind in CHANGES:
        subject, words = CHANGES[kind]
        words += ORIGIN
    elif kind in MAILS:
        subject, words = MAILS[kind]
    else:
        return None
    day = timezone.localtime(context.get("timestamp")).strftime("%-d %B %Y, %H:%M %Z")
    return f"{subject}{' · Gangway' if kind in CHANGES else ''}", words.format_map({**context, "day": day})
