"""Forms for tags."""

from django.core.exceptions import ValidationError

from tasks.forms.base import NameForm, RenameForm, RestoreForm
from tasks.forms.fields import TagsField
from tasks.models import Tag


class TagNameForm(NameForm):
    """The name of a tag: one word, as in a line of several tags."""

    def clean_name(self):
        names = TagsField().to_python(super().clean_name())
        if len(names) != 1:
            raise ValidationError("A tag is one word, without spaces, commas or #.")
        return names[0]


class TagForm(RenameForm, TagNameForm):
    """An edit of a tag."""

    class Meta:
        model = Tag
        fields = ["name"]

    merged = Meta.fields


class TagRestoreForm(RestoreForm, TagNameForm):
    class Meta:
        model = Tag
        fields = ["name"]
