"""Every address of the site, asked by every kind of visitor: one table, written by hand from docs/access.md."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.contrib import admin
from django.core.files.base import ContentFile
from django.test import RequestFactory, TestCase
from django.urls import reverse
from django.utils import timezone

from content.models import File, FileVersion, Item, Reference, Share
from platform_site.headers import HEADERS
from tenants.models import Member, Platform, User
from tests.factories import UserFactory
from tests.site_world import INSIDE, LOOKS, OUTSIDE, RECORD, VISITORS, World, addresses, body, undone, writes

WRITTEN_BY_OPERATORS = {  # in the Django admin; everything else there is to read, or written by services alone
    "content.ItemType",
    "content.Property",
    "spaces.Space",
    "tenants.Member",
    "tenants.Organization",
    "tenants.Platform",
    "tenants.Role",
    "tenants.RoleStock",
    "tenants.User",
}

# The columns: anonymous, stranger, administrator elsewhere, pending invitee, operator (superuser) | external (Reader),
# restricted (Author of another organization), reader, contributor, author, leader, content owner (an Author),
# owner, administrator without credentials. The item is In Work, in a Private space, owned by the host company.
# A form without a title says so before it says who may send it: what was typed comes back whatever happened meanwhile.
TABLE = """
GET  home                                none        302 302 302 302 302   302 302 302 302 302 302 302 302 302
GET  nothing                             nothing     302 404 404 404 404   404 404 404 404 404 404 404 404 404
GET  tenants:platforms                   none        302 200 200 200 200   200 200 200 200 200 200 200 200 200
GET  tenants:invitation_open             token       302 302 302 302 302   302 302 302 302 302 302 302 302 302
GET  tenants:invitation_answer           none        200 404 404 404 404   404 404 404 404 404 404 404 404 404
GET  tenants:invitation_answer?asked     none        200 404 404 200 404   404 404 404 404 404 404 404 404 404
POST tenants:invitation_answer           none        200 404 404 404 404   404 404 404 404 404 404 404 404 404
POST tenants:invitation_answer?asked     none        200 404 404 302 404   404 404 404 404 404 404 404 404 404
GET  tenants:home                        platform    302 404 404 404 404   200 200 200 200 200 200 200 200 200
GET  tenants:notifications               platform    302 404 404 404 404   200 200 200 200 200 200 200 200 200
GET  tenants:bell                        platform    204 404 404 404 404   200 200 200 200 200 200 200 200 200
GET  tenants:live                        platform    204 404 404 404 404   200 200 200 200 200 200 200 200 200
GET  tenants:stream                      platform    204 404 404 404 404   200 200 200 200 200 200 200 200 200
GET  content:item_present                item        302 404 404 404 404   200 404 200 200 200 200 200 200 200
GET  tenants:notes                       platform    204 404 404 404 404   200 200 200 200 200 200 200 200 200
GET  tenants:notification_settings       platform    302 404 404 404 404   200 200 200 200 200 200 200 200 200
POST tenants:notification_settings       platform    302 404 404 404 404   422 422 422 422 422 422 422 422 422
POST tenants:space_level                 space       302 404 404 404 404   422 422 422 422 422 422 422 422 422
POST tenants:notification_unread         note        302 404 404 404 404   404 404 404 404 404 404 404 404 302
GET  tenants:unsubscribe                 way_out     200 200 200 200 200   200 200 200 200 200 200 200 200 200
POST tenants:unsubscribe                 way_out     200 200 200 200 200   200 200 200 200 200 200 200 200 200
POST tenants:notification_read_all       platform    302 404 404 404 404   302 302 302 302 302 302 302 302 302
POST tenants:notification_read           note        302 404 404 404 404   404 404 404 404 404 404 404 404 302
GET  tenants:batch_detail                batch       302 404 404 404 404   404 404 404 404 404 404 404 404 200
POST tenants:batch_confirm               batch       302 404 404 404 404   404 404 404 404 404 404 404 404 409
POST tenants:batch_judge                 batch       302 404 404 404 404   404 404 404 404 404 404 404 404 302
POST tenants:batch_line                  batch_line  302 404 404 404 404   404 404 404 404 404 404 404 404 422
POST tenants:batch_discard               batch       302 404 404 404 404   404 404 404 404 404 404 404 404 302
GET  tenants:batch_file                  batch       302 404 404 404 404   404 404 404 404 404 404 404 404 200
GET  tenants:membership                  platform    302 404 404 404 404   200 200 200 200 200 200 200 200 200
GET  tenants:membership_leave            platform    302 404 404 404 404   200 200 200 200 200 200 200 200 200
POST tenants:membership_leave            platform    302 404 404 404 404   302 302 302 302 302 302 302 302 409
GET  tenants:token_list                  platform    302 404 404 404 404   200 200 200 200 200 200 200 200 200
GET  tenants:token_new                   platform    302 404 404 404 404   302 302 302 302 302 302 302 302 302
POST tenants:token_new                   platform    302 404 404 404 404   302 302 302 302 302 302 302 302 302
GET  tenants:token_revoke                api_token   302 404 404 404 404   404 404 404 404 404 200 404 404 200
POST tenants:token_revoke                api_token   302 404 404 404 404   404 404 404 404 404 302 404 404 302
POST tenants:export                      export      302 404 404 404 404   403 403 403 403 403 403 403 403 200
GET  tenants:sign_in                     platform    302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:sign_in                     platform    302 404 404 404 404   403 403 403 403 403 403 403 403 422
POST tenants:sign_in_test                platform    302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:sign_in_turn                platform    302 404 404 404 404   403 403 403 403 403 403 403 403 409
GET  tenants:sign_in_remove              platform    302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:sign_in_remove              platform    302 404 404 404 404   403 403 403 403 403 403 403 403 302
GET  tenants:two_factor                  platform    302 404 404 404 404   200 200 200 200 200 200 200 200 200
GET  tenants:company_sign_in             none        200 200 200 200 200   200 200 200 200 200 200 200 200 200
POST tenants:company_sign_in             none        422 422 422 422 422   422 422 422 422 422 422 422 422 422
GET  tenants:company_first_time          platform    404 404 404 404 404   404 404 404 404 404 404 404 404 404
GET  openid_connect_login                platform    404 404 404 404 404   404 404 404 404 404 404 404 404 404
GET  openid_connect_callback             platform    404 404 404 404 404   404 404 404 404 404 404 404 404 404
GET  socialaccount_connections           none        302 200 200 200 200   200 200 200 200 200 200 200 200 200
POST tenants:session_end                 session     302 404 404 404 404   404 404 404 404 404 404 404 404 404
GET  tenants:options                     platform    302 404 404 404 404   403 403 403 403 403 403 403 403 200
GET  tenants:option_history              platform    302 404 404 404 404   403 403 403 403 403 403 403 403 200
GET  tenants:option_preset               preset      302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:option_preset               preset      302 404 404 404 404   403 403 403 403 403 403 403 403 422
GET  tenants:option_undo                 change      302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:option_undo                 change      302 404 404 404 404   403 403 403 403 403 403 403 403 302
POST tenants:option_set                  option      302 404 404 404 404   403 403 403 403 403 403 403 403 422
GET  tenants:member_list                 platform    302 404 404 404 404   403 403 403 403 403 403 403 403 200
GET  tenants:member_many                 platform    302 404 404 404 404   403 403 403 403 403 403 403 403 404
GET  tenants:member_many?many            platform    302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:member_many                 platform    302 404 404 404 404   403 403 403 403 403 403 403 403 404
POST tenants:member_many?many            platform    302 404 404 404 404   403 403 403 403 403 403 403 403 422
GET  tenants:member_detail               member      302 404 404 404 404   403 403 403 403 403 403 403 403 200
GET  tenants:member_right                member      302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:member_right                member      302 404 404 404 404   403 403 403 403 403 403 403 403 422
GET  tenants:member_employment           member      302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:member_employment           member      302 404 404 404 404   403 403 403 403 403 403 403 403 422
GET  tenants:member_end                  member      302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:member_end                  member      302 404 404 404 404   403 403 403 403 403 403 403 403 302
GET  tenants:member_remove               member      302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:member_remove               member      302 404 404 404 404   403 403 403 403 403 403 403 403 302
GET  tenants:readiness                   member      302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:role_grant                  member      302 404 404 404 404   403 403 403 403 403 403 403 403 422
POST tenants:role_set                    grant       302 404 404 404 404   403 403 403 403 403 403 403 403 422
POST tenants:role_ungrant                grant       302 404 404 404 404   403 403 403 403 403 403 403 403 302
GET  tenants:role_list                   platform    302 404 404 404 404   403 403 403 403 403 403 403 403 200
GET  tenants:role_detail                 role        302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:role_grant_to               role        302 404 404 404 404   403 403 403 403 403 403 403 403 422
GET  tenants:role_take_back              holder      302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:role_take_back              holder      302 404 404 404 404   403 403 403 403 403 403 403 403 302
GET  tenants:role_ledger                 role        302 404 404 404 404   403 403 403 403 403 403 403 403 200
GET  tenants:organization_list           platform    302 404 404 404 404   403 403 403 403 403 403 403 403 200
GET  tenants:organization_new            platform    302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:organization_new            platform    302 404 404 404 404   403 403 403 403 403 403 403 403 422
GET  tenants:organization_detail         organization 302 404 404 404 404   403 403 403 403 403 403 403 403 200
GET  tenants:organization_edit           organization 302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:organization_edit           organization 302 404 404 404 404   403 403 403 403 403 403 403 403 422
GET  tenants:organization_move           organization 302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:organization_move           organization 302 404 404 404 404   403 403 403 403 403 403 403 403 422
GET  tenants:organization_archive        organization 302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:organization_archive        organization 302 404 404 404 404   403 403 403 403 403 403 403 403 302
GET  tenants:organization_delete         organization 302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:organization_delete         organization 302 404 404 404 404   403 403 403 403 403 403 403 403 302
GET  tenants:organization_leave          belonging   302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:organization_leave          belonging   302 404 404 404 404   403 403 403 403 403 403 403 403 302
GET  tenants:partner_list                platform    302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:partner_name                platform    302 404 404 404 404   403 403 403 403 403 403 403 403 422
POST tenants:partner_default             platform    302 404 404 404 404   403 403 403 403 403 403 403 403 422
POST tenants:partner_answer              consent     302 404 404 404 404   403 403 403 403 403 403 403 403 422
GET  tenants:licences_between            platform    302 404 404 404 404   403 403 403 403 403 403 403 403 200
GET  tenants:partner_detail              partner     302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:partner_detail              partner     302 404 404 404 404   403 403 403 403 403 403 403 403 422
GET  tenants:partner_end                 partner     302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:partner_end                 partner     302 404 404 404 404   403 403 403 403 403 403 403 403 302
GET  tenants:member_recall               member      302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:member_recall               member      302 404 404 404 404   403 403 403 403 403 403 403 403 409
GET  tenants:my_groups                   platform    302 404 404 404 404   200 200 200 200 200 200 200 200 200
GET  tenants:my_group                    group       302 404 404 404 404   404 404 404 404 404 404 404 404 404
GET  tenants:group_list                  platform    302 404 404 404 404   403 403 403 403 403 403 403 403 200
GET  tenants:group_new                   platform    302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:group_new                   platform    302 404 404 404 404   403 403 403 403 403 403 403 403 422
GET  tenants:group_detail                group       302 404 404 404 404   403 403 403 403 403 403 403 403 200
GET  tenants:group_edit                  group       302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:group_edit                  group       302 404 404 404 404   403 403 403 403 403 403 403 403 422
GET  tenants:group_delete                group       302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:group_delete                group       302 404 404 404 404   403 403 403 403 403 403 403 403 302
GET  tenants:group_join                  group       302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:group_join                  group       302 404 404 404 404   403 403 403 403 403 403 403 403 422
GET  tenants:group_part                  group_member 302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:group_part                  group_member 302 404 404 404 404   403 403 403 403 403 403 403 403 302
POST tenants:group_role_grant            group       302 404 404 404 404   403 403 403 403 403 403 403 403 422
POST tenants:group_role_set              group_grant 302 404 404 404 404   403 403 403 403 403 403 403 403 422
POST tenants:group_role_ungrant          group_grant 302 404 404 404 404   403 403 403 403 403 403 403 403 302
GET  tenants:record                      platform    302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:record_take                 platform    302 404 404 404 404   403 403 403 403 403 403 403 403 200
GET  tenants:record_elsewhere            platform    302 404 404 404 404   403 403 403 403 403 403 403 403 200
GET  tenants:record_checker              checker     302 404 404 404 404   403 403 403 403 403 403 403 403 200
GET  tenants:record_proof                platform    302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:member_auditor              member      302 404 404 404 404   403 403 403 403 403 403 403 403 409
GET  tenants:sponsored_list              platform    302 404 404 404 404   200 200 200 200 200 200 200 200 200
GET  tenants:sponsored_detail            member      302 404 404 404 404   404 404 404 404 404 200 404 404 200
POST tenants:sponsored_renew             member      302 404 404 404 404   404 404 404 404 404 422 404 404 302
POST tenants:sponsored_let_go            member      302 404 404 404 404   404 404 404 404 404 409 404 404 409
POST tenants:sponsor_name                member      302 404 404 404 404   404 404 404 404 404 422 404 404 422
POST tenants:sponsor_answer              member      302 404 404 404 404   404 404 404 404 404 403 404 404 403
GET  tenants:default_roles               platform    302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:default_roles               platform    302 404 404 404 404   403 403 403 403 403 403 403 403 422
GET  spaces:guest_invite                 space       302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST spaces:guest_invite                 space       302 404 404 404 404   403 403 403 403 403 403 403 403 422
GET  tenants:domain_list                 platform    302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:domain_list                 platform    302 404 404 404 404   403 403 403 403 403 403 403 403 422
GET  tenants:domain_remove               domain      302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:domain_remove               domain      302 404 404 404 404   403 403 403 403 403 403 403 403 302
GET  tenants:invitation_list             platform    302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST tenants:invitation_resend           invitation  302 404 404 404 404   403 403 403 403 403 403 403 403 302
POST tenants:invitation_revoke           invitation  302 404 404 404 404   403 403 403 403 403 403 403 403 302
GET  spaces:credential                   platform    302 404 404 404 404   200 200 200 200 200 200 200 200 200
POST spaces:credential                   platform    302 404 404 404 404   422 422 422 422 422 422 422 422 422
GET  spaces:control_center               platform    302 404 404 404 404   403 403 403 403 403 403 403 403 200
GET  spaces:space_list                   platform    302 404 404 404 404   200 200 200 200 200 200 200 200 200
GET  spaces:space_new                    platform    302 404 404 404 404   403 403 200 200 200 200 200 200 200
POST spaces:space_new                    platform    302 404 404 404 404   403 403 422 422 422 422 422 422 422
GET  spaces:access_ask                   space       302 404 404 404 404   200 200 200 200 200 200 200 200 200
POST spaces:access_ask                   space       302 404 404 404 404   409 409 409 409 409 409 409 409 409
POST spaces:access_withdraw              space       302 404 404 404 404   404 404 404 404 404 404 404 404 404
POST spaces:access_answer                asked       302 404 404 404 404   403 403 403 403 403 403 403 302 302
GET  spaces:space_menu                   space       302 404 404 404 404   200 200 200 200 200 200 200 200 200
GET  spaces:space_edit                   space       302 404 404 404 404   403 403 403 403 403 403 403 200 200
POST spaces:space_edit                   space       302 404 404 404 404   403 403 403 403 403 403 403 422 422
GET  spaces:space_visibility             space       302 404 404 404 404   200 200 200 200 200 200 200 200 200
POST spaces:space_visibility             space       302 404 404 404 404   422 422 422 422 422 422 422 422 422
GET  spaces:space_delete                 space       302 404 404 404 404   403 403 403 403 403 403 403 200 200
POST spaces:space_delete                 space       302 404 404 404 404   403 403 403 403 403 403 403 409 409
GET  spaces:space_record                 space       302 404 404 404 404   403 403 403 403 403 403 403 200 200
GET  spaces:space_members                space       302 404 404 404 404   200 200 200 200 200 200 200 200 200
GET  spaces:people_search                space       302 404 404 404 404   403 403 403 403 403 403 403 200 200
GET  spaces:credential_add               space       302 404 404 404 404   403 403 403 403 403 403 403 200 200
POST spaces:credential_add               space       302 404 404 404 404   403 403 403 403 403 403 403 422 422
GET  spaces:credential_change            credential  302 404 404 404 404   403 403 403 403 403 403 403 200 200
POST spaces:credential_change            credential  302 404 404 404 404   403 403 403 403 403 403 403 422 422
GET  spaces:credential_remove            credential  302 404 404 404 404   403 403 403 403 403 403 403 200 200
POST spaces:credential_remove            credential  302 404 404 404 404   403 403 403 403 403 403 403 302 302
GET  spaces:group_add                    space       302 404 404 404 404   403 403 403 403 403 403 403 200 200
POST spaces:group_add                    space       302 404 404 404 404   403 403 403 403 403 403 403 422 422
GET  spaces:group_change                 group_credential 302 404 404 404 404   403 403 403 403 403 403 403 200 200
POST spaces:group_change                 group_credential 302 404 404 404 404   403 403 403 403 403 403 403 422 422
GET  spaces:group_remove                 group_credential 302 404 404 404 404   403 403 403 403 403 403 403 200 200
POST spaces:group_remove                 group_credential 302 404 404 404 404   403 403 403 403 403 403 403 302 302
GET  spaces:member_import                platform    302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST spaces:member_import                platform    302 404 404 404 404   403 403 403 403 403 403 403 403 422
GET  spaces:import_example               platform    302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST spaces:invitation_new               platform    302 404 404 404 404   403 403 403 403 403 403 403 403 302
GET  spaces:invitation_people            draft       302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST spaces:invitation_people            draft       302 404 404 404 404   403 403 403 403 403 403 403 403 422
GET  spaces:invitation_roles             draft       302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST spaces:invitation_roles             draft       302 404 404 404 404   403 403 403 403 403 403 403 403 422
GET  spaces:invitation_spaces            draft       302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST spaces:invitation_spaces            draft       302 404 404 404 404   403 403 403 403 403 403 403 403 302
GET  spaces:invitation_preview           draft       302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST spaces:invitation_preview           draft       302 404 404 404 404   403 403 403 403 403 403 403 403 422
POST spaces:invitation_discard           draft       302 404 404 404 404   403 403 403 403 403 403 403 403 302
GET  content:space_detail                space       302 404 404 404 404   200 200 200 200 200 200 200 200 200
POST content:space_detail                space       302 404 404 404 404   200 200 200 200 200 200 200 200 200
GET  content:search_everywhere           platform    302 404 404 404 404   200 200 200 200 200 200 200 200 200
GET  content:search_list                 platform    302 404 404 404 404   200 200 200 200 200 200 200 200 200
GET  content:search_save                 platform    302 404 404 404 404   200 200 200 200 200 200 200 200 200
POST content:search_save                 platform    302 404 404 404 404   422 422 422 422 422 422 422 422 422
POST content:search_rename               saved       302 404 404 404 404   404 404 404 404 404 404 404 404 422
GET  content:watch_list                  platform    302 404 404 404 404   200 200 200 200 200 200 200 200 200
POST content:item_watch                  item        302 404 404 404 404   302 404 302 302 302 302 302 302 302
POST content:search_watch                saved       302 404 404 404 404   404 404 404 404 404 404 404 404 302
POST content:search_delete               saved       302 404 404 404 404   404 404 404 404 404 404 404 404 302
GET  content:list_columns                platform    302 404 404 404 404   200 200 200 200 200 200 200 200 200
POST content:list_columns                platform    302 404 404 404 404   302 302 302 302 302 302 302 302 302
GET  content:search_suggest              platform    302 404 404 404 404   200 200 200 200 200 200 200 200 200
GET  content:item_many                   platform    302 404 404 404 404   404 404 404 404 404 404 404 404 404
GET  content:item_many?acted             platform    302 404 404 404 404   200 200 200 200 200 200 200 200 200
POST content:item_many                   platform    302 404 404 404 404   404 404 404 404 404 404 404 404 404
POST content:item_many?acted             platform    302 404 404 404 404   422 422 422 422 422 422 422 422 422
GET  content:space_trash                 space       302 404 404 404 404   200 200 200 200 200 200 200 200 200
GET  content:item_purge                  thrown      302 404 404 404 404   404 404 404 404 404 200 200 200 200
POST content:item_purge                  thrown      302 404 404 404 404   404 404 404 404 404 302 302 302 302
POST content:item_restore                thrown      302 404 404 404 404   404 404 404 404 404 302 302 302 302
GET  content:item_list                   platform    302 404 404 404 404   200 200 200 200 200 200 200 200 200
POST content:item_list                   platform    302 404 404 404 404   200 200 200 200 200 200 200 200 200
GET  content:item_new                    platform    302 404 404 404 404   200 200 200 200 200 200 200 200 200
GET  content:item_new?typed              platform    302 404 404 404 404   200 200 200 200 200 200 200 200 200
POST content:item_new                    platform    302 404 404 404 404   422 422 422 422 422 422 422 422 422
POST content:item_new?typed              platform    302 404 404 404 404   422 422 422 422 422 422 422 422 422
GET  content:items_from_files         platform    302 404 404 404 404   200 200 200 200 200 200 200 200 200
POST content:items_from_files         platform    302 404 404 404 404   403 422 403 403 422 422 422 403 403
GET  content:item_detail                 item        302 404 404 404 404   200 404 200 200 200 200 200 200 200
GET  content:item_why                    item        302 404 404 404 404   200 404 200 200 200 200 200 200 200
GET  content:item_readers                item        302 404 404 404 404   403 404 403 403 403 200 200 200 200
GET  content:item_record                 item        302 404 404 404 404   200 404 200 200 200 200 200 200 200
GET  content:item_move                   item        302 404 404 404 404   403 404 403 403 403 200 200 200 200
POST content:item_move                   item        302 404 404 404 404   403 404 403 403 403 422 422 422 422
GET  content:item_discussion             item        302 404 404 404 404   200 404 200 200 200 200 200 200 200
POST content:item_discussion             item        302 404 404 404 404   422 404 422 422 422 422 422 422 422
POST content:bcf_export                  item        302 404 404 404 404   200 404 200 200 200 200 200 200 200
GET  content:bcf_import                  item        302 404 404 404 404   403 404 403 200 200 200 200 403 403
POST content:bcf_import                  item        302 404 404 404 404   403 404 403 422 422 422 422 403 403
POST content:bcf_bring                   item        302 404 404 404 404   403 404 403 409 409 409 409 403 403
GET  content:comment_people              item        302 404 404 404 404   200 404 200 200 200 200 200 200 200
GET  content:comment_edit                comment     302 404 404 404 404   200 404 200 200 200 200 200 200 200
POST content:comment_edit                comment     302 404 404 404 404   422 404 422 422 422 422 422 422 422
GET  content:comment_delete              comment     302 404 404 404 404   200 404 200 200 200 200 200 200 200
POST content:comment_delete              comment     302 404 404 404 404   403 404 403 403 302 403 403 422 422
POST content:comment_resolve             comment     302 404 404 404 404   409 404 409 409 409 409 409 409 409
GET  content:markups                    seen        302 404 404 404 404   200 404 200 200 200 200 200 200 200
POST content:markups                    seen        302 404 404 404 404   422 404 422 422 422 422 422 422 422
GET  content:markup_earlier              seen        302 404 404 404 404   200 404 200 200 200 200 200 200 200
POST content:markup_carry                markup      302 404 404 404 404   403 404 403 409 409 409 409 403 403
POST content:comment_react               comment     302 404 404 404 404   422 404 422 422 422 422 422 422 422
GET  content:attachment_download         attachment  302 404 404 404 404   200 404 200 200 200 200 200 200 200
GET  content:review_detail               review      302 404 404 404 404   200 404 200 200 200 200 200 200 200
POST content:review_detail               review      302 404 404 404 404   422 404 422 422 422 422 422 422 422
POST content:review_ask                  review      302 404 404 404 404   403 404 403 404 404 404 404 403 403
POST content:reviewer_remove             reviewer    302 404 404 404 404   403 404 403 302 302 302 302 403 403
GET  content:review_add                  review      302 404 404 404 404   403 404 403 200 200 200 200 403 403
POST content:review_add                  review      302 404 404 404 404   403 404 403 422 422 422 422 403 403
POST content:review_take_out             judged      302 404 404 404 404   403 404 403 409 409 409 409 403 403
GET  content:review_due                  review      302 404 404 404 404   403 404 403 200 200 200 200 403 403
POST content:review_due                  review      302 404 404 404 404   403 404 403 422 422 422 422 403 403
GET  content:review_close                review      302 404 404 404 404   403 404 403 403 403 200 200 403 403
POST content:review_close                review      302 404 404 404 404   403 404 403 403 403 302 302 403 403
GET  content:review_minute               review      302 404 404 404 404   200 404 200 200 200 200 200 200 200
GET  content:item_sharing                item        302 404 404 404 404   200 404 200 200 200 200 200 200 200
GET  content:share_detail                shared      302 404 404 404 404   403 404 403 403 403 200 200 200 200
POST content:share_detail                shared      302 404 404 404 404   403 404 403 403 403 422 422 422 422
GET  content:share_invite                item        302 404 404 404 404   403 404 403 403 403 403 403 403 200
POST content:share_invite                item        302 404 404 404 404   403 404 403 403 403 403 403 403 422
GET  content:share_end                   shared      302 404 404 404 404   403 404 403 403 403 200 200 200 200
POST content:share_end                   shared      302 404 404 404 404   403 404 403 403 403 302 302 302 302
GET  content:shared_with_me              platform    302 404 404 404 404   200 200 200 200 200 200 200 200 200
GET  content:shared_by_me                platform    302 404 404 404 404   200 200 200 200 200 200 200 200 200
GET  content:item_edit                   item        302 404 404 404 404   403 404 403 403 200 200 200 403 403
POST content:item_edit                   item        302 404 404 404 404   422 404 422 422 422 422 422 422 422
GET  content:item_field                  field       302 404 404 404 404   403 404 403 403 200 200 200 403 403
POST content:item_field                  field       302 404 404 404 404   403 404 403 403 409 409 409 403 403
GET  content:tag_offer                   platform    302 404 404 404 404   200 200 200 200 200 200 200 200 200
GET  content:item_revisions              item        302 404 404 404 404   200 404 200 200 200 200 200 200 200
GET  content:revision_compare            revisions   302 404 404 404 404   200 404 200 200 200 200 200 200 200
GET  content:iterations_chosen           platform    302 404 404 404 404   422 422 422 422 422 422 422 422 422
GET  content:iteration_compare           iterations  302 404 404 404 404   200 404 200 200 200 200 200 200 200
POST content:iteration_restore           iteration   302 404 404 404 404   403 404 403 403 302 302 302 403 403
GET  content:item_duplicate              item        302 404 404 404 404   200 404 200 200 200 200 200 200 200
POST content:item_duplicate              item        302 404 404 404 404   422 404 422 422 422 422 422 422 422
GET  content:item_repair                 item        302 404 404 404 404   403 404 403 403 403 403 403 200 200
POST content:item_repair                 item        302 404 404 404 404   422 404 422 422 422 422 422 422 422
GET  content:item_maturity               item        302 404 404 404 404   200 404 200 200 200 200 200 200 200
POST content:item_maturity               item        302 404 404 404 404   422 404 422 422 422 422 422 422 422
POST content:item_lock                   item        302 404 404 404 404   403 404 403 403 302 302 302 403 403
POST content:item_unlock                 item        302 404 404 404 404   403 404 403 403 403 403 403 403 403
POST content:item_break_lock             item        302 404 404 404 404   409 404 409 409 409 409 409 409 409
POST content:item_revise                 item        302 404 404 404 404   403 404 403 403 403 403 403 403 403
GET  content:item_delete                 item        302 404 404 404 404   403 404 403 403 403 200 200 200 200
POST content:item_delete                 item        302 404 404 404 404   403 404 403 403 403 302 302 302 302
GET  content:my_content               platform    302 404 404 404 404   200 200 200 200 200 200 200 200 200
GET  content:folder_new               platform    302 404 404 404 404   200 200 200 200 200 200 200 200 200
POST content:folder_new               platform    302 404 404 404 404   422 422 422 422 422 422 422 422 422
GET  content:folder_detail            folder      302 404 404 404 404   404 404 404 404 404 200 404 404 404
POST content:folder_move              folder      302 404 404 404 404   404 404 404 404 404 422 404 404 404
POST content:entry_move               entry       302 404 404 404 404   404 404 404 404 404 422 404 404 404
POST content:entry_remove             entry       302 404 404 404 404   404 404 404 404 404 302 404 404 404
POST content:item_star                item        302 404 404 404 404   409 404 409 409 409 409 409 409 409
GET  content:item_keep                item        302 404 404 404 404   200 404 200 200 200 200 200 200 200
POST content:item_keep                item        302 404 404 404 404   422 404 422 422 422 422 422 422 422
GET  content:item_structure           item        302 404 404 404 404   200 404 200 200 200 200 200 200 200
GET  content:item_uses                item        302 404 404 404 404   200 404 200 200 200 200 200 200 200
GET  content:parts_list               item        302 404 404 404 404   200 404 200 200 200 200 200 200 200
POST content:parts_export             item        302 404 404 404 404   200 404 200 200 200 200 200 200 200
GET  content:item_relations           item        302 404 404 404 404   200 404 200 200 200 200 200 200 200
GET  content:change_list                 platform    302 404 404 404 404   200 200 200 200 200 200 200 200 200
GET  content:change_new                  item        302 404 404 404 404   403 404 403 200 200 200 200 403 403
POST content:change_new                  item        302 404 404 404 404   403 404 403 422 422 422 422 403 403
GET  content:change_detail               request     302 404 404 404 404   200 404 200 200 200 200 200 200 200
POST content:change_watch                request     302 404 404 404 404   302 404 302 302 302 302 302 302 302
GET  content:change_edit                 request     302 404 404 404 404   403 404 403 200 403 200 403 200 200
POST content:change_edit                 request     302 404 404 404 404   403 404 403 422 403 422 403 422 422
GET  content:change_add                  request     302 404 404 404 404   403 404 403 200 403 200 403 200 200
POST content:change_add                  request     302 404 404 404 404   403 404 403 422 403 422 403 422 422
POST content:change_line                 line        302 404 404 404 404   403 404 403 422 403 422 403 422 422
GET  content:change_asked                request     302 404 404 404 404   403 404 403 200 403 200 403 200 200
POST content:change_asked                request     302 404 404 404 404   403 404 403 404 403 404 403 404 404
GET  content:change_step                 stepping    302 404 404 404 404   403 404 403 403 403 200 403 200 200
POST content:change_step                 stepping    302 404 404 404 404   403 404 403 403 403 302 403 302 302
GET  content:change_sign                 request     302 404 404 404 404   409 404 409 409 409 409 409 409 409
POST content:change_sign                 request     302 404 404 404 404   409 404 409 409 409 409 409 409 409
GET  content:route_list                  platform    302 404 404 404 404   403 403 403 403 403 403 403 403 200
GET  content:route_new                   platform    302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST content:route_new                   platform    302 404 404 404 404   403 403 403 403 403 403 403 403 422
GET  content:route_edit                  route       302 404 404 404 404   403 403 403 403 403 403 403 403 200
POST content:route_edit                  route       302 404 404 404 404   403 403 403 403 403 403 403 403 422
POST content:route_delete                route       302 404 404 404 404   403 403 403 403 403 403 403 403 302
GET  content:issue_list                  platform    302 404 404 404 404   200 200 200 200 200 200 200 200 200
GET  content:issue_board                 platform    302 404 404 404 404   200 200 200 200 200 200 200 200 200
GET  content:issue_new                   item        302 404 404 404 404   200 404 200 200 200 200 200 200 200
POST content:issue_new                   item        302 404 404 404 404   422 404 422 422 422 422 422 422 422
GET  content:issue_edit                  issue       302 404 404 404 404   403 404 403 200 200 200 200 403 403
POST content:issue_edit                  issue       302 404 404 404 404   403 404 403 422 422 422 422 403 403
POST content:issue_step                  issue       302 404 404 404 404   403 404 403 409 409 409 409 403 403
GET  content:relation_new             item        302 404 404 404 404   403 404 403 403 200 200 200 200 200
POST content:relation_new             item        302 404 404 404 404   403 404 403 403 422 422 422 422 422
GET  content:relation_edit            relation    302 404 404 404 404   403 404 403 403 200 200 200 200 200
POST content:relation_edit            relation    302 404 404 404 404   403 404 403 403 422 422 422 422 422
POST content:relation_end             relation    302 404 404 404 404   403 404 403 403 302 302 302 422 422
GET  content:file_upload                 item        302 404 404 404 404   403 404 403 403 200 200 200 200 200
POST content:file_upload                 item        302 404 404 404 404   403 404 403 403 302 302 302 422 422
POST content:upload_begin                item        302 404 404 404 404   403 404 403 403 201 201 201 422 422
GET  content:upload_begin                item        302 404 404 404 404   405 405 405 405 405 405 405 405 405
GET  content:upload_piece                upload      302 404 404 404 404   405 405 405 405 405 405 405 405 405
POST content:file_check_out              seen        302 404 404 404 404   403 404 403 403 302 302 302 403 403
GET  content:file_download               version     302 404 404 404 404   200 404 200 200 200 200 200 200 200
GET  content:file_view                   seen        302 404 404 404 404   200 404 200 200 200 200 200 200 200
GET  content:file_newer                  seen        302 404 404 404 404   200 404 200 200 200 200 200 200 200
GET  content:file_compare                two         302 404 404 404 404   200 404 200 200 200 200 200 200 200
GET  content:rendition                   part        302 404 404 404 404   200 404 200 200 200 200 200 200 200
GET  demo:choose                         none        200 200 200 200 200   200 200 200 200 200 200 200 200 200
POST demo:sign_in                        person      302 302 302 302 302   302 302 302 302 302 302 302 302 302
GET  demo:mail_list                      none        200 200 200 200 200   200 200 200 200 200 200 200 200 200
GET  demo:mail_detail                    letter      404 404 404 404 404   404 404 404 404 404 404 404 404 404
"""
QUERIES = {
    "many": "?act=right&all=1",
    "acted": "?act=maturity&all=1",
    "asked": "?invitation={invitation}",
    "typed": "?type=test-definition",
    "": "",
}
# What somebody types who tries: ids of nothing, values of no list, things that are stamped and never taken from input.
FORGED = {
    "value": "nonsense",
    "credential": "-1",
    "person": "0",
    "group": "0",
    "role": "nonsense",
    "roles": "nonsense",
    "right": "nonsense",
    "responsibility": "owner or so",
    "visibility": "nonsense",
    "target": "nonsense",
    "organization": "-1",
    "space": "-1",
    "owner": "-1",
    "platform": "elsewhere",
    "is_superuser": "on",
}
ANNOUNCED = {"Tus-Resumable": "1.0.0", "Upload-Length": "7", "Upload-Metadata": "filename YS5zdGw="}
EVERYWHERE = HEADERS | {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    method: str
    name: str
    query: str
    args: str
    expected: dict

    def is_plain_for(self, visitor):
        """Tell whether asking as them adds nothing: rungs between two of one answer, content owners of no item here.

        Where everybody with a credential gets one answer, the External and the Owner speak for all.
        """
        if (
            self.args in {"item", "version", "shared", "field", "thrown", "iteration"}
            and self.expected["reader"] != self.expected["leader"]
        ):
            return False
        told = {self.expected[name] for name in INSIDE[:-1]}
        return visitor in {"contributor", "author", "content_owner"} or (
            visitor in {"restricted", "reader", "leader"} and len(told) == 1
        )

    @classmethod
    def of(cls, line):
        """Read a line."""
        method, name, args, *statuses = line.split()
        name, _, query = name.partition("?")
        return cls(method, name, QUERIES[query], args, dict(zip(VISITORS, map(int, statuses), strict=True)))


ROWS = [Row.of(line) for line in TABLE.strip().splitlines()]


def ask(world, browser, row):
    """Return the answer to one row of the table; what it did is taken back, cookies too."""
    cookies = browser.cookies.copy()
    with undone():
        url = world.url(row.name, row.args, row.query)
        files = {"file": ContentFile(b"solid 2", name="a.stl")} if row.name == "content:file_upload" else {}
        said = {"headers": ANNOUNCED} if row.name == "content:upload_begin" else {}
        answer = browser.post(url, FORGED | files, **said) if row.method == "POST" else browser.get(url)
        body(answer)
    browser.cookies = cookies
    return answer


class TheTable(TestCase):
    """Asks for everything as everybody."""

    @classmethod
    def setUpTestData(cls):
        cls.world = World()
        Member.objects.update(last_seen_at=timezone.now() + timedelta(hours=1))  # nobody is seen anew, however slow

    def _wrong(self, visitor):
        browser, wrong = self.world.client(visitor), []
        for row in ROWS:
            if row.is_plain_for(visitor):
                continue
            with writes() as written:
                answer = ask(self.world, browser, row)
            if answer.status_code != row.expected[visitor]:
                wrong.append((row.method, row.name, row.query, answer.status_code, row.expected[visitor]))
            accepted = row.method == "POST" and answer.status_code < 400
            if row.method == "GET" and row.name in LOOKS and answer.status_code < 400:
                written[:] = [table for table in written if table not in RECORD]
            wrong += [(row.method, row.name, "wrote to", table) for table in written if not accepted]
            wrong += [(row.name, name) for name, value in EVERYWHERE.items() if value != answer.headers.get(name)]
            if not {"frame-ancestors 'none'", "default-src 'none'"} <= set(_policy(answer)):
                wrong.append((row.name, answer.headers.get("Content-Security-Policy")))
        return wrong

    def test_t20_t72_t73_b25_b34_those_outside_get_nothing(self):
        assert {visitor: self._wrong(visitor) for visitor in OUTSIDE} == {visitor: [] for visitor in OUTSIDE}

    def test_t20_t72_t73_b25_b34_those_inside_get_what_is_theirs(self):
        assert {visitor: self._wrong(visitor) for visitor in INSIDE} == {visitor: [] for visitor in INSIDE}

    def test_t20_every_address_stands_in_the_table(self):
        assert {row.name for row in ROWS} == addresses()

    def test_t20_b34_an_address_that_only_acts_shows_nothing(self):
        browser, shown = self.world.client("administrator"), {row.name for row in ROWS if row.method == "GET"}
        acting = {(row.name, row.args) for row in ROWS if row.name not in shown}
        assert len(acting) > 20
        for name, args in acting:
            for method in (browser.get, browser.head, browser.options):
                assert method(self.world.url(name, args)).status_code == 405, name

    def test_nobody_but_an_operator_gets_into_the_admin(self):
        for visitor in VISITORS:
            browser = self.world.client(visitor)
            for name in ("admin:index", "admin:tenants_platform_changelist", "admin:content_itemtype_changelist"):
                assert (browser.get(reverse(name)).status_code == 200) == (visitor == "operator"), (visitor, name)

    def test_every_page_of_the_admin_opens_for_an_operator(self):
        browser, opened = self.world.client("operator"), 0
        for model in admin.site._registry:
            name, first = f"admin:{model._meta.app_label}_{model._meta.model_name}", model.objects.first()
            assert browser.get(reverse(f"{name}_changelist")).status_code == 200, name
            if first is not None:
                opened += 1
                assert browser.get(reverse(f"{name}_change", args=[first.pk])).status_code == 200, name
        assert opened > 10

    def test_an_operator_writes_only_what_the_installation_has(self):
        browser, operator = self.world.client("operator"), self.world.users["operator"]
        browser.get(reverse("admin:index"))  # leaves a session to look at
        asked = RequestFactory().get("/")
        asked.user = operator
        written = {
            model._meta.label
            for model, page in admin.site._registry.items()
            if page.has_add_permission(asked) or page.has_change_permission(asked) or page.has_delete_permission(asked)
        }
        assert written == WRITTEN_BY_OPERATORS
        for model in admin.site._registry:
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
            for words in ("plate", "%00x", "😀"):
                assert browser.get(f"{reverse(name)}?q={words}").status_code == 200, (name, words)
        assert browser.session.session_key not in browser.get(reverse("admin:usersessions_usersession_changelist")).text

    def test_an_operator_becomes_nobody_of_a_platform(self):
        browser, member = self.world.client("operator"), self.world.members["reader"]
        person = reverse("admin:tenants_user_change", args=[member.user_id])
        for facts in ({}, {"claimed_at": None, "last_login": timezone.now()}):  # one whom an operator made signs in too
            User.objects.filter(pk=member.user_id).update(**facts or {"claimed_at": timezone.now()})
            assert "email" not in browser.get(person).context["adminform"].form.fields, facts
            setting = reverse("admin:auth_user_password_change", args=[member.user_id])
            assert browser.get(setting).status_code == 403, facts
        platform = reverse("admin:tenants_platform_change", args=[self.world.platform.pk])
        assert set(browser.get(platform).context["adminform"].form.fields) == {
            "name",
            "mark",
            "accent",
            "status",
            "time_zone",
        }
        joining = {"platform": self.world.platform.pk, "user": self.world.users["operator"].pk, "status": "active"}
        joining |= {"right": "administrator", "company": member.company_id}
        joining |= {"grants-TOTAL_FORMS": 0, "grants-INITIAL_FORMS": 0, "role_grants-TOTAL_FORMS": 0}
        answer = browser.post(reverse("admin:tenants_member_add"), joining)
        assert "It has an Administrator, who invites everybody else." in answer.text

    def test_an_operator_opens_no_item_through_the_admin(self):
        assert not {Item, File, FileVersion, Share, Reference} & set(admin.site._registry)


def _policy(answer):
    return [part.strip() for part in answer.headers.get("Content-Security-Policy", "").split(";")]


@pytest.mark.django_db
def test_a_platform_of_which_nobody_heard_answers_like_one_of_others(client):
    assert not Platform.objects.exists()
    client.force_login(UserFactory())
    assert User.objects.count() == 1
    assert client.get("/p/acme/").status_code == 404
