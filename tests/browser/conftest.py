"""A shop in memory behind a real port, and Chromium in front of it."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from chalice.config import Config
from chalice.local import LocalChalice, LocalDevServer
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

import app
from chalicelib import deps
from chalicelib.edge.scopes import CONSOLE, ME
from chalicelib.operations.access import api_keys, console_sessions
from infra.local.serve import Handler, Server
from memory.shop import Shop, open_shop
from tests.scene import Scene, play

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
AXE = Path(os.environ.get("AXE", ".venv/axe/package/axe.min.js"))
ONE_AT_A_TIME = threading.Lock()
"""AWS in memory is for one thread."""


class OneAtATime(Handler):
    """Answers one request at a time, whatever the browser opens."""

    def _generic_handle(self) -> None:
        with ONE_AT_A_TIME:
            super()._generic_handle()

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = do_PATCH = do_OPTIONS = _generic_handle  # noqa: N815


class Site:
    """The shop at an address of its own, and what it holds."""

    def __init__(self, url: str, shop: Shop, scene: Scene) -> None:
        self.url, self.shop, self.scene = url, shop, scene
        self._keys = {
            scopes: api_keys.issue(deps.table(), "Anna", scopes, shop.now, owner="Anna")
            for scopes in (api_keys.SCOPES, ("admin:read",))
        }

    def ambassador(self, ambassador_id: str = "") -> dict[str, str]:
        """The cookie of an ambassador: Maya's, unless another is named."""
        with ONE_AT_A_TIME:
            return {"name": ME, "value": self.shop.session(ambassador_id or self.scene.maya), "url": self.url}

    def admin(self, *scopes: str) -> dict[str, str]:
        """The cookie of an admin, who holds all scopes unless some are named."""
        held = scopes or api_keys.SCOPES
        with ONE_AT_A_TIME:
            key = deps.table().read_api_key(api_keys.digest_of(self._keys[held]))
            assert key is not None, "it was made as the site was"
            token, _ = console_sessions.begin(deps.table(), key, browser="Chromium", now=self.shop.now)
        return {"name": CONSOLE, "value": token, "url": self.url}


@contextmanager
def serving() -> Iterator[str]:
    """Answer at a free port until the block is left."""
    app.app.__class__ = type("LocalApp", (LocalChalice, type(app.app)), {})
    config = Config.create(chalice_app=app.app, project_dir=".")
    server = LocalDevServer(app.app, config, "127.0.0.1", 0, handler_cls=OneAtATime, server_cls=Server).server
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """A shop with something of everything."""
    with open_shop(seed=15) as shop, serving() as url:
        os.environ["PUBLIC_URL"] = url
        deps.settings.cache_clear()
        yield Site(url, shop, play(shop))


@pytest.fixture(autouse=True)
def unchanged(site: Site) -> Iterator[None]:
    """Let each test begin with the same shop."""
    kept = site.shop.saved()
    yield
    with ONE_AT_A_TIME:
        site.shop.restore(kept)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for all."""
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


Open = Callable[..., Page]


@pytest.fixture
def opened(site: Site, chromium: Browser) -> Iterator[Open]:
    """Open a page: `opened("/me", who, width=360, dark=True, scripts=False, language="gu")`."""
    contexts: list[BrowserContext] = []

    def open_page(
        path: str,
        who: dict[str, str] | None = None,
        *,
        width: int = 360,
        dark: bool = False,
        scripts: bool = True,
        language: str = "en",
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            locale=language,
            base_url=site.url,
        )
        contexts.append(context)
        if who:
            context.add_cookies([who, {"name": "language", "value": language, "url": site.url}])
        page = context.new_page()
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
