"""What people type about what they keep for themselves."""

from django import forms


class FolderField(forms.ModelChoiceField):
    """One of one's own folders, by its title."""

    def label_from_instance(self, folder):
        """Return the title alone: numbers of folders say nothing."""
        return folder.title


class FolderForm(forms.Form):
    """A new folder, in another one or by itself."""

    title = forms.CharField(max_length=120, label="Name of the folder")
    within = FolderField(None, required=False, empty_label="By itself", label="Where")

    def __init__(self, *given, folders, **more):
        super().__init__(*given, **more)
        self.fields["within"].queryset = folders


class ChooseForm(forms.Form):
    """One of one's own folders."""

    to = FolderField(None, label="Folder", empty_label=None)

    def __init__(self, *given, folders, **more):
        super().__init__(*given, **more)
        self.fields["to"].queryset = folders
