"""The one exception that is meant for the person who runs the workflow."""

from __future__ import annotations


class UserError(Exception):
    """A mistake in configuration, data or files.

    The message is one sentence that names the key, file or row and says what is accepted. The
    workflow prints it without a traceback.
    """
