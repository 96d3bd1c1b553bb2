"""The types that ship; operators add to them in the admin."""

TYPES = [
    # code, name, category, icon, prefix
    ("favourites", "Favourites", "personal", "star", "FAV"),
    ("personal-folder", "Personal folder", "personal", "folder", "FOL"),
    ("review", "Review", "evaluation", "eye", "REV"),
    ("markup", "Markup", "evaluation", "comment", "MKP"),
    ("simulation", "Simulation", "evaluation", "sliders", "SIM"),
    ("issue", "Issue", "evaluation", "warning", "ISS"),
    ("requirement", "Requirement", "definition", "check", "REQ"),
    ("physical-product", "Physical product", "definition", "layers", "PRD"),
    ("part-3d", "3D part", "definition", "item", "PRT"),
    ("drawing", "Drawing", "definition", "drawing", "DRW"),
    ("xcad-design", "XCAD design", "definition", "item", "CAD"),
    ("ebom-part", "EBOM part", "definition", "tree", "EBP"),
    ("system", "System", "definition", "tree", "SYS"),
    ("manufacturing-item", "Manufacturing item", "definition", "sliders", "MFG"),
    ("document", "Document", "definition", "file", "DOC"),
    ("library", "Library", "resource", "layers", "LIB"),
    ("project-template", "Project template", "resource", "copy", "TPL"),
    ("standard-part", "Standard part", "resource", "item", "STD"),
    ("material-domain", "Material domain", "administrative", "shield", "MAT"),
    ("resource-set", "Resource set", "administrative", "record", "RES"),
]


def ship(model):
    """Store the types that are missing; what an operator changed stays."""
    for position, (code, name, category, icon, prefix) in enumerate(TYPES, 1):
        defaults = {"name": name, "category": category, "icon": icon, "prefix": prefix, "position": position}
        model.objects.get_or_create(code=code, defaults=defaults)
