"""The built site, served on this machine, and Chromium to look at it."""

import functools
import http.server
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from course_lib.authoring.contents import pages

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "_build" / "html"
CHROMIUM = shutil.which("chromium")
OPTIONS = (
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"),
    *("--disable-component-update", "--disable-sync"),
    # Every other name fails at once, so that a page which asks another host is seen to fail.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)
SLUGS = [page.slug for page in pages(ROOT / "book")]


def pytest_collection_modifyitems(items):
    """These tests look at what `make book` made, most of them through a browser."""
    here = [item for item in items if Path(__file__).parent in item.path.parents]
    for item in here:
        item.add_marker(pytest.mark.site)
        if not SITE.exists():
            item.add_marker(pytest.mark.skip(reason="there is no built site: `make book`"))
        elif CHROMIUM is None and "browser" in item.fixturenames:
            reason = "needs Chromium: `sudo apt-get install chromium`"
            item.add_marker(pytest.mark.skip(reason=reason))


@dataclass
class Visit:
    """What happened while a page was open: complaints, and all that was asked for."""

    page: object
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def site() -> Path:
    return SITE


@pytest.fixture(params=SLUGS)
def slug(request) -> str:
    return request.param


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *words):
            pass

    handler = functools.partial(Quiet, directory=str(SITE))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="session")
def browser() -> Iterator:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(OPTIONS))
        yield browser
        browser.close()


@pytest.fixture
def visit(browser, address):
    """Open a page as a new reader: `visit("lenet", width=390, scheme="dark")`."""
    opened = []

    def open_page(slug: str, width: int = 1280, scheme: str = "light") -> Visit:
        size = {"width": width, "height": 844 if width < 600 else 900}
        page = browser.new_page(viewport=size, color_scheme=scheme)
        opened.append(page)
        visit = Visit(page)
        page.on("console", lambda m: visit.errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: visit.errors.append(str(error)))
        page.on("requestfailed", lambda request: visit.errors.append(f"failed: {request.url}"))
        page.on("request", lambda request: visit.requests.append(request.url))
        page.goto(f"{address}/{slug}.html")
        page.wait_for_load_state("networkidle")
        return visit

    yield open_page
    for page in opened:
        page.close()
