"""The MCP server on standard input and output, for an inbox that runs elsewhere."""

from app import __version__
from app.mcp.asking import by_network
from app.mcp.tools import server_of


async def serve(url: str, token: str, *, acts: bool) -> None:
    """Answer until the assistant hangs up."""
    await server_of(by_network(url, token), acts=acts, version=__version__).run_stdio_async()
