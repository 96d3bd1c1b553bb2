"""The addresses of this floor."""

from django.urls import path

from content.views import acts, files, finding, from_files, items, lists, pieces, relations, sharing, structure, viewing

app_name = "content"
PLATFORM = "p/<slug:platform>/"
ITEM = PLATFORM + "items/<int:pk>/"
urlpatterns = [
    path(PLATFORM + "spaces/<int:pk>/", lists.space_detail, name="space_detail"),
    path(PLATFORM + "shares/", sharing.shared_with_me, name="shared_with_me"),
    path(PLATFORM + "shares/given/", sharing.shared_by_me, name="shared_by_me"),
    path(PLATFORM + "items/", lists.item_list, name="item_list"),
    path(PLATFORM + "items/everywhere/", finding.search_everywhere, name="search_everywhere"),
    path(PLATFORM + "items/columns/", finding.list_columns, name="list_columns"),
    path(PLATFORM + "suggestions/", finding.search_suggest, name="search_suggest"),
    path(PLATFORM + "items/new/", items.item_new, name="item_new"),
    path(PLATFORM + "items/from-files/", from_files.items_from_files, name="items_from_files"),
    path(ITEM, items.item_detail, name="item_detail"),
    path(ITEM + "why/", items.item_why, name="item_why"),
    path(ITEM + "readers/", items.item_readers, name="item_readers"),
    path(ITEM + "record/", items.item_record, name="item_record"),
    path(ITEM + "sharing/", sharing.item_sharing, name="item_sharing"),
    path(ITEM + "sharing/invite/", sharing.share_invite, name="share_invite"),
    path(ITEM + "sharing/<slug:to>/", sharing.share_detail, name="share_detail"),
    path(ITEM + "sharing/<slug:to>/end/", sharing.share_end, name="share_end"),
    path(ITEM + "edit/", items.item_edit, name="item_edit"),
    path(ITEM + "repair/", items.item_repair, name="item_repair"),
    path(ITEM + "maturity/", acts.item_maturity, name="item_maturity"),
    path(ITEM + "lock/", acts.item_lock, name="item_lock"),
    path(ITEM + "unlock/", acts.item_unlock, name="item_unlock"),
    path(ITEM + "break-lock/", acts.item_break_lock, name="item_break_lock"),
    path(ITEM + "revise/", acts.item_revise, name="item_revise"),
    path(ITEM + "delete/", acts.item_delete, name="item_delete"),
    path(ITEM + "structure/", structure.item_structure, name="item_structure"),
    path(ITEM + "used/", structure.item_uses, name="item_uses"),
    path(ITEM + "parts/", structure.parts_list, name="parts_list"),
    path(ITEM + "parts/export/", structure.parts_export, name="parts_export"),
    path(ITEM + "relations/", relations.item_relations, name="item_relations"),
    path(ITEM + "relations/new/", relations.relation_new, name="relation_new"),
    path(ITEM + "relations/<int:reference>/", relations.relation_edit, name="relation_edit"),
    path(ITEM + "relations/<int:reference>/end/", relations.relation_end, name="relation_end"),
    path(ITEM + "files/", files.file_upload, name="file_upload"),
    path(ITEM + "uploads/", pieces.upload_begin, name="upload_begin"),
    path(PLATFORM + "uploads/<str:token>/", pieces.upload_piece, name="upload_piece"),
    path(PLATFORM + "files/<int:version>/view/", viewing.file_view, name="file_view"),
    path(PLATFORM + "files/<int:version>/compare/<int:other>/", viewing.file_compare, name="file_compare"),
    path(PLATFORM + "files/<int:version>/shown/<str:name>", viewing.rendition, name="rendition"),
    path(PLATFORM + "files/<int:version>/check-out/", files.file_check_out, name="file_check_out"),
    path(PLATFORM + "files/<int:version>/<path:name>", files.file_download, name="file_download"),
]
