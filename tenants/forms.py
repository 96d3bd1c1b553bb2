"""Gives every Django form, allauth's included, our field: label above, hint, error with glyph; takes refusals."""

from django.forms.renderers import TemplatesSetting


class FieldRenderer(TemplatesSetting):
    """Renders forms by forms/form.html and adds our class to each widget by its kind."""

    form_template_name = "forms/form.html"

    def render(self, template_name, context, request=None):
        """Render; a widget's context gets the class of its kind."""
        widget = context.get("widget")
        if widget is not None and "attrs" in widget:
            _dress(widget, template_name)
        return super().render(template_name, context, request)


def _dress(widget, template_name):
    kind = widget.get("type", "")
    name = "form-control"
    if template_name.endswith(("checkbox_select.html", "widgets/radio.html")):
        for _group, options, _index in widget["optgroups"]:
            for option in options:
                option["attrs"] = option["attrs"] | {"class": "form-check-input"}
        return
    if kind in {"checkbox", "radio"} or "option" in template_name:
        name = "form-check-input"
    elif "select" in template_name:
        name = "form-select"
    elif kind == "hidden" or "multiple_input" in template_name:
        return
    attrs = widget["attrs"]
    given = attrs.get("class", "")
    if name not in given:
        invalid = " is-invalid" if attrs.get("aria-invalid") == "true" else ""
        widget["attrs"] = attrs | {"class": f"{given} {name}{invalid}".strip()}


def take(form, error):
    """Show a refusal of the domain at the field it belongs to; return the form."""
    sentence = f"{error.sentence} {error.remedy}".strip()
    field = getattr(error, "field", None)
    form.add_error(field if field in form.fields else None, sentence)
    return form
