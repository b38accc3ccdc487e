"""Cookies that only this host gets, over https only where there is https."""

from starlette.responses import Response


def cookie_name(name: str, *, https: bool) -> str:
    """``__Host-`` pins a cookie to this host and path; browsers take it over https only."""
    return f"__Host-{name}" if https else f"partner-inbox-{name}"


def set_cookie(response: Response, name: str, value: str, *, https: bool, seconds: int) -> None:
    """Not readable by scripts, not sent with requests that other sites make."""
    response.set_cookie(
        cookie_name(name, https=https),
        value,
        max_age=seconds,
        path="/",
        secure=https,
        httponly=True,
        samesite="lax",
    )


def drop_cookie(response: Response, name: str, *, https: bool) -> None:
    """Have the browser forget it."""
    response.delete_cookie(
        cookie_name(name, https=https), path="/", secure=https, httponly=True, samesite="lax"
    )
