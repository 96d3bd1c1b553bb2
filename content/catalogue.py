"""The types that ship with their properties; operators add to them in the admin."""

REVIEW = "review"  # the code of the type whose items judge others
ISSUE = "issue"  # the code of the type whose items stand on the board of issues
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


MASS, MATERIAL, SUPPLIERS = ("Mass", "number", "kg"), ("Material", "text", ""), ("Supplier part number", "text", "")
PROPERTIES = {
    # code of the type: (name, kind, unit of a number or choices of a choice)
    "review": [("Due", "date", ""), ("Verdict", "choice", "open\naccepted\naccepted with changes\nrejected")],
    "simulation": [("Load case", "text", ""), ("Solver", "text", "")],
    "issue": [("Severity", "choice", "minor\nmajor\ncritical"), ("Found on", "date", ""), ("Stops work", "yes_no", "")],
    "requirement": [
        ("Priority", "choice", "must\nshould\ncould"),
        ("Verified by", "choice", "test\nanalysis\ninspection\ndemonstration"),
    ],
    "physical-product": [MASS, ("Size", "text", ""), SUPPLIERS],
    "part-3d": [MATERIAL, MASS, ("Finish", "text", ""), ("Tolerance", "text", ""), SUPPLIERS],
    "drawing": [("Sheet", "choice", "A4\nA3\nA2\nA1\nA0"), ("Sheets", "number", ""), ("Scale", "text", "")],
    "xcad-design": [("CAD system", "text", ""), MATERIAL, MASS],
    "ebom-part": [("Make or buy", "choice", "make\nbuy"), MASS, SUPPLIERS],
    "manufacturing-item": [("Work centre", "text", ""), ("Set-up time", "number", "min")],
    "document": [("Issued", "date", ""), ("Language", "text", "")],
    "standard-part": [("Norm", "text", ""), MATERIAL, MASS, SUPPLIERS],
}


def ship(model):
    """Store the types that are missing; what an operator changed stays."""
    for position, (code, name, category, icon, prefix) in enumerate(TYPES, 1):
        defaults = {"name": name, "category": category, "icon": icon, "prefix": prefix, "position": position}
        model.objects.get_or_create(code=code, defaults=defaults)


def ship_properties(types, model):
    """Store the properties of the types that ship and have none; what an operator added stays alone."""
    for kind in types.objects.filter(code__in=PROPERTIES, properties=None):
        for position, (name, sort, more) in enumerate(PROPERTIES[kind.code], 1):
            given = {"choices": more} if sort == "choice" else {"unit": more}
            model.objects.create(type=kind, name=name, kind=sort, position=position, **given)
