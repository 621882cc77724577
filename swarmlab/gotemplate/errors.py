"""What can be wrong with a template."""

from __future__ import annotations


class TemplateError(ValueError):
    """A template cannot be read, or not be filled in; the text is Go's, `template: name:1:2: …`."""


class CallError(ValueError):
    """A function of a template says no; the text is the rest of the sentence."""


class NotInTemplates(ValueError):
    """Go's templates have it, these have not; the text names it."""
