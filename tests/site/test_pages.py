"""Oracle: Chromium, which sees each page as a reader does."""

import gzip
from urllib.parse import urlparse

import pytest

GZIPPED_BYTES = 1_000_000


def test_a_page_loads_without_a_complaint_and_asks_no_other_host(visit, address, slug):
    seen = visit(slug)
    assert seen.errors == []
    assert {urlparse(url).netloc for url in seen.requests} <= {urlparse(address).netloc, ""}


def test_mathematics_is_set(visit, slug):
    page = visit(slug).page
    written = page.locator(".math").count()
    assert page.locator(".math mjx-container").count() >= written
    assert page.locator("mjx-merror").count() == 0
    if slug in ("convolution", "lenet"):
        assert written > 5


def test_mathematics_is_set_in_a_page_opened_as_a_file(browser, site):
    # Fonts do not load there, so it must be drawn.
    page = browser.new_page()
    page.goto((site / "convolution.html").as_uri())
    page.wait_for_selector(".math mjx-container[jax=SVG] svg")
    assert page.locator("mjx-container[jax=CHTML]").count() == 0
    page.close()


def test_pictures_load_and_are_described(visit, slug):
    pictures = visit(slug).page.evaluate(
        "[...document.querySelectorAll('article img')].map(p => [p.src, p.naturalWidth, p.alt])"
    )
    assert [picture for picture in pictures if not picture[1]] == []
    # Without a description MyST-NB writes the name of the file.
    assert [p for p in pictures if len(p[2]) < 10 or p[2].startswith("_images")] == []
    if slug in ("convolution", "lenet"):
        assert len(pictures) >= 5


def test_below_each_figure_that_code_draws_stands_what_it_tells(visit, slug):
    captions = visit(slug).page.evaluate(
        "[...document.querySelectorAll('article .cell_output img')]"
        ".map(p => p.closest('figure')?.querySelector('figcaption')?.innerText ?? '')"
    )
    assert [caption for caption in captions if len(caption) < 10] == []
    if slug in ("convolution", "lenet"):
        assert len(captions) == 7


def test_a_first_visit_weighs_at_most_a_megabyte(visit, site, slug):
    paths = {urlparse(url).path.lstrip("/") for url in visit(slug).requests}
    sizes = {path: len(gzip.compress((site / path).read_bytes())) for path in paths if path}
    total = sum(sizes.values())
    largest = sorted(sizes, key=sizes.get)[-3:]
    assert total <= GZIPPED_BYTES, f"{total:,} bytes; most: {largest}"


def test_icons_come_from_the_font_though_their_script_is_empty(visit):
    page = visit("intro").page
    fonts = page.evaluate("[...document.fonts].map(font => [font.family, font.status])")
    assert list({status for name, status in fonts if "Free" in name and status != "unloaded"}) == [
        "loaded"
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_scrolls_sideways_and_each_has_its_picture_taken(visit, site, slug, width, scheme):
    page = visit(slug, width, scheme).page
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    folder = site.parent / "screenshots"
    folder.mkdir(exist_ok=True)
    page.screenshot(path=folder / f"{slug}-{width}-{scheme}.png")
    inner, outer = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert inner <= outer


def test_search_finds_pooling(visit):
    page = visit("intro").page
    page.keyboard.press("Control+k")
    page.locator("#pst-search-dialog input").fill("pooling")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=pooling*")
    page.wait_for_selector("#search-results li a")
    found = page.locator("#search-results li a").evaluate_all("links => links.map(a => a.href)")
    assert any("/convolution.html" in link for link in found)


def test_an_answer_opens(visit):
    page = visit("convolution").page
    answer = page.locator("details.sd-dropdown").first
    content = answer.locator(".sd-summary-content")
    assert not content.is_visible()
    answer.locator("summary").focus()
    page.keyboard.press("Enter")
    assert content.is_visible()
