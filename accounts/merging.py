"""Merging an edit with changes made to its row while the form was open.

Three values of each field are known: the shown one, which the page posts along (initial-…, Django's
show_hidden_initial), the stored one, and the typed one.
"""


class MergeMixin:
    """A form that edits a stored row, with a page that posts each field's shown value too.

    A field with the same typed and shown value was left alone, and isn't in changed_data. The
    stored values are `initial`. A subclass calls begin_merge() once all fields exist, and decides
    about a field that was changed both here and elsewhere.
    """

    merged = ()  # the names of the fields to merge
    state_field = ""  # the name of the field with the shown state of the row, such as its version

    def begin_merge(self):
        """Have each field post its shown value, and complete a POST that lacks values."""
        for name in self.merged:
            self.fields[name].show_hidden_initial = True
        if self.is_bound:
            self.data = self.data.copy()
            for name in self.merged:
                self.complete(name)

    def complete(self, name):
        """Add the typed text and the shown text of a field to the data, where a POST lacks them."""
        shown_name = self.add_initial_prefix(name)
        if name not in self.data and self.stays(name):
            self.leave(name)
        elif shown_name not in self.data:
            self.put(shown_name, self.presumed_text(name))

    def stays(self, name):
        """Return whether a field that is missing from a POST keeps its stored value."""
        return True

    def presumed_text(self, name):
        """Return the text that a field was presumably shown with, if a POST doesn't say."""
        return self.stored_text(name)

    def stored_text(self, name):
        """Return the stored value of a field as a page posts it, such as "14:30".

        For a field with several values, return a list of texts.
        """
        widget = self.fields[name].widget
        value = self.fields[name].prepare_value(self.initial[name])
        if isinstance(value, bool):  # a checkbox: its widget would give the text for "checked"
            return str(value)
        texts = widget.format_value(value)
        if not isinstance(texts, list):
            return texts or ""
        return texts if widget.allow_multiple_selected else texts[0]

    def put(self, name, text):
        """Put a text, or a list of texts, into the data."""
        if isinstance(text, list):
            self.data.setlist(name, text)
        else:
            self.data[name] = text

    def leave(self, name):
        """Treat a field as shown with its stored value and left alone."""
        self.put(
            self.add_initial_prefix(name),
            self.stored_text(name),
        )
        self.put(name, self.stored_text(name))

    @property
    def is_up_to_date(self):
        """Whether the row is still in the state that the form shows, or the form names no state."""
        shown = self.data.get(self.state_field)
        return not shown or shown == str(self.initial[self.state_field])

    def rebase(self):
        """Show the stored values together with the typed ones: the next attempt has seen both."""
        typed = set(self.changed_data)
        for name in self.merged:
            if name in typed:
                self.put(
                    self.add_initial_prefix(name),
                    self.stored_text(name),
                )
            else:
                self.leave(name)
        self.data[self.state_field] = self.initial[self.state_field]
