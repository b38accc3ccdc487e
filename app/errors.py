"""What can go wrong in the application, named by what the catcher does next.

AppError
├── NotFound       answer that it does not exist
├── Conflict       show both versions: someone else was faster
│   └── SampleInTheWay   offer to wipe the sample company, and go on
├── Invalid        give the input back with a sentence for each field
├── NotAllowed     this person may not
├── NotSetUp       leave all as it is, and try again: who runs it must mend the installation
└── CannotStart    print the sentence, exit non-zero
"""


class AppError(Exception):
    """``message`` is one sentence for a person, ``remedy`` the sentence that helps."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".rstrip()


class NotFound(AppError):
    """There is no such thing."""


class Conflict(AppError):
    """It was changed in between."""


class SampleInTheWay(Conflict):
    """The sample company is there, beside which nothing real may stand."""


class Invalid(AppError):
    """The input cannot be taken. ``fields`` maps a field's name to its sentence."""

    def __init__(
        self, message: str, *, fields: dict[str, str] | None = None, remedy: str = ""
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.fields = fields or {}


class NotAllowed(AppError):
    """The person or token lacks the right."""


class NotSetUp(AppError):
    """The installation lacks what this needs: the key, a package. No person's input is wrong."""


class CannotStart(AppError):
    """The process cannot do its work as it is set up."""
