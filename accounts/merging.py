"""How an edit is merged with what became of its row while the form was open.

Three values of each field are known: the one that the page showed, which it posts along (initial-…,
Django's show_hidden_initial), the one that is stored now, and the one that was typed.
"""


class MergeMixin:
    """A form of something stored, whose page says of each field what it showed.

    Where shown and typed are the same, the field was left alone: it isn't in changed_data. What is
    stored is `initial`. A subclass calls begin_merge() as soon as all fields are there, and decides
    what becomes of a field that was changed here and there.
    """

    merged = ()  # the names of the fields that this is about
    state_field = ""  # the name of the field that says which state of the row was shown

    def begin_merge(self):
        """Have each field posted with what it showed, and give a POST what it lacks of that."""
        for name in self.merged:
            self.fields[name].show_hidden_initial = True
        if self.is_bound:
            self.data = self.data.copy()
            for name in self.merged:
                self.complete(name)

    def complete(self, name):
        """Give a field what a POST doesn't hold of it: its text, and the one it was shown with."""
        shown_name = self.add_initial_prefix(name)
        if name not in self.data and self.stays(name):
            self.leave(name)
        elif shown_name not in self.data:
            self.put(shown_name, self.presumed_text(name))

    def stays(self, name):
        """Return whether a field that a POST doesn't hold stays as it is stored."""
        return True

    def presumed_text(self, name):
        """Return what a field is taken to have been shown with, where a POST doesn't say."""
        return self.stored_text(name)

    def stored_text(self, name):
        """Return what is stored in a field as a page posts it, such as "14:30".

        It is a list of texts where a field can have several.
        """
        widget = self.fields[name].widget
        value = self.fields[name].prepare_value(self.initial[name])
        if isinstance(value, bool):  # a box, whose widget gives the text of the tick
            return str(value)
        texts = widget.format_value(value)
        if not isinstance(texts, list):
            return texts or ""
        return texts if widget.allow_multiple_selected else texts[0]

    def put(self, name, text):
        """Put a text, or a list of them, into the data."""
        if isinstance(text, list):
            self.data.setlist(name, text)
        else:
            self.data[name] = text

    def leave(self, name):
        """Have a field be as if it had been shown as it is stored now, and left alone."""
        self.put(self.add_initial_prefix(name), self.stored_text(name))
        self.put(name, self.stored_text(name))

    @property
    def is_up_to_date(self):
        """Whether the row is in the state that the form shows, as far as the form says which."""
        shown = self.data.get(self.state_field)
        return not shown or shown == str(self.initial[self.state_field])

    def rebase(self):
        """Show what is stored beside what was typed: the next attempt has seen both."""
        typed = set(self.changed_data)
        for name in self.merged:
            if name in typed:
                self.put(self.add_initial_prefix(name), self.stored_text(name))
            else:
                self.leave(name)
        self.data[self.state_field] = self.initial[self.state_field]
