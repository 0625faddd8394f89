"""Why a picture could not be read."""


class QrError(ValueError):
    """One sentence for the phone."""
