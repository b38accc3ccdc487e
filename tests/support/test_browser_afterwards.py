"""A module after the browser's: what it left behind."""

import asyncio


def test_the_browser_leaves_asyncio_to_the_modules_after_it() -> None:
    asyncio.run(asyncio.sleep(0))
