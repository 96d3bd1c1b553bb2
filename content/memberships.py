"""What a membership means on this floor: locks and shares that end with it, items that stay."""

from content import inheritance, locks, share_invites, watching
from content.models import GroupShare, Item, Presence, Share, Upload, Watch
from tenants import memberships


def preview(member):
    """Say which locks, shares and watches end."""
    held = Item.objects.filter(platform=member.platform, locked_by=member.user).count()
    own = Share.objects.live().filter(content_object__platform=member.platform, user=member.user)
    through = GroupShare.objects.live().filter(group__user_group__members=member)
    shares = own.values("pk").union(through.values("pk"), all=True).count()
    lines = [(held, "lock ends", "locks end"), (shares, "share with them ends", "shares with them end")]
    said = [f"{number} {one if number == 1 else many}" for number, one, many in lines if number]
    return said + watching.preview(member)


def stays(member):
    """Say what they keep owning as content owner."""
    owned = Item.objects.filter(platform=member.platform, owner=member.user).count()
    return [f"{owned} {'item' if owned == 1 else 'items'} of which they are content owner"] if owned else []


def end(actor, member):
    """End the locks, the shares, the watches and the uploads under way; the sweep takes their bytes."""
    locks.release_all(member.platform, member.user)
    Upload.objects.filter(item__platform=member.platform, user=member.user).delete()
    Share.objects.filter(content_object__platform=member.platform, user=member.user).delete()
    Watch.objects.filter(member=member).delete()
    Presence.objects.filter(member=member).delete()


def move(member, user):
    """Hand shares with a pending member to the account that accepts."""
    Share.objects.filter(content_object__platform=member.platform, user=member.user).update(user=user)


def register():
    """Hand this floor's part to the ground floor."""
    step = memberships.Step(
        preview=preview,
        stays=stays,
        end=end,
        move=move,
        estates=inheritance.estates,
        hand_over=inheritance.pass_on,
        held=share_invites.held,
        offered=share_invites.offered,
        accept=share_invites.accept,
        vouches=share_invites.vouches,
    )
    memberships.register(step)
