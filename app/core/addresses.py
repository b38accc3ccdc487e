"""Mail addresses, written in one way."""

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

SPECIAL_USE_DOMAIN_NAMES.remove("local")  # internal mail domains are often named so


def address(text: str) -> str:
    """Lower case, without blanks around it, its domain in its own script and not in Punycode.

    Raises ``ValueError`` with a sentence where it is no address.
    """
    found = validate_email(text.strip(), check_deliverability=False, allow_smtputf8=False)
    return found.normalized.lower()


def address_or_text(text: str) -> str:
    """The same; what is no address stays as it is, and is nobody's."""
    try:
        return address(text)
    except EmailNotValidError:
        return text.strip().lower()
